// SPDX-License-Identifier: GPL-2.0-only

import Machine

/// `error-has-cause`: where nothing failed, nothing is refused.
///
/// `iomap_begin`, `iomap_end` and a system call return an error only if a call below them failed:
/// an allocation, the medium, a copy, a signal. ENOSPC has a cause where no block is left. A 2 MiB
/// fault falls back only for what lies in its way: its range, an entry or a page in the index, a
/// failing call, an extent or storage that is too short or not aligned. The other way round, what
/// failed has its consequence: an answer of `iomap_begin` that cannot be is warned of or refused, a fatal signal ends a copy, and a page on a bad medium is neither
/// read nor mapped.
///
/// Models what a user takes for granted: a sound machine with memory and space gives no error, and
/// gives huge pages where they fit. Does not say which error is right; `error-kept` and `fault-code`
/// do. An access that ends in SIGBUS is theirs, and that of `data-intact`, too. Applies to every run
/// with an operation that returned.
enum ErrorHasCause: Rule {
    static let name = "error-has-cause"
    static let rule =
        "no call fails, and no 2 MiB fault falls back, unless something failed or was in the way"

    enum Case: Int {
        case begin, call, fallback, signal, badMedium, permitted, nonsense
    }

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        if facts.nonsense >= 0 {
            return isToldOfNonsense(facts) ? .kept : broken(.nonsense, 0, at: facts.nonsense)
        }
        if facts.refusal >= 0, !isFull(at: facts.refusal, facts),
            !mayHaveToWait(at: facts.refusal, facts)
        {
            return broken(.begin, facts.events[facts.refusal].result, at: facts.refusal)
        }
        if facts.copyAfterSignal >= 0 { return broken(.signal, 0, at: facts.copyAfterSignal) }
        for index in 0..<facts.results.count where facts.results[index].state == .done {
            let value = facts.results[index].value
            if value == 0, facts.scenario.operations[index].kind == .truncate,
                !facts.scenario.geometry.flags.isDisjoint(with: .fixedSize)
            {
                return broken(.permitted, value, at: facts.calls[index].exit)
            }
            if value < 0, isCauseless(value, of: index, facts) {
                return broken(.call, value, at: facts.calls[index].exit)
            }
            if value >= 0, facts.scenario.hasBadExtents, readsBadMedium(index, value, facts) {
                return broken(.badMedium, value, at: facts.calls[index].exit)
            }
        }
        for index in 0..<facts.faults.count where facts.faults[index].order == .pmd {
            if facts.fallsBackForNothing(facts.faults[index]) {
                return broken(.fallback, Int64(index), at: facts.faults[index].exit)
            }
        }
        return .keptIf(applicable: facts.hasReturnedOperation)
    }

    /// Whether the log, or the caller, has heard of an answer that is no extent of the range. A type
    /// that nobody knows, and an extent of which a fault would map nothing, are also refused.
    private static func isToldOfNonsense(_ facts: borrowing RunFacts) -> Bool {
        let nonsense = facts.events[facts.nonsense]
        let isTooShort = nonsense.result == -Int64(Errno.emsgsize)
        let mustRefuse = isTooShort || nonsense.result == -Int64(Errno.einval)
        if facts.firstWarning > facts.nonsense, !mustRefuse { return true }
        let operation = nonsense.operation
        if isTooShort,
            operation.map({ !facts.scenario.operations[$0].kind.isAccess }) ?? true
        {
            return true
        }
        if !facts.quirks.faultsLookAtBegin, nonsense.result == -Int64(Errno.erange),
            let operation, facts.scenario.operations[operation].kind.isAccess
        {
            return true
        }
        if let operation, facts.results[operation].state == .done {
            if facts.results[operation].value < 0 { return true }
        }
        if !isTooShort, asksAgain(facts) { return true }
        for index in 0..<facts.faults.count
        where facts.faults[index].exit > facts.nonsense
            && !facts.faults[index].returned.isDisjoint(with: [.errors, .fallback])
        {
            return true
        }
        return false
    }

    /// Whether the same was asked once more, so that nobody went by the answer. An empty one makes
    /// who goes by it ask again, too.
    private static func asksAgain(_ facts: borrowing RunFacts) -> Bool {
        let nonsense = facts.events[facts.nonsense]
        guard nonsense.result != -Int64(Errno.enodata) else { return false }
        var position: Int64?
        for event in facts.events[facts.nonsense...]
        where event.kind == .begin && event.task == nonsense.task
            && event.operation == nonsense.operation
        {
            if event.arg0 == position { return true }
            if position == nil { position = event.arg0 }
        }
        return false
    }

    private static func broken(_ what: Case, _ actual: Int64, at event: Int) -> Ruling {
        .broken(RuleFailure(event: event, what: what.rawValue, actual: actual))
    }

    /// Whether who was told not to wait says that it would have to, and another task can be in the way,
    /// or storage that is not ready. `data-intact` knows what is.
    private static func mayHaveToWait(at event: Int, _ facts: borrowing RunFacts) -> Bool {
        guard facts.events[event].result == -Int64(Errno.eagain),
            let operation = facts.events[event].operation
        else { return false }
        let kind = facts.scenario.operations[operation].kind
        return kind.mayNotWait && (kind.isWrite || facts.scenario.tasks > 1)
    }

    private static func isCauseless(
        _ value: Int64, of index: Int, _ facts: borrowing RunFacts
    ) -> Bool {
        guard !facts.calls[index].hasFailure, !isOutOfSpace(value, facts),
            facts.scenario.geometry.flags.isDisjoint(with: .fixedSize)
        else { return false }
        switch facts.scenario.operations[index].kind {
        case .read, .write, .truncate, .fsync, .freeze, .unmap: return true
        case .zeroRange, .punchHole, .reflink, .unshare, .evict: return true
        case .readNowait: return facts.scenario.tasks == 1 || value != -Int64(Errno.eagain)
        case .writeNowait: return value != -Int64(Errno.eagain)
        case .collapseRange, .dedupe:
            return value != -Int64(Errno.einval) && value != -Int64(Errno.ebade)
        case let kind where kind.isAccess: return value == -Int64(Errno.enomem)
        default: return false
        }
    }

    /// Whether a call says that there is no space, and there is none: an allocation needs a few
    /// blocks of numbers beside the block itself, and gives back what it took when it fails.
    private static func isOutOfSpace(_ error: Int64, _ facts: borrowing RunFacts) -> Bool {
        error == -Int64(Errno.enospc)
            && min(facts.freeBlocks, facts.freeBlocksBefore) < spaceForOne
    }

    /// A block, and one for each level of numbers that the files here have.
    private static let spaceForOne = 4

    /// The same of a begin, by what is free at that moment and not root's.
    private static func isFull(at index: Int, _ facts: borrowing RunFacts) -> Bool {
        let begin = facts.events[index]
        let flags = facts.scenario.geometry.flags
        guard begin.result == -Int64(Errno.enospc), !flags.contains(.reserved) else {
            return begin.result == -Int64(Errno.enospc)
        }
        var free = Int64(facts.freeBlocksBefore)
        if flags.contains(.halfReserved) { free -= free / 2 }
        for event in facts.events[..<index] {
            switch event.kind {
            case .blockAllocate where event.result >= 0: free -= event.arg1
            case .blockFree where event.result >= 0: free += event.arg1
            default: break
            }
        }
        let isDirect = begin.kind == .begin && begin.arg0 / Int64(FileModel.pageSize) < 12
        return free < (isDirect ? 1 : Int64(spaceForOne))
    }

    /// Whether an operation got something from a page whose block the geometry made bad, before any
    /// operation that could have given the page another block or other bytes.
    private static func readsBadMedium(
        _ index: Int, _ value: Int64, _ facts: borrowing RunFacts
    ) -> Bool {
        let operation = facts.scenario.operations[index]
        guard facts.scenario.tasks == 1, operation.length > 0,
            operation.kind.isRead || operation.kind.isAccess
        else { return false }
        for earlier in facts.scenario.operations[..<index] where !earlier.kind.isAccess {
            switch earlier.kind {
            case .read, .readNowait, .fsync, .freeze, .unmap, .yield: continue
            default: return false
            }
        }
        let length = operation.kind.isRead ? UInt64(value) : operation.length
        return length > 0
            && facts.scenario.touchesBadExtent(operation.position, length: length)
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let error = Errno.name(of: failure.actual)
        switch Case(rawValue: failure.what)! {
        case .begin:
            return Explanation(
                expected: "no error: nothing that it called has failed", actual: error,
                event: failure.event)
        case .call:
            return Explanation(
                expected: "the call succeeds: nothing has failed in it",
                actual: "it returned \(error)",
                event: failure.event)
        case .fallback:
            return Explanation(
                expected: "2 MiB are mapped: nothing is in the way",
                actual: "the fault falls back to a page", event: failure.event)
        case .signal:
            return Explanation(
                expected: "nothing is copied after a fatal signal was seen",
                actual: "\(facts.events[failure.event].result) bytes were copied",
                event: failure.event)
        case .permitted:
            return Explanation(
                expected: "truncate() is refused: nobody may set the size of this file",
                actual: "it returned 0", event: failure.event)
        case .nonsense:
            return Explanation(
                expected:
                    "a warning or an error: what iomap_begin answers is no extent of the range",
                actual: "it was taken for one", event: failure.event)
        case .badMedium:
            return Explanation(
                expected: "an error: the page lies on a bad medium",
                actual: "the operation returned \(failure.actual)", event: failure.event)
        }
    }

    static func description(ofCase what: Int) -> String {
        switch Case(rawValue: what)! {
        case .begin: "iomap_begin or iomap_end fails for no cause"
        case .call: "a call fails for no cause"
        case .fallback: "a 2 MiB fault falls back for no cause"
        case .signal: "a fatal signal does not end a copy"
        case .nonsense: "an impossible answer of iomap_begin is believed"
        case .badMedium: "a bad medium gives no error"
        case .permitted: "the size of a file is set that nobody may set"
        }
    }
}
