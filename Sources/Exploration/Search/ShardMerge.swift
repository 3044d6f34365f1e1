// SPDX-License-Identifier: GPL-2.0-only

// The results of all shards of one search, joined to the result that one run of it would have had:
// sums are sums, of the smallest runs the smallest is kept, and with it the witness that its shard
// made of it. What cannot be joined is refused with the name of the file that is in the way: nobody
// is to read a verdict off half of a search, or off two.

import Expectations
import Machine
import Workers

/// Joins shards.
package struct ShardMerge {
    /// What came out of one file.
    package struct Piece: Sendable {
        package var file: String
        package var result: SearchResult

        package init(file: String, result: SearchResult) {
            self.file = file
            self.result = result
        }
    }

    /// Pieces of one search; nothing else can be joined.
    package private(set) var result: SearchResult
    /// The run of an inversion that no shard has seen alone, and so none has a witness of.
    package private(set) var missing: (scenario: Scenario, run: Run)?

    /// - Throws: `WorkerError` when the pieces are not all shards of one search, each once.
    package init(_ pieces: [Piece]) throws {
        try ShardMerge.check(pieces)
        let sorted = pieces.sorted { $0.result.shard.index < $1.result.shard.index }
        result = sorted[0].result
        for piece in sorted.dropFirst() {
            result.tally.merge(piece.result.tally)
            result.seconds += piece.result.seconds
            result.shown.merge(piece.result.shown)
            if let other = piece.result.coverage { result.coverage?.merge(other) }
            result.hasRunChange = result.hasRunChange || piece.result.hasRunChange
            if let other = piece.result.comparison { result.comparison?.merge(other) }
        }
        result.shard = .whole
        result.witnesses = [:]
        for (index, line) in result.tally.lines.enumerated() {
            guard let finding = line.finding else { continue }
            let name = Expectations.all[index].name
            let owner = sorted.first {
                $0.result.tally.lines[index].finding?.rank == finding.rank
            }
            result.witnesses[name] = owner?.result.witnesses[name]
        }
        if let inversion = result.inversion() {
            let known = sorted.lazy.compactMap { $0.result.witnesses[CheckSession.lockOrder] }
                .first { $0.scenario == inversion.scenario.name && $0.run == inversion.run }
            result.witnesses[CheckSession.lockOrder] = known
            if known == nil { missing = (inversion.scenario, inversion.run) }
        }
        result.errors = result.tally.harnessErrors.compactMap { harnessError in
            for piece in sorted {
                for (place, other) in piece.result.tally.harnessErrors.enumerated()
                where other.isLike(harnessError)
                    && other.first.ordinal == harnessError.first.ordinal
                {
                    return piece.result.errors[place]
                }
            }
            return nil
        }
    }

    /// Supplies what `missing` asks for.
    package mutating func supply(_ witness: Witness) {
        result.witnesses[CheckSession.lockOrder] = witness
        missing = nil
    }

    // MARK: - What can be joined

    private static func check(_ pieces: [Piece]) throws {
        guard let first = pieces.first else { throw WorkerError("no shards to merge") }
        var files: [Int: String] = [:]
        for piece in pieces {
            if let difference = difference(piece.result, first.result) {
                throw WorkerError(
                    "\(piece.file): is no shard of the same search as \(first.file): \(difference)")
            }
            if let other = files.updateValue(piece.file, forKey: piece.result.shard.index) {
                throw WorkerError(
                    "\(piece.file): is shard \(words(piece.result.shard)), and so is \(other)")
            }
        }
        let count = first.result.shard.count
        let missing = (0..<count).filter { files[$0] == nil }
        guard missing.isEmpty else {
            let names = missing.prefix(5).map { "\($0 + 1)/\(count)" }.joined(separator: ", ")
            throw WorkerError(
                "\(first.file): of \(count) shards \(missing.count) "
                    + "\(missing.count == 1 ? "is" : "are") missing: \(names)"
                    + (missing.count > 5 ? " ..." : ""))
        }
    }

    private static func words(_ part: Shard) -> String { "\(part.index + 1)/\(part.count)" }

    /// What keeps two results from being shards of one search, in words; nil if nothing does.
    private static func difference(_ one: SearchResult, _ other: SearchResult) -> String? {
        // Where a tree lies is a matter of the machine; what it contains is not.
        let (tree, otherTree) = (one.subject.tree, other.subject.tree)
        if (tree.isEmbedded, tree.version, tree.digest)
            != (otherTree.isEmbedded, otherTree.version, otherTree.digest)
        {
            return "another tree (\(words(tree)), not \(words(otherTree)))"
        }
        if one.subject.patches.map(\.text) != other.subject.patches.map(\.text) {
            return "other patches"
        }
        if one.subject.key != other.subject.key {
            return "another version of faultline, or of the compiler"
        }
        if one.shard.count != other.shard.count {
            return "one of \(one.shard.count) shards, not of \(other.shard.count)"
        }
        if one.scenarioDigest != other.scenarioDigest { return "other scenarios" }
        if one.isSameCode != other.isSameCode
            || one.comparison?.description.name != other.comparison?.description.name
            || one.comparison?.kind != other.comparison?.kind
        {
            return "compared with something else"
        }
        if one.plan.question != other.plan.question || one.countsKnown != other.countsKnown {
            return "other options (\(one.plan.question), not \(other.plan.question))"
        }
        return nil
    }

    private static func words(_ tree: Witness.TreeIdentity) -> String {
        [tree.kind, tree.name, tree.version, tree.rev ?? tree.head].compactMap { $0 }
            .joined(separator: " ")
            + (tree.digest.map { ", slice \($0.prefix(12))" } ?? "")
    }
}

extension SearchPlan {
    /// What was asked for, as options have it.
    package var question: String {
        var words = "--strategy \(strategy.rawValue) --preemptions \(preemptions)"
        words += " --failures \(failures) --seed \(seed)"
        if let runs { words += " --runs \(runs)" }
        if let seconds { words += " --seconds \(seconds)" }
        if let generated {
            words += " --generated \(generated.count.map(String.init) ?? "unlimited")"
            if let tasks = generated.tasks { words += " --tasks \(tasks)" }
        }
        return words
    }
}
