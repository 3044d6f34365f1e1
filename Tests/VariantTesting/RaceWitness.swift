// SPDX-License-Identifier: GPL-2.0-only

// One seeded race as a report has it, for the tests of what a witness looks like: nobody is woken
// when an entry is unlocked, so a write() that waits for it waits for ever. Explored once.

import Exploration
import Foundation
import Slices
import System
import Testing

/// The report of a seeded race.
package enum RaceWitness {
    package static let scenario = "race/ext2/block/write-fault+overwrite"
    package static let fails = "no-deadlock"

    package static let seed = Result<RaceSeed, any Error> {
        try RaceSeed(name: "waiters-not-woken")
    }

    /// The patches, as a user in the checkout names them.
    package static func patches() throws -> [String] {
        let seed = try seed.get()
        return [seed.base, seed.path]
    }

    package static func explore(_ arguments: [String] = []) throws -> CommandRun {
        try CommandRun(
            ["explore", "--scenario", scenario] + arguments + patches(), in: CommandRun.home)
    }

    /// The report as JSON.
    package static let report = Result<String, any Error> {
        let run = try explore(["--format", "json"])
        #expect(run.status == 1, "\(run.errors)")
        return run.output
    }

    /// The witness as it was kept.
    package static func stored() throws -> Witness {
        let id = try #require(try ReportedVerdicts(report.get()).witness(of: fails))
        return try WitnessStore(in: BuildCache(root: CommandRun.sharedCache.url.path)).load(id)
    }

    /// A text in a file of its own.
    package static func file(_ text: String, name: String = "witness.json") throws -> String {
        let file = try TemporaryDirectory.make().appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
