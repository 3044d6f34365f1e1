// SPDX-License-Identifier: GPL-2.0-only

// In which way a run breaks an expectation: the end of the run, the rule's case, its subject (lock
// classes, lost things, the code that warns), the operation. Runs that fail in the same way have
// the same kind, whatever their scenario, numbers and order. So a failure can be followed from one
// version of the code to the next, and is not mistaken for another one that breaks the same rule.
//
// A kind must be a value without references, made without allocation: each failing run has one for
// each expectation that it breaks, and there can be tens of thousands.

import Machine

/// One way of breaking an expectation.
public struct FailureKind: Hashable, Sendable {
    /// Position in `Expectations.all`.
    public var expectation: Int
    /// Position in `Findings.all`, if it is a known finding.
    public var finding: Int?
    /// Return addresses, innermost first, of warnings and crashes, which are told apart by
    /// function; 0: none.
    public var chain = SIMD4<UInt64>()
    private var end: RunEnd
    /// The rule's case: `RuleFailure.what`.
    private var what: Int32
    /// The operation in which it shows.
    private var operation: Machine.Operation.Kind?
    /// A bit for each lock class that was waited for or still held.
    private var classes: UInt32 = 0
    /// A bit for each `HeldKind` that was held or waited for, or each `Leak.Kind` that was lost.
    private var things: UInt32 = 0

    init(
        _ failure: RuleFailure, breaking expectation: Int, finding: Int?,
        _ outcome: borrowing Outcome, of scenario: Scenario
    ) {
        self.expectation = expectation
        self.finding = finding
        end = outcome.end
        what = Int32(truncatingIfNeeded: failure.what)
        if failure.event >= 0, failure.event < outcome.events.count {
            operation = outcome.events[failure.event].operation.map {
                scenario.operations[$0].kind
            }
        }
        switch Judge.rules[expectation] {
        case is NoSelfDeadlock.Type, is NoDeadlock.Type: noteWaits(outcome)
        case is LocksReleased.Type: noteHeld(failure, outcome)
        case is NoLeak.Type: noteLost(outcome)
        case is NoWarning.Type: noteChain(failure, outcome)
        // `what` is the index of the fault, which is not part of the kind.
        case is FaultCode.Type: what = 0
        default: break
        }
    }

    private mutating func noteWaits(_ outcome: borrowing Outcome) {
        for index in 0..<outcome.waits.count {
            let wait = outcome.waits[index]
            guard wait.isInCycle || outcome.end == .lostWakeup else { continue }
            things |= 1 << wait.kind.rawValue
            if wait.kind != .waitQueue { note(wait.lockClass) }
        }
    }

    private mutating func noteHeld(_ failure: RuleFailure, _ outcome: borrowing Outcome) {
        guard failure.what == 0 else { return }
        for index in 0..<outcome.held.count {
            things |= 1 << outcome.held[index].kind.rawValue
            if outcome.held[index].kind == .lock { note(outcome.held[index].lockClass) }
        }
    }

    private mutating func noteLost(_ outcome: borrowing Outcome) {
        for index in 0..<outcome.leaks.count { things |= 1 << outcome.leaks[index].kind.rawValue }
    }

    private mutating func noteChain(_ failure: RuleFailure, _ outcome: borrowing Outcome) {
        var stack = outcome.endStack
        if failure.what == 0 {
            stack = Int(outcome.events[failure.event].arg0)
        }
        guard let stack, stack >= 0, stack < outcome.stacks.count else { return }
        for (index, pc) in outcome.stacks[stack].pcs.prefix(4).enumerated() { chain[index] = pc }
    }

    private mutating func note(_ lockClass: Int) {
        if lockClass >= 0, lockClass < 32 { classes |= 1 << UInt32(lockClass) }
    }

    /// The run did not finish, or the machine ended it because something was still held.
    public var endsRun: Bool {
        end != .finished || Judge.rules[expectation] is LocksReleased.Type
    }

    // MARK: - Description

    /// The kind as a phrase without numbers and source lines.
    ///
    /// - Parameter lockClasses: the image's names of them.
    public func description(lockClasses: [String]) -> String {
        let names = lockClasses.indices.filter { $0 < 32 && classes & 1 << UInt32($0) != 0 }
            .map { lockClasses[$0] }.sorted()
        var text = subject(names)
        if let operation { text += " in \(operation.name)" }
        if end != .finished, !isAboutEnd { text += "; the run \(end.description)" }
        return text
    }

    /// Whether the description says already how the run ended.
    private var isAboutEnd: Bool {
        switch Judge.rules[expectation] {
        case is NoSelfDeadlock.Type, is NoDeadlock.Type: true
        case is NoWarning.Type: what != 0
        default: false
        }
    }

    private func subject(_ classes: [String]) -> String {
        let held = (classes + heldKinds(beside: classes).map(\.description)).joined(
            separator: " and ")
        switch Judge.rules[expectation] {
        case is NoSelfDeadlock.Type: return "self-deadlock on \(held)"
        case is NoDeadlock.Type where end == .deadlock: return "deadlock on \(held)"
        case is NoDeadlock.Type: return "nobody wakes who waits for \(held)"
        case is LocksReleased.Type where what == 0: return "still held: \(held)"
        case is NoLeak.Type where what == 0:
            let lost = (0..<32).compactMap { things & 1 << $0 != 0 ? Leak.Kind(rawValue: $0) : nil }
            return "lost: " + lost.map { "\($0)" }.joined(separator: " and ")
        case is NoWarning.Type where what != 0: return "the run \(end.description)"
        default:
            return Judge.rules[expectation].description(ofCase: Int(what))
        }
    }

    /// What was held or waited for and is not named by its class.
    private func heldKinds(beside classes: [String]) -> [HeldKind] {
        let isDeadlock = end.isDeadlock
        return (0..<32).compactMap { things & 1 << $0 != 0 ? HeldKind(rawValue: $0) : nil }
            .filter { kind in
                switch kind {
                case .lock: classes.isEmpty
                case .entry, .pageLock, .freeze: classes.isEmpty || !isDeadlock
                default: true
                }
            }
    }
}

extension Judge {
    /// The ways in which the run that was judged last breaks what it breaks; with those on record.
    ///
    /// - Parameters:
    ///   - judgement: what `judge` said of it.
    ///   - outcome: the outcome of that run.
    @inline(never)
    public func forEachFailure(
        _ judgement: Judgement, _ outcome: borrowing Outcome, of scenario: Scenario,
        _ body: (FailureKind) -> Void
    ) {
        var fails = judgement.fails.rawValue
        while fails != 0 {
            let index = fails.trailingZeroBitCount
            fails &= fails - 1
            body(
                FailureKind(
                    failures[index], breaking: index, finding: nil, outcome, of: scenario))
        }
        var findings = judgement.findings
        while findings != 0 {
            let finding = findings.trailingZeroBitCount
            findings &= findings - 1
            let index = Findings.all[finding].expectation.rawValue.trailingZeroBitCount
            body(
                FailureKind(
                    failures[index], breaking: index, finding: finding, outcome, of: scenario))
        }
    }
}

extension Judge {
    /// The same as an array.
    public func kinds(
        _ judgement: Judgement, _ outcome: borrowing Outcome, of scenario: Scenario
    ) -> [FailureKind] {
        var kinds: [FailureKind] = []
        forEachFailure(judgement, outcome, of: scenario) { kinds.append($0) }
        return kinds
    }
}

extension HeldKind {
    fileprivate var description: String {
        switch self {
        case .waitQueue: "a wait queue"
        case .lock: "a lock"
        case .entry: "a locked DAX entry"
        case .pageLock: "a page lock"
        case .freeze: "freeze protection"
        case .storage: "mapped storage"
        case .preload: "a preload"
        case .atomic: "preemption off"
        }
    }
}
