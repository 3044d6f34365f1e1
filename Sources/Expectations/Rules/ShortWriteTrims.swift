// SPDX-License-Identifier: GPL-2.0-only

/// `short-write-trims`: after a write() past EOF that wrote less than asked, or nothing, the file
/// owns no block beyond i_size.
///
/// Models what `ext2_write_failed()` is for: blocks beyond i_size would become visible, with stale
/// contents, as soon as the file grows over them.
///
/// Does not apply to complete writes, to writes inside i_size (their blocks stay, zeroed), to runs
/// that did not finish, nor if the block map could not be read for the trimming.
enum ShortWriteTrims: Rule {
    static let name = "short-write-trims"
    static let rule = "a short or failed write() past EOF leaves no block beyond i_size"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        guard facts.isAudited, !facts.hasUnreadableBlockMap else { return .notApplicable }
        var write = -1
        for index in 0..<facts.results.count {
            let operation = facts.scenario.operations[index]
            guard operation.kind.isWrite, operation.length > 0 else { continue }
            if operation.end > facts.calls[index].size
                && facts.results[index].value < Int64(operation.length)
            {
                write = index
            }
        }
        guard write >= 0 else { return .notApplicable }
        let pages = Int64(clamping: FileModel.pagesUp(facts.size))
        for block in facts.blocks where block.fileBlock >= pages {
            return .broken(
                RuleFailure(event: facts.exit(of: write), expected: pages, actual: block.fileBlock))
        }
        return .kept
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        Explanation(
            expected: "no block from file block \(failure.expected) on (i_size \(facts.size))",
            actual: "the file owns file block \(failure.actual)", event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        "a block beyond i_size after a short write"
    }
}
