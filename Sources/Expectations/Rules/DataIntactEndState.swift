// SPDX-License-Identifier: GPL-2.0-only

// The end state that `data-intact` asks for after a run of one task: the medium, the file's blocks,
// the page tables and the index of the mapping.

import Machine

extension DataIntact {
    // MARK: - What is on the medium

    static func medium(_ facts: borrowing RunFacts) -> RuleFailure? {
        let model = facts.model
        if facts.size != model.size {
            return fail(.size, Int64(clamping: model.size), Int64(clamping: facts.size))
        }
        var nonzero: UInt64 = 0
        for index in 0..<facts.contents.count {
            let run = facts.contents[index]
            if run.position >= model.looseEnd { break }
            if run.byte == 0 {
                // If the model has other bytes here, the count below misses them.
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
                        nonzero += model.specifiedBytes(from: position, to: next)
                    }
                    position = next
                }
            } else {
                if !model.holds(run.byte, from: run.position, to: run.end) {
                    return fail(.medium, Int64(run.position), Int64(run.byte))
                }
                nonzero += model.specifiedBytes(from: run.position, to: run.end)
            }
        }
        let expected = model.nonzeroBytes
        return nonzero == expected ? nil : fail(.missingByte, Int64(expected), Int64(nonzero))
    }

    // MARK: - Which blocks the file owns

    /// A block of the file is reached once and in use in the bitmap.
    static func owner(of block: OwnedBlock) -> RuleFailure? {
        if block.isSharedTwice {
            return fail(.sharedBlock, block.fileBlock, Int64(block.deviceBlock))
        }
        if block.isMissingInBitmap {
            return fail(.freeBlock, block.fileBlock, Int64(block.deviceBlock))
        }
        return nil
    }

    static func ownership(_ facts: borrowing RunFacts) -> RuleFailure? {
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

    static func pageTables(_ facts: borrowing RunFacts) -> RuleFailure? {
        let model = facts.model
        let pages = FileModel.pagesUp(model.size)
        for number in 0..<facts.mappings.count {
            let mapping = facts.mappings[number]
            let page = UInt64(mapping.page)
            let end = page + (mapping.order > 0 ? 512 : 1)
            if end > pages { return fail(.beyondEOF, Int64(clamping: pages), Int64(page)) }
            if mapping.deviceBlock >= 0 {
                if let failure = storage(under: mapping, facts) { return failure }
            } else if mapping.isPrivate && model.privatePages.contains(page) {
                continue
            } else {
                // A hole page or the zero page: the model must have zeroes there.
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

    /// A mapping of storage maps the file's own blocks, and is writable only if it is shared and
    /// its entry dirty.
    static func storage(
        under mapping: PageMapping, _ facts: borrowing RunFacts
    ) -> RuleFailure? {
        let page = UInt64(mapping.page)
        for offset in 0..<(mapping.order > 0 ? 512 : 1) as Range<Int64> {
            let block = facts.block(at: Int64(page) + offset)
            // Where it is, the machine looks.
            if block == nil, facts.scenario.geometry.filesystem.mapsHoles { continue }
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
            let isHole = facts.block(at: Int64(slot.index)) == nil
            if isHole, facts.scenario.geometry.filesystem.mapsHoles { continue }
            let owned = facts.block(at: Int64(slot.index)).map { Int64($0.deviceBlock) } ?? -1
            if owned != slot.deviceBlock {
                return fail(.staleEntry, owned, slot.deviceBlock)
            }
        }
        return nil
    }
}
