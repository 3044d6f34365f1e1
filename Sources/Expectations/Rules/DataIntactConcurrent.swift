// SPDX-License-Identifier: GPL-2.0-only

// `data-intact` for scenarios of several tasks. Page tables, index and block map must agree with
// each other and with i_size, whatever the order of the operations was. Bytes, what was seen of
// them, and returned values must be those of some possible order.

extension DataIntact {
    static func concurrentFailure(_ facts: borrowing RunFacts) -> RuleFailure? {
        let file = LinearizableFile(facts)
        return sharedOwnership(facts) ?? sharedPages(facts) ?? index(facts)
            ?? sharedResults(facts, file) ?? sharedBytes(facts, file)
    }

    private static func sharedOwnership(_ facts: borrowing RunFacts) -> RuleFailure? {
        let pages = Int64(clamping: FileModel.pagesUp(facts.size))
        for index in 0..<facts.blocks.count {
            let block = facts.blocks[index]
            if let failure = owner(of: block) { return failure }
            if block.fileBlock >= pages { return fail(.extraBlock, 0, block.fileBlock) }
        }
        return nil
    }

    private static func sharedPages(_ facts: borrowing RunFacts) -> RuleFailure? {
        let pages = FileModel.pagesUp(facts.size)
        for number in 0..<facts.mappings.count {
            let mapping = facts.mappings[number]
            let page = UInt64(mapping.page)
            let end = page + (mapping.order > 0 ? 512 : 1)
            // A private copy belongs to the process and stays, even beyond EOF.
            let isCopy = mapping.isPrivate && mapping.deviceBlock < 0
            if end > pages && !isCopy {
                return fail(.beyondEOF, Int64(clamping: pages), Int64(page))
            }
            if mapping.deviceBlock >= 0 {
                if let failure = storage(under: mapping, facts) { return failure }
            } else if !isCopy {
                if mapping.isWritable { return fail(.writableCopy, 0, Int64(page)) }
                // A page of zeroes: the file must have zeroes there.
                for run in facts.contents where run.byte != 0 {
                    let start = page * FileModel.pageSize
                    guard run.position < end * FileModel.pageSize, run.end > start else { continue }
                    let block = facts.block(
                        at: Int64(max(run.position, start) / FileModel.pageSize))
                    if block?.isUnwritten != true { return fail(.stalePage, 0, Int64(page)) }
                }
            }
        }
        return nil
    }

    // MARK: - What operations returned and saw

    private static func sharedResults(
        _ facts: borrowing RunFacts, _ file: LinearizableFile
    ) -> RuleFailure? {
        for index in 0..<facts.results.count {
            let operation = facts.scenario.operations[index]
            let result = facts.results[index]
            guard result.state == .done, !operation.isSetup else { continue }
            if let values = file.values(of: index), !values.contains(result.value) {
                return fail(
                    .sharedValue, Int64(index), result.value, event: facts.exit(of: index))
            }
            for record in result.seen {
                let run = facts.seen[record]
                let wrong = firstStretch(run.position, run.end, file) { position in
                    let allowed =
                        operation.kind.isPrivate
                        ? file.everSeen(at: position) : file.bytes(at: position, seenBy: index)
                    return !allowed.contains(run.byte)
                }
                if let wrong {
                    return fail(
                        .sharedSeen, Int64(clamping: wrong), Int64(run.byte),
                        event: facts.exit(of: index))
                }
            }
        }
        if !file.sizes().contains(facts.size) {
            return fail(.sharedSize, 0, Int64(clamping: facts.size))
        }
        return nil
    }

    /// The first position in a range at which something is wrong, looking once at each stretch.
    private static func firstStretch(
        _ start: UInt64, _ end: UInt64, _ file: LinearizableFile, where isWrong: (UInt64) -> Bool
    ) -> UInt64? {
        var position = start
        while position < end {
            if isWrong(position) { return position }
            position = file.cuts.first { $0 > position } ?? end
        }
        return nil
    }

    // MARK: - What is on the medium

    private static func sharedBytes(
        _ facts: borrowing RunFacts, _ file: LinearizableFile
    ) -> RuleFailure? {
        var position: UInt64 = 0
        for run in facts.contents {
            // Before, and between, runs is a hole.
            if let wrong = wrongStretch(position, run.position, 0, facts, file) {
                return fail(.sharedMedium, Int64(clamping: wrong), 0)
            }
            var start = run.position
            while start < run.end {
                let next = min(run.end, (start | (FileModel.pageSize - 1)) + 1)
                let isUnwritten =
                    facts.hasUnwrittenBlocks
                    && facts.block(at: Int64(start / FileModel.pageSize))?.isUnwritten == true
                let byte = isUnwritten ? 0 : run.byte
                if let wrong = wrongStretch(start, next, byte, facts, file) {
                    return fail(.sharedMedium, Int64(clamping: wrong), Int64(byte))
                }
                start = next
            }
            position = run.end
        }
        if let wrong = wrongStretch(position, facts.size, 0, facts, file) {
            return fail(.sharedMedium, Int64(clamping: wrong), 0)
        }
        return nil
    }

    private static func wrongStretch(
        _ start: UInt64, _ end: UInt64, _ byte: UInt8, _ facts: borrowing RunFacts,
        _ file: LinearizableFile
    ) -> UInt64? {
        let size = facts.size
        return firstStretch(start, end, file) { position in
            let allowed = file.bytes(at: position)
            return !allowed.contains(byte) && !(position >= size && byte == 0)
        }
    }
}
