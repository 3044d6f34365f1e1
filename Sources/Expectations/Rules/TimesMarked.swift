// SPDX-License-Identifier: GPL-2.0-only

import Machine

/// `times-marked`: what changes the file sets its mtime and ctime, and what does not change it leaves
/// them, its blocks and its dirty marks alone, and waits for no freeze to end.
///
/// Models POSIX: write() of some bytes, truncate() to another size, and a store through a shared
/// mapping mark both times; a load, a store to a private copy, read(), fsync() and a truncate() that
/// fails mark none. A failed write() may mark them or not: kernels do so before they copy.
///
/// A store is seen only where it faults: on a page that is writable there is nobody to note it. Times
/// are asked of runs of one task, in which each operation has its own; what a fault must not touch,
/// of all.
enum TimesMarked: Rule {
    static let name = "times-marked"
    static let rule =
        "what changes the file marks its times, and a load or a private copy touches nothing of it"

    enum Case: Int {
        case notMarked, marked, waits, dirties, allocates
    }

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        if facts.touch >= 0 {
            let what: Case =
                switch facts.events[facts.touch].kind {
                case .freezeEnter: .waits
                case .indexTag: .dirties
                default: .allocates
                }
            return .broken(RuleFailure(event: facts.touch, what: what.rawValue))
        }
        guard facts.scenario.tasks == 1, facts.scenario.geometry.filesystem.setsTimes else {
            return .keptIf(applicable: facts.hasFault)
        }
        for index in 0..<facts.results.count where facts.results[index].state == .done {
            guard let marks = marks(index, facts) else { continue }
            let times = facts.calls[index].times
            if marks, !hasBoth(times, facts) {
                return broken(.notMarked, at: facts.calls[index].exit, index)
            }
            if !marks, times >= 0 { return broken(.marked, at: times, index) }
        }
        return .keptIf(applicable: facts.hasReturnedOperation)
    }

    private static func broken(_ what: Case, at event: Int, _ operation: Int) -> Ruling {
        .broken(RuleFailure(event: event, what: what.rawValue, actual: Int64(operation)))
    }

    /// Whether an operation has to mark the times; nil: it may.
    private static func marks(_ index: Int, _ facts: borrowing RunFacts) -> Bool? {
        let operation = facts.scenario.operations[index]
        let value = facts.results[index].value
        switch operation.kind {
        case .write, .writeNowait:
            return operation.length == 0 ? false : value > 0 ? true : nil
        case .collapseRange: return value == 0 ? true : nil
        case .truncate:
            if value < 0 { return false }
            return facts.calls[index].size != operation.position ? true : nil
        case .writeFault, .pfnMkwrite, .pmdWriteFault:
            return value == 0 && facts.results[index].entries > 0 ? true : nil
        case .read, .readNowait, .fsync, .freeze, .unmap, .readFault, .privateReadFault,
            .pmdReadFault,
            .privateWriteFault, .pmdPrivateWriteFault, .unpin, .memoryFailure, .mappingFailure:
            return false
        default: return nil
        }
    }

    private static func hasBoth(_ event: Int, _ facts: borrowing RunFacts) -> Bool {
        guard event >= 0 else { return false }
        let times = facts.events[event]
        return times.arg0 != times.arg1 && times.arg2 != times.arg3
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let name = facts.name(of: Int(failure.actual))
        switch Case(rawValue: failure.what)! {
        case .notMarked:
            let times = facts.calls[Int(failure.actual)].times
            let which =
                times < 0
                ? "neither"
                : facts.events[times].arg0 == facts.events[times].arg1
                    ? "only ctime" : "only mtime"
            return Explanation(
                expected: "\(name) sets mtime and ctime of the file", actual: "it sets \(which)",
                event: failure.event)
        case .marked:
            return Explanation(
                expected: "\(name) leaves mtime and ctime as they are", actual: "it sets them",
                event: failure.event)
        case .waits:
            return Explanation(
                expected: "a fault that changes nothing of the file takes no freeze protection",
                actual: "it takes that of page faults", event: failure.event)
        case .dirties:
            return Explanation(
                expected: "a fault that changes nothing of the file dirties nothing",
                actual: "it marks the entry at \(facts.events[failure.event].arg0) as dirty",
                event: failure.event)
        case .allocates:
            return Explanation(
                expected: "a fault that changes nothing of the file allocates nothing",
                actual: "it allocates device block \(facts.events[failure.event].arg0)",
                event: failure.event)
        }
    }

    static func description(ofCase what: Int) -> String {
        switch Case(rawValue: what)! {
        case .notMarked: "a change does not set mtime and ctime"
        case .marked: "mtime or ctime is set where nothing changes"
        case .waits: "a fault that changes nothing takes freeze protection"
        case .dirties: "a fault that changes nothing dirties an entry"
        case .allocates: "a fault that changes nothing allocates a block"
        }
    }
}
