// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import FoundationEssentials
import Glibc
import Reporting

/// Joins the shards of a search.
struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Merge the shards of a search into one report.",
        discussion: """
            Takes the JSON of all shards of one explore, each once, in any order.
            The report and the exit code are those of the same search without
            shards.

              faultline explore --runs 1000000 --shard 1/2 --format json \\
                  --output shard-1.json my-fix.patch
              faultline explore --runs 1000000 --shard 2/2 --format json \\
                  --output shard-2.json my-fix.patch
              faultline merge shard-1.json shard-2.json
            """)

    @Argument(help: "The JSON files of all shards.", completion: .file(extensions: ["json"]))
    var files: [String]

    @OptionGroup var running: RunOptions
    @OptionGroup var result: OutputOptions

    /// What a shard writes is a few megabytes, whatever it has searched.
    private static let sizeLimit = 256 << 20

    func run() throws {
        let pieces = try files.map { file in
            ShardMerge.Piece(file: file, result: try Merge.read(file))
        }
        var merge = try ShardMerge(pieces)
        let session = try running.makeCheckSession()
        if let missing = merge.missing {
            merge.supply(
                try session.witness(missing.scenario, missing.run, of: merge.result.subject))
        }
        session.progress?(.done)
        try merge.result.save(to: session.store)
        try deliver(SearchReport(merge.result), to: result)
    }

    private static func read(_ file: String) throws -> SearchResult {
        var status = stat()
        guard stat(file, &status) == 0 else {
            throw CommandFailure("\(file): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw CommandFailure("\(file): is a directory")
        }
        guard status.st_size <= sizeLimit else {
            throw CommandFailure("\(file): not a shard: it is larger than 256 MiB")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file): cannot read it")
        }
        do {
            return try ExploreJSON.shard(in: data)
        } catch let error as FormatError {
            throw CommandFailure("\(file): \(error.description)")
        }
    }
}
