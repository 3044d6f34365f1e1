// SPDX-License-Identifier: GPL-2.0-only

// What parent and worker say to each other: one job goes in on standard input, and messages come
// back, one line of JSON each. Both ends are the same executable, so the format is private to it.

import Expectations
import FoundationEssentials
import Interleavings
import Machine
import Slices

/// What went wrong between us and a worker; never the fault of the code under test.
package struct WorkerError: Error, CustomStringConvertible, Sendable {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Where the code under test is.
package enum ImageReference: Codable, Hashable, Sendable {
    /// The C target that the executable was built with.
    case workingCopy
    /// A variant's shared object.
    case file(String)

    func load() throws -> KernelImage {
        switch self {
        case .workingCopy: .workingCopy
        case .file(let path): try KernelImage(contentsOf: path)
        }
    }
}

/// What a worker process is started for.
enum Job: Codable {
    case explore(Exploration)
    case record([RecordingRequest])
    case measure(ImageReference, Filesystem?)
    case describe(ImageReference)
    case search(Search)
    case shrink(Shrink)
    case count(Count)
    case compare(Comparison)

    struct Count: Codable {
        var image: ImageReference
        var part: Shard
        /// Runs for counting all orders of a scenario.
        var limit: Int
    }

    struct Comparison: Codable {
        var before: ImageReference
        var after: ImageReference
        /// The images are of different trees.
        var isAcrossTrees: Bool
        var part: Shard
        /// Of the races; nil to leave them out.
        var orders: OrderLimit?
        /// What earlier workers of the same part left behind; nil for the first one.
        var tally: DifferenceTally?
        /// Runs that killed an earlier worker.
        var deaths: [ComparisonDeath] = []
    }

    struct Search: Codable {
        var image: ImageReference
        var plan: SearchPlan
        var part: Shard
        /// Scenarios that an earlier worker of the same part was done with, or died in.
        var skip: [Int]
        /// The first number that it had not drawn.
        var nextGenerated: Int
    }

    struct Shrink: Codable {
        var image: ImageReference
        var finding: SearchFinding
        /// Name of the expectation.
        var expectation: String
    }

    struct Exploration: Codable {
        var image: ImageReference
        var part: Shard
        /// Of the races; nil to leave them out.
        var orders: OrderLimit?
        /// Places in the agenda of the scenarios that are run; nil for all.
        var only: [Int]?
        /// What earlier workers of the same part left behind; nil for the first one.
        var tally: Tally?
        /// Runs that killed an earlier worker.
        var skip: [RunOrdinal]
        /// The added lines that are watched.
        var hunks: HunkCounters?
    }
}

/// A run to make once more, and to write down.
struct RecordingRequest: Codable {
    var image: ImageReference
    var name: String
    var words: String
    var run: Run

    init(image: ImageReference, scenario: Scenario, run: Run) {
        self.image = image
        name = scenario.name
        words = scenario.description
        self.run = run
    }

    var scenario: Scenario {
        Scenario(name: name, description: words, geometry: run.geometry, operations: run.operations)
    }
}

/// What a worker sends.
///
/// A checkpoint is a tally behind a mark and not one of these: the parent keeps the last one as it
/// came, and reads it only if the worker dies.
enum Message: Codable {
    case finished(Tally)
    /// The next run asked for, in order.
    case recorded(RunRecord)
    case measured(CoreSpeeds)
    case described(ImageDescription)
    case searched(SearchTally)
    case shrunk(SearchFinding)
    case counted([OrderCount])
    case compared(DifferenceTally)
    /// The harness itself failed: nothing may be concluded.
    case failed(String)
}

/// The first byte of a line that is a checkpoint; no JSON object starts with it.
let checkpointMark = UInt8(ascii: "@")

/// Splits a byte stream into lines; what is behind the last newline waits for more.
struct LineBuffer {
    private var pending: [UInt8] = []

    mutating func take(_ bytes: some Sequence<UInt8>) -> [Data] {
        pending.append(contentsOf: bytes)
        guard let last = pending.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let whole = pending[..<last]
        pending = Array(pending[(last + 1)...])
        return whole.split(separator: UInt8(ascii: "\n")).map { Data($0) }
    }
}
