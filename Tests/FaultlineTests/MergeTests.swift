// SPDX-License-Identifier: GPL-2.0-only

// `merge` as a user runs it: what comes out is what one run would have written, in every format, and
// what cannot be joined is refused with the name of the file.

import Foundation
import Testing
import VariantTesting

@Suite struct MergeTests {
    /// Races in which this seed shows, and scenarios drawn by lot.
    private static let question = [
        "explore", "--scenario", "race/strict-truncate-lock/hole/*", "--scenario", "generated/*",
        "--generated", "60", "--runs", "12000", "--failures", "1", "--count-known",
        "patches/option-2-iomap-fault-flag.patch",
    ]

    /// The shards of the question, written once for all tests of this process.
    private static let shards = Result<[URL], any Error> {
        let directory = try TemporaryDirectory.make()
        return try (1...3).map { try shard($0, of: 3, in: directory) }
    }

    private static func shard(
        _ index: Int, of count: Int, in directory: URL, _ arguments: [String] = question
    ) throws -> URL {
        let file = directory.appending(path: "shard-\(index)-\(count).json")
        let run = try CommandRun(
            arguments + [
                "--shard", "\(index)/\(count)", "--format", "json", "--output", file.path,
            ], in: CommandRun.home)
        try #require(run.status != 2, "\(run.errors)")
        return file
    }

    /// Without the only thing that two runs cannot have in common.
    private static func withoutSeconds(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.contains("\"seconds\" : ") { return "seconds" }
            guard line.hasPrefix("runs ") else { return String(line) }
            return line.split(separator: ",").prefix { !$0.contains(" in ") }.joined(separator: ",")
        }.joined(separator: "\n")
    }

    @Test(arguments: ["json", "text"])
    func whatComesOutIsWhatOneRunWouldHaveSaid(format: String) throws {
        let files = try Self.shards.get().map(\.path)
        let whole = try CommandRun(Self.question + ["--format", format], in: CommandRun.home)
        let merged = try CommandRun(["merge", "--format", format] + files)
        let backwards = try CommandRun(["merge", "--format", format] + files.reversed())
        #expect(whole.status == 1 && merged.status == 1)
        #expect(merged.errors == "")
        #expect(Self.withoutSeconds(merged.output) == Self.withoutSeconds(whole.output))
        #expect(merged.output == backwards.output)
    }

    @Test func aWitnessOfAShardReplaysWhereItWasMerged() throws {
        let files = try Self.shards.get().map(\.path)
        let cache = try CommandRun.cacheOfObjects()
        let merged = try CommandRun(["merge", "--format", "json"] + files, cache: cache)
        let failing = try #require(try ReportedVerdicts(merged.output).failing)
        let id = try #require(failing.witness?.id)
        let replay = try CommandRun(["replay", id], cache: cache)
        #expect(replay.status == 1)
        #expect(replay.output.contains(failing.expectation))
    }

    // MARK: - What cannot be joined

    private func refuses(_ arguments: [String], because words: String, file: String) throws {
        let run = try CommandRun(["merge"] + arguments)
        #expect(run.status == 2 && run.output == "")
        #expect(run.errors.contains(words) && run.errors.contains(file), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }

    @Test func aShardThatIsMissingOrThereTwiceIsNamed() throws {
        let files = try Self.shards.get().map(\.path)
        try refuses([files[0], files[2]], because: "missing: 2/3", file: files[0])
        try refuses(files + [files[1]], because: "is shard 2/3, and so is", file: files[1])
    }

    @Test func aShardOfAnotherSearchIsNamed() throws {
        let files = try Self.shards.get().map(\.path)
        let directory = try TemporaryDirectory.make()
        let short = ["explore", "--scenario", "race/ext2/hole/*", "--runs", "100"]
        let patch = ["patches/option-2-iomap-fault-flag.patch"]
        let first = try Self.shard(1, of: 2, in: directory, short + patch).path
        for (arguments, words) in [
            (short, "other patches"),
            (short + ["--seed", "2"] + patch, "other options"),
            (
                ["explore", "--scenario", "race/ext2/block/*", "--runs", "100"] + patch,
                "other scenarios"
            ),
        ] {
            let other = try Self.shard(2, of: 2, in: directory, arguments).path
            try refuses([first, other], because: words, file: other)
        }
        try refuses([files[0], first], because: "same search", file: first)
    }

    @Test func whatIsNoShardIsNamed() throws {
        let directory = try TemporaryDirectory.make()
        func file(_ name: String, _ text: String) throws -> String {
            let url = directory.appending(path: name)
            try Data(text.utf8).write(to: url)
            return url.path
        }
        let report = try CommandRun(
            ["explore", "--scenario", "lock-toy-2x2", "--format", "json"])
        let whole = try file("whole.json", report.output)
        try refuses([whole], because: "not a shard: `faultline explore --shard", file: whole)
        for (name, text) in [
            ("empty.json", ""), ("text.json", "runs 5"), ("cut.json", "{\"faultline\""),
        ] {
            let other = try file(name, text)
            try refuses([other], because: "not a JSON report of faultline", file: other)
        }
        let shard = try String(contentsOf: try Self.shards.get()[0], encoding: .utf8)
        let later = try file(
            "later.json", shard.replacingOccurrences(of: "\"format\" : 3", with: "\"format\" : 99"))
        try refuses([later], because: "another version", file: later)
        let damaged = try file(
            "damaged.json", shard.replacingOccurrences(of: "\"lines\" :", with: "\"limes\" :"))
        try refuses([damaged], because: "damaged", file: damaged)
        try refuses([directory.path], because: "is a directory", file: directory.path)
        try refuses(["/no/such/file"], because: "No such file", file: "/no/such/file")
        try #require(try CommandRun(["merge"]).status == 2)
    }

    // MARK: - Many machines

    /// The command lines of Documentation.docc/ManyMachines.md, on fewer runs.
    private static let explore = """
        "$FAULTLINE" explore --scenario "race/ext2/hole/*" --runs 2000 --format json \\
            "$FAULTLINE_HOME"/patches/option-2-iomap-fault-flag.patch
        """

    @Test(.enabled(if: Tool(name: "parallel").isThere, "GNU parallel is not installed"))
    func parallelRunsTheShards() throws {
        let directory = try TemporaryDirectory.make()
        let run = try Self.shell(
            "parallel --will-cite '\(Self.explore) --jobs 1 --shard {}/4 --output shard-{}.json' "
                + "::: 1 2 3 4", in: directory)
        #expect(run.status == 0, "\(run.text)")
        try Self.expectTheWhole(of: ["1", "2", "3", "4"], in: directory)
    }

    /// What Slurm sets for each task of an array, set by hand.
    @Test func anArrayOfSlurmIsTheSameCommandLine() throws {
        let directory = try TemporaryDirectory.make()
        for task in 1...2 {
            let run = try Self.shell(
                Self.explore
                    + " --shard $SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
                    + " --output shard-$SLURM_ARRAY_TASK_ID.json", in: directory,
                ["SLURM_ARRAY_TASK_ID": "\(task)", "SLURM_ARRAY_TASK_COUNT": "2"])
            #expect(run.status == 0, "\(run.text)")
        }
        try Self.expectTheWhole(of: ["1", "2"], in: directory)
    }

    private static func expectTheWhole(of shards: [String], in directory: URL) throws {
        let whole = try shell(explore, in: directory)
        let merged = try CommandRun(
            ["merge", "--format", "json"] + shards.map { "shard-\($0).json" }, in: directory)
        #expect(merged.status == 0 && merged.errors == "")
        #expect(withoutSeconds(merged.output) == withoutSeconds(whole.text))
    }

    private static func shell(
        _ script: String, in directory: URL, _ environment: [String: String] = [:]
    ) throws -> (status: Int32, text: String) {
        var all = environment
        all["FAULTLINE"] = CommandRun.executable.path
        all["FAULTLINE_HOME"] = CommandRun.home.path
        all["FAULTLINE_CACHE"] = CommandRun.sharedCache.url.path
        return try Tool(name: "sh").run(["-c", script], environment: all, in: directory)
    }
}
