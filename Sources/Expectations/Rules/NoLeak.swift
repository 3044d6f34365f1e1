// SPDX-License-Identifier: GPL-2.0-only

/// `no-leak`: at the end everything that was taken is released or reachable: memory, page
/// references, radix tree nodes, buffers, reservations; and the number of blocks taken from the
/// bitmap is the number that the file gained. On ext2 i_blocks and the two counts of free blocks,
/// the group's and the filesystem's, say the same.
///
/// Models kmemleak, page reference counts at unmount, and fsck's comparison of bitmap, block map
/// and counts.
///
/// Does not apply to runs that did not finish. Blocks are not counted when a truncation could not
/// read the block map, or the bitmap of a new block could not be read to free it: no code can then
/// free them.
enum NoLeak: Rule {
    static let name = "no-leak"
    static let rule =
        "no memory, page reference, radix-tree node, block or reservation is lost"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        guard facts.isAudited else { return .notApplicable }
        for index in 0..<facts.leaks.count {
            if facts.leaks[index].kind == .block && cannotFreeBlocks(facts) { continue }
            // What is changed and not dirty is lost for `durability`.
            if facts.leaks[index].kind == .change { continue }
            return .broken(RuleFailure(event: -1, what: 0, actual: Int64(index)))
        }
        let gained = Int64(facts.blocks.count - facts.scenario.ownedBlocksBefore)
        let taken = Int64(facts.freeBlocksBefore - facts.freeBlocks)
        if gained != taken && !cannotFreeBlocks(facts) {
            return .broken(RuleFailure(event: -1, what: 1, expected: gained, actual: taken))
        }
        return .kept
    }

    private static func cannotFreeBlocks(_ facts: borrowing RunFacts) -> Bool {
        facts.hasUnreadableBlockMap || facts.hasUnreadableBitmap
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        guard failure.what == 0 else {
            return Explanation(
                expected: "the file's blocks changed by \(failure.expected), and the bitmap's too",
                actual: "the bitmap's changed by \(failure.actual)")
        }
        let leak = facts.leaks[Int(failure.actual)]
        if leak.kind == .count {
            return Explanation(
                expected: "each count says what the bitmap and the block map say",
                actual: "the count of \(leak.what) is off by \(leak.size)")
        }
        let what =
            switch leak.kind {
            case .memory: "\(leak.size) bytes of \(leak.what)"
            case .page: "a page reference (\(leak.object))"
            case .block: "a block (\(leak.object))"
            case .reservation: "a reservation of the filesystem"
            case .node: "a radix tree node"
            case .buffer: "a buffer reference"
            case .count, .change: leak.what
            }
        return Explanation(expected: "nothing is lost", actual: "\(what) is lost")
    }

    static func description(ofCase what: Int) -> String {
        "blocks gained and taken differ"
    }
}
