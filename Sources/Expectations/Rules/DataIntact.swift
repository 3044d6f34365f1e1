// SPDX-License-Identifier: GPL-2.0-only

import Machine

/// `data-intact`: every byte that read() or a mapping shows is the one that the reference model holds,
/// through faults, truncates and failures.
///
/// In detail, after every run: what reads and loads saw; how much read() and write() did when
/// nothing failed; i_size; the medium under the file, and zeroes behind i_size in the last block;
/// each block where the model requires one, none where no operation may have allocated one, none
/// reached twice or free in the bitmap; each page table entry maps the block that the file owns
/// there, or a RAM page (hole page, zero page, private copy) that shows the same bytes, and none
/// lies behind EOF; each writable mapping of storage has a dirty entry in the index, or fsync()
/// would miss the store.
///
/// Models POSIX for read(), write(), truncate() and MAP_SHARED/MAP_PRIVATE of a local file. Not
/// applied to runs that did not finish, nor to those that were cut short because an operation
/// returned with a lock held (its access may not have been made). Of several tasks' operations the
/// order is not known: see `LinearizableFile` for what is asked then. Behind the end of a file whose block map a truncation could
/// not read, nothing is promised.
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
            return sharedFailure(facts).map { .broken($0) } ?? .kept
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
        // Almost always only the last operation looks at anything, and the model stands there
        // already; an earlier one that did is looked at with a model of its own time.
        for index in 0..<facts.results.count {
            let operation = facts.scenario.operations[index]
            let result = facts.results[index]
            let call = facts.calls[index]
            guard result.state == .done else { break }
            if let failure = count(operation, result, call) { return failure }
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
            case .readFault, .privateReadFault, .pmdReadFault, .read, .fsync, .freeze: continue
            default: return true
            }
        }
        return false
    }

    /// How much was done where nothing failed.
    private static func count(
        _ operation: Operation, _ result: OperationResult, _ call: SyscallFacts
    ) -> RuleFailure? {
        guard !call.hasFailure else { return nil }
        let expected: Int64
        switch operation.kind {
        case .read:
            let left = call.size > operation.position ? call.size - operation.position : 0
            expected = Int64(min(operation.length, left))
        case .write: expected = Int64(operation.length)
        case .truncate, .fsync, .freeze: expected = 0
        case let kind where kind.isAccess:
            let page = operation.position / FileModel.pageSize
            expected = page < FileModel.pagesUp(call.size) ? 0 : -Int64(Errno.efault)
        default: return nil
        }
        if result.value == expected { return nil }
        let what: Case = operation.kind.isAccess ? .access : .count
        return fail(what, expected, result.value, event: call.exit)
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

    // MARK: - What is on the medium

    private static func medium(_ facts: borrowing RunFacts) -> RuleFailure? {
        let model = facts.model
        if facts.size != model.size {
            return fail(.size, Int64(model.size), Int64(facts.size))
        }
        var nonzero: UInt64 = 0
        for index in 0..<facts.contents.count {
            let run = facts.contents[index]
            if run.position >= model.looseEnd { break }
            if run.byte == 0 {
                // Must not hide bytes of the model; they are missed in the count below.
                continue
            }
            if facts.hasUnwrittenBlocks {
                var position = run.position
                while position < run.end {
                    let next = min(run.end, (position | (FileModel.pageSize - 1)) + 1)
                    let block = facts.block(at: Int64(position / FileModel.pageSize))
                    if block?.isUnwritten != true {
                        if !model.holds(run.byte, from: position, to: next) {
                            return fail(.medium, Int64(position), Int64(run.byte))
                        }
                        nonzero += model.promised(from: position, to: next)
                    }
                    position = next
                }
            } else {
                if !model.holds(run.byte, from: run.position, to: run.end) {
                    return fail(.medium, Int64(run.position), Int64(run.byte))
                }
                nonzero += model.promised(from: run.position, to: run.end)
            }
        }
        let expected = model.nonzeroBytes
        return nonzero == expected ? nil : fail(.missingByte, Int64(expected), Int64(nonzero))
    }

    // MARK: - Which blocks the file owns

    /// A block of the file is its own, and taken.
    static func owner(of block: OwnedBlock) -> RuleFailure? {
        if block.isSharedTwice {
            return fail(.sharedBlock, block.fileBlock, Int64(block.deviceBlock))
        }
        if block.isMissingInBitmap {
            return fail(.freeBlock, block.fileBlock, Int64(block.deviceBlock))
        }
        return nil
    }

    private static func ownership(_ facts: borrowing RunFacts) -> RuleFailure? {
        let model = facts.model
        let pages = FileModel.pagesUp(model.size)
        let loosePages = model.looseEnd / FileModel.pageSize
        var required: UInt64 = 0
        var known = FileModel.Pages(start: 0, end: 0)
        var isKnownRequired = false
        for index in 0..<facts.blocks.count {
            let block = facts.blocks[index]
            if let failure = owner(of: block) { return failure }
            guard block.fileBlock >= 0 else { continue }
            let page = UInt64(block.fileBlock)
            if page >= loosePages { break }
            if !known.contains(page) {
                isKnownRequired = true
                if let range = model.required.first(where: { $0.contains(page) }) {
                    known = range
                } else if let range = model.allowed.first(where: { $0.contains(page) }),
                    page < pages
                {
                    // A required range may begin in the middle of an allowed one.
                    known = FileModel.Pages(start: page, end: page + 1)
                    isKnownRequired = false
                    _ = range
                } else {
                    return fail(.extraBlock, 0, block.fileBlock)
                }
            }
            if isKnownRequired { required += 1 }
        }
        let expected = model.required.reduce(0) {
            $0 + min($1.end, loosePages) - min($1.start, loosePages)
        }
        return required == expected
            ? nil : fail(.missingBlock, Int64(expected), Int64(required))
    }

    // MARK: - What page tables and the index say

    private static func pageTables(_ facts: borrowing RunFacts) -> RuleFailure? {
        let model = facts.model
        let pages = FileModel.pagesUp(model.size)
        for number in 0..<facts.mappings.count {
            let mapping = facts.mappings[number]
            let page = UInt64(mapping.page)
            let end = page + (mapping.order > 0 ? 512 : 1)
            if end > pages { return fail(.beyondEOF, Int64(pages), Int64(page)) }
            if mapping.deviceBlock >= 0 {
                if let failure = storage(under: mapping, facts) { return failure }
            } else if mapping.isPrivate && model.privatePages.contains(page) {
                continue
            } else {
                // A hole page or the zero page: nothing but zeroes may be under it.
                if mapping.isWritable { return fail(.writableCopy, 0, Int64(page)) }
                if !model.holds(
                    0, from: page * FileModel.pageSize, to: end * FileModel.pageSize)
                {
                    return fail(.stalePage, 0, Int64(page))
                }
            }
        }
        return nil
    }

    /// A mapping of storage shows the file's own blocks, and can be stored through only where it is
    /// shared and its entry dirty.
    static func storage(
        under mapping: PageMapping, _ facts: borrowing RunFacts
    ) -> RuleFailure? {
        let page = UInt64(mapping.page)
        for offset in 0..<(mapping.order > 0 ? 512 : 1) as Range<Int64> {
            let block = facts.block(at: Int64(page) + offset)
            let owned = block.map { Int64($0.deviceBlock) } ?? -1
            if owned != mapping.deviceBlock + offset || block?.isUnwritten == true {
                return fail(.mappedBlock, owned, mapping.deviceBlock + offset)
            }
        }
        guard mapping.isWritable else { return nil }
        if mapping.isPrivate { return fail(.writableCopy, 0, Int64(page)) }
        return facts.isDirty(page) ? nil : fail(.clean, 1, Int64(page))
    }

    static func index(_ facts: borrowing RunFacts) -> RuleFailure? {
        for number in 0..<facts.slots.count {
            let slot = facts.slots[number]
            guard slot.deviceBlock >= 0, slot.kind == .pte || slot.kind == .pmd else { continue }
            let owned = facts.block(at: Int64(slot.index)).map { Int64($0.deviceBlock) } ?? -1
            if owned != slot.deviceBlock {
                return fail(.staleEntry, owned, slot.deviceBlock)
            }
        }
        return nil
    }

    // MARK: - Words

    static func description(ofCase what: Int) -> String {
        switch Case(rawValue: what) {
        case .seen, .sharedSeen: "a byte is seen that is not the file's"
        case .count, .sharedValue: "a call returns another count"
        case .access: "an access ends otherwise"
        case .size, .sharedSize: "another i_size"
        case .medium, .missingByte, .sharedMedium: "a byte on the medium is not the file's"
        case .missingBlock: "a block is missing"
        case .extraBlock: "a block too many"
        case .sharedBlock: "a block is reached twice"
        case .freeBlock: "a block in use is free in the bitmap"
        case .mappedBlock: "a mapping of a block that is not the file's there"
        case .stalePage: "a stale page of zeroes is mapped"
        case .beyondEOF: "a mapping beyond EOF"
        case .writableCopy: "a page that must not be is writable"
        case .clean: "a clean entry under a writable mapping"
        case .staleEntry: "a stale entry in the index"
        case nil: "data differ"
        }
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let (expected, actual) = sentences(for: failure, facts)
        return Explanation(expected: expected, actual: actual, event: failure.event)
    }

    private static func sentences(
        for failure: RuleFailure, _ facts: borrowing RunFacts
    ) -> (String, String) {
        let (expected, actual) = (failure.expected, failure.actual)
        let hex = "0x" + String(UInt64(bitPattern: actual) & 0xff, radix: 16)
        switch Case(rawValue: failure.what)! {
        case .seen: return ("the model's bytes at position \(expected)", "\(hex) was seen there")
        case .count:
            return ("\(expected) returned: no call failed", "\(Errno.name(of: actual)) returned")
        case .access:
            return (
                expected == 0 ? "the access is made: no call failed" : "the access ends in SIGBUS",
                actual == 0 ? "it was made" : "it ended with \(Errno.name(of: actual))"
            )
        case .size: return ("i_size \(expected)", "i_size \(actual)")
        case .medium:
            let byte = facts.model.byte(at: UInt64(expected))
            return (
                "0x\(String(byte, radix: 16)) at position \(expected)", "\(hex) is on the medium"
            )
        case .missingByte:
            return (
                "\(expected) bytes that are not zero in the file", "\(actual) are on the medium"
            )
        case .missingBlock:
            return ("\(expected) blocks that the file must own", "it owns \(actual) of them")
        case .extraBlock:
            return (
                "no block where no operation was to allocate one",
                "the file owns file block \(actual)"
            )
        case .sharedBlock:
            return ("each block in one place", "device block \(actual) is reached twice")
        case .freeBlock:
            return (
                "each block of the file marked as in use",
                "device block \(actual) (file block \(expected)) is free in the bitmap"
            )
        case .mappedBlock:
            return (
                expected < 0
                    ? "no storage mapped where the file owns none"
                    : "device block \(expected) mapped, which the file owns",
                "device block \(actual) is mapped"
            )
        case .stalePage:
            return (
                "the file's bytes shown by the mapping of page \(actual)",
                "a page of zeroes is still mapped there"
            )
        case .beyondEOF:
            return ("nothing mapped from page \(expected) on", "page \(actual) is mapped")
        case .writableCopy:
            return ("page \(actual) mapped read-only", "it is mapped writable")
        case .clean:
            return (
                "a dirty entry under the writable mapping of page \(actual)",
                "none is: fsync() would miss the store"
            )
        case .sharedSeen:
            return (
                "a byte at position \(expected) that some order of the operations puts there",
                "\(hex) was seen there"
            )
        case .sharedValue:
            return (
                "a result that some order of the operations gives",
                "\(facts.name(of: Int(expected))) returned \(Errno.name(of: actual))"
            )
        case .sharedSize:
            return ("an i_size that some order of the operations gives", "i_size \(actual)")
        case .sharedMedium:
            return (
                "a byte at position \(expected) that some order of the operations puts there",
                "\(hex) is on the medium"
            )
        case .staleEntry:
            return (
                "an entry for device block \(expected)",
                "the entry in the index is for device block \(actual)"
            )
        }
    }
}
