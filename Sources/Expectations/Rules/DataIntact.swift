// SPDX-License-Identifier: GPL-2.0-only

import Machine

/// `data-intact`: every byte read through read() or a mapping is the one in the reference model,
/// across faults, truncates and failures.
///
/// After every run it checks: what reads and loads saw; the counts that read() and write() returned
/// if nothing failed; i_size; the medium under the file, and zeroes beyond i_size in the last
/// block; a block wherever the model requires one, none where no operation may have allocated one,
/// none reached twice or free in the bitmap; that each page table entry maps the file's block of
/// that page, or a RAM page (hole page, zero page, private copy) with the same bytes, and lies
/// before EOF; that each writable mapping of storage has a dirty entry in the index, or fsync()
/// would miss the store.
///
/// Models POSIX for read(), write(), truncate() and MAP_SHARED/MAP_PRIVATE of a local file. Does
/// not apply to runs that did not finish, nor to those that ended early because an operation
/// returned with a lock held (its access may not have been made). The order of several tasks'
/// operations is unknown: `LinearizableFile` says what is asked then. Beyond the end of a file
/// whose block map a truncation could not read, nothing is promised.
enum DataIntact: Rule {
    static let name = "data-intact"
    static let rule =
        "every byte read through read() or a mapping is what the reference model says, across "
        + "faults, truncates and failures"

    enum Case: Int {
        case seen, count, access, size, medium, missingByte, missingBlock, extraBlock, sharedBlock
        case freeBlock, mappedBlock, stalePage, beyondEOF, writableCopy, clean, staleEntry
        case sharedSeen, sharedValue, sharedSize, sharedMedium
    }

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        guard facts.isAudited, !facts.isCutShort else { return .notApplicable }
        if facts.scenario.tasks > 1 {
            if facts.hasUnreadableBlockMap || facts.scenario.geometry.filesystem == .none {
                return .notApplicable
            }
            return concurrentFailure(facts).map { .broken($0) } ?? .kept
        }
        let failure =
            operations(facts) ?? medium(facts) ?? ownership(facts)
            ?? pageTables(facts) ?? index(facts)
        if let failure { return .broken(failure) }
        return .kept
    }

    static func fail(
        _ what: Case, _ expected: Int64, _ actual: Int64, event: Int = -1
    ) -> RuleFailure {
        RuleFailure(event: event, what: what.rawValue, expected: expected, actual: actual)
    }

    // MARK: - What operations returned and saw

    private static func operations(_ facts: borrowing RunFacts) -> RuleFailure? {
        // Nearly always only the last operation reads anything, and the model is at its time. For
        // an earlier one, make the model of its time.
        for index in 0..<facts.results.count {
            let operation = facts.scenario.operations[index]
            let result = facts.results[index]
            let call = facts.calls[index]
            guard result.state == .done else { break }
            if givesUp(operation, result, facts) { continue }
            if let failure = count(operation, result, call, facts.scenario.geometry) {
                return failure
            }
            if let failure = countByModel(index, operation, result, call, facts) { return failure }
            guard result.seen.count > 0 else { continue }
            if index == facts.results.count - 1 {
                if let failure = seen(operation, result, call, facts.model, facts) {
                    return failure
                }
            } else if isFollowedByChange(facts, index) {
                var model = FileModel()
                model.make(facts.scenario.geometry)
                for earlier in 0..<index {
                    model.apply(
                        facts.scenario.operations[earlier],
                        value: facts.results[earlier].value)
                }
                if let failure = seen(operation, result, call, model, facts) { return failure }
            } else if let failure = seen(operation, result, call, facts.model, facts) {
                return failure
            }
        }
        return nil
    }

    private static func isFollowedByChange(_ facts: borrowing RunFacts, _ index: Int) -> Bool {
        for later in index + 1..<facts.results.count {
            switch facts.scenario.operations[later].kind {
            case .readFault, .privateReadFault, .pmdReadFault, .read, .readNowait, .fsync, .freeze,
                .unpin:
                continue
            default: return true
            }
        }
        return false
    }

    /// Whether the machine has given an access up because another task took away again and again
    /// what a fault had mapped: a worker is one more task in every scenario.
    private static func givesUp(
        _ operation: Operation, _ result: OperationResult, _ facts: borrowing RunFacts
    ) -> Bool {
        facts.scenario.geometry.filesystem.hasWorker && operation.kind.isAccess
            && result.value == -Int64(Errno.eagain)
    }

    /// What an operation must return if nothing failed.
    private static func count(
        _ operation: Operation, _ result: OperationResult, _ call: SyscallFacts,
        _ geometry: Geometry
    ) -> RuleFailure? {
        guard !call.hasFailure else { return nil }
        let expected: Int64
        switch operation.kind {
        case .read, .readNowait:
            let left = call.size > operation.position ? call.size - operation.position : 0
            expected = Int64(min(operation.length, left))
        // Whether a size may be set, `error-has-cause` asks.
        case .truncate where !geometry.flags.isDisjoint(with: .fixedSize): return nil
        case .write: expected = Int64(operation.length)
        case .truncate, .fsync, .freeze, .unpin, .mapSync, .zeroRange, .punchHole,
            .memoryFailure, .mappingFailure, .reflink, .unshare, .evict:
            expected = 0
        case .collapseRange:
            let isSound =
                (operation.position | operation.length) % FileModel.pageSize == 0
                && operation.length > 0 && operation.end < call.size
            expected = isSound ? 0 : -Int64(Errno.einval)
        case let kind where kind.isStore && !kind.isPrivate && geometry.filesystem.isReadOnly:
            expected = -Int64(Errno.efault)
        case let kind where kind.isAccess || kind == .pin:
            let page = operation.position / FileModel.pageSize
            expected = page < FileModel.pagesUp(call.size) ? 0 : -Int64(Errno.efault)
        default: return nil
        }
        if result.value == expected { return nil }
        let what: Case = operation.kind.isAccess ? .access : .count
        return fail(what, expected, result.value, event: call.exit)
    }

    /// The same where it depends on what the file was.
    private static func countByModel(
        _ index: Int, _ operation: Operation, _ result: OperationResult, _ call: SyscallFacts,
        _ facts: borrowing RunFacts
    ) -> RuleFailure? {
        guard !call.hasFailure, operation.kind == .writeNowait || operation.kind == .dedupe else {
            return nil
        }
        var model = FileModel()
        model.make(facts.scenario.geometry)
        for earlier in 0..<index {
            model.apply(
                facts.scenario.operations[earlier], value: facts.results[earlier].value)
        }
        let isRight: Bool
        let expected: Int64
        switch operation.kind {
        case .writeNowait:
            guard let known = model.resultOfNowait(index, of: facts.scenario) else { return nil }
            expected = known
            isRight = result.value == known
        default: (expected, isRight) = model.judgeComparison(operation, result.value, call.size)
        }
        return isRight ? nil : fail(.count, expected, result.value, event: call.exit)
    }

    private static func seen(
        _ operation: Operation, _ result: OperationResult, _ call: SyscallFacts, _ model: FileModel,
        _ facts: borrowing RunFacts
    ) -> RuleFailure? {
        for index in result.seen {
            let run = facts.seen[index]
            let isRight =
                operation.kind.isPrivate
                ? model.holdsPrivately(run.byte, from: run.position, to: run.end)
                : model.holds(run.byte, from: run.position, to: run.end)
            if !isRight {
                return fail(.seen, Int64(run.position), Int64(run.byte), event: call.exit)
            }
        }
        return nil
    }
}
