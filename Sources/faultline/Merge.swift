// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Exploration
import FoundationEssentials
import Glibc
import Reporting
import Workers

/// Joins the shards of a search.
struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Join the shards of a search to the report that one run would have given.",
        discussion: """
            Takes the JSON of all shards of one `explore`, each once, in any order;
            what one run of it would have said comes out, in any format, and the
            exit code says what it would have said.

              faultline explore --runs 1000000 --shard 1/2 --format json \\
                  --output shard-1.json my-fix.patch
              faultline explore --runs 1000000 --shard 2/2 --format json \\
                  --output shard-2.json my-fix.patch
              faultline merge shard-1.json shard-2.json
            """)

    @Argument(help: "JSON files of shards.", completion: .file(extensions: ["json"]))
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
            throw CommandFailure("\(file): is no shard: it is larger than 256 MiB")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandFailure("\(file): cannot be read")
        }
        do {
            return try ExploreJSON.shard(in: data)
        } catch let error as WorkerError {
            throw CommandFailure("\(file): \(error.description)")
        }
    }
}
