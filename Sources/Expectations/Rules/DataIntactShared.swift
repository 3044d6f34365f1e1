// SPDX-License-Identifier: GPL-2.0-only

// `data-intact` where several tasks have worked on the file at once. What can be said without
// knowing their order is said of the end state itself: page tables, index and block map agree with
// each other and with i_size. What the bytes are, what was seen of them and what was returned is
// held against all orders that are possible.

import Machine

extension DataIntact {
    static func sharedFailure(_ evidence: borrowing Evidence) -> Failure? {
        let file = PlausibleFile(evidence)
        return sharedOwnership(evidence) ?? sharedPages(evidence) ?? index(evidence)
            ?? sharedResults(evidence, file) ?? sharedBytes(evidence, file)
    }

    private static func sharedOwnership(_ evidence: borrowing Evidence) -> Failure? {
        let pages = Int64(FileModel.pagesUp(evidence.size))
        for index in 0..<evidence.blocks.count {
            let block = evidence.blocks[index]
            if let failure = owner(of: block) { return failure }
            if block.fileBlock >= pages { return fail(.extraBlock, 0, block.fileBlock) }
        }
        return nil
    }

    private static func sharedPages(_ evidence: borrowing Evidence) -> Failure? {
        let pages = FileModel.pagesUp(evidence.size)
        for number in 0..<evidence.mappings.count {
            let mapping = evidence.mappings[number]
            let page = UInt64(mapping.page)
            let end = page + (mapping.order > 0 ? 512 : 1)
            // A private copy is the process's own, and stays where it was made.
            let isCopy = mapping.isPrivate && mapping.deviceBlock < 0
            if end > pages && !isCopy { return fail(.beyondEOF, Int64(pages), Int64(page)) }
            if mapping.deviceBlock >= 0 {
                if let failure = storage(under: mapping, evidence) { return failure }
            } else if !isCopy {
                if mapping.isWritable { return fail(.writableCopy, 0, Int64(page)) }
                // A page of zeroes: nothing else may be under it.
                for run in evidence.contents where run.byte != 0 {
                    let start = page * FileModel.pageSize
                    guard run.position < end * FileModel.pageSize, run.end > start else { continue }
                    let block = evidence.block(
                        at: Int64(max(run.position, start) / FileModel.pageSize))
                    if block?.isUnwritten != true { return fail(.stalePage, 0, Int64(page)) }
                }
            }
        }
        return nil
    }

    // MARK: - What operations returned and saw

    private static func sharedResults(
        _ evidence: borrowing Evidence, _ file: PlausibleFile
    ) -> Failure? {
        for index in 0..<evidence.results.count {
            let operation = evidence.scenario.operations[index]
            let result = evidence.results[index]
            guard result.state == .done, !operation.isSetup else { continue }
            if let values = file.values(of: index), !values.contains(result.value) {
                return fail(
                    .sharedValue, Int64(index), result.value, event: evidence.exit(of: index))
            }
            for place in result.seen {
                let run = evidence.seen[place]
                let wrong = firstStretch(run.position, run.end, file) { position in
                    let allowed =
                        operation.kind.isPrivate
                        ? file.everSeen(at: position) : file.bytes(at: position, seenBy: index)
                    return !allowed.contains(run.byte)
                }
                if let wrong {
                    return fail(
                        .sharedSeen, Int64(wrong), Int64(run.byte), event: evidence.exit(of: index))
                }
            }
        }
        if !file.sizes().contains(evidence.size) {
            return fail(.sharedSize, 0, Int64(evidence.size))
        }
        return nil
    }

    /// The first stretch in a range of positions of which something is true.
    private static func firstStretch(
        _ start: UInt64, _ end: UInt64, _ file: PlausibleFile, where isWrong: (UInt64) -> Bool
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
        _ evidence: borrowing Evidence, _ file: PlausibleFile
    ) -> Failure? {
        var position: UInt64 = 0
        for run in evidence.contents {
            // Between two runs, and before the first, is a hole.
            if let wrong = wrongStretch(position, run.position, 0, evidence, file) {
                return fail(.sharedMedium, Int64(wrong), 0)
            }
            var start = run.position
            while start < run.end {
                let next = min(run.end, (start | (FileModel.pageSize - 1)) + 1)
                let isUnwritten =
                    evidence.hasUnwrittenBlocks
                    && evidence.block(at: Int64(start / FileModel.pageSize))?.isUnwritten == true
                let byte = isUnwritten ? 0 : run.byte
                if let wrong = wrongStretch(start, next, byte, evidence, file) {
                    return fail(.sharedMedium, Int64(wrong), Int64(byte))
                }
                start = next
            }
            position = run.end
        }
        if let wrong = wrongStretch(position, evidence.size, 0, evidence, file) {
            return fail(.sharedMedium, Int64(wrong), 0)
        }
        return nil
    }

    private static func wrongStretch(
        _ start: UInt64, _ end: UInt64, _ byte: UInt8, _ evidence: borrowing Evidence,
        _ file: PlausibleFile
    ) -> UInt64? {
        let size = evidence.size
        return firstStretch(start, end, file) { position in
            let allowed = file.bytes(at: position)
            return !allowed.contains(byte) && !(position >= size && byte == 0)
        }
    }
}
