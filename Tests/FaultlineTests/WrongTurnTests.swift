// SPDX-License-Identifier: GPL-2.0-only

// What people type by mistake: one clear line each, and exit code 2. What they meant stands in it.

import Foundation
import Testing
import VariantTesting

@Suite struct WrongTurnTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let arguments: String
        let says: String
        var testDescription: String { arguments }
    }

    static let rows: [Row] = [
        // Subcommands.
        Row(arguments: "chekc", says: "there is no subcommand chekc; did you mean check?"),
        Row(arguments: "cehck my.patch", says: "did you mean check?"),
        Row(arguments: "bisct v2.mbx", says: "did you mean bisect?"),
        Row(arguments: "perpach", says: "did you mean perpatch?"),
        Row(arguments: "exp", says: "did you mean explore?"),
        Row(arguments: "judge", says: "there is no subcommand judge; there are check, matrix,"),
        // Numbers.
        Row(arguments: "check --jobs -1", says: "--jobs takes a number from 1 to 256"),
        Row(arguments: "check --jobs 0", says: "--jobs takes a number from 1 to 256"),
        Row(arguments: "check --jobs=-3", says: "--jobs takes a number from 1 to 256"),
        Row(
            arguments: "check --jobs 99999999999999999999999",
            says: "--jobs takes a number from 1 to 256"),
        Row(arguments: "check --jobs many", says: "--jobs takes a number from 1 to 256"),
        Row(arguments: "check --preemptions 4", says: "--preemptions takes a number from 0 to 3"),
        Row(arguments: "explore --runs -5", says: "--runs takes a number from 1 to"),
        Row(arguments: "explore --runs 18446744073709551616", says: "--runs takes a number"),
        Row(arguments: "explore --seconds -1", says: "--seconds takes a number from 0.001"),
        Row(arguments: "explore --seconds nan", says: "--seconds takes a number from 0.001"),
        Row(arguments: "explore --seconds 1e99", says: "--seconds takes a number from 0.001"),
        Row(arguments: "explore --seed -1", says: "--seed takes a number from 0 to"),
        Row(arguments: "explore --tasks 5", says: "--tasks takes a number from 1 to 4"),
        Row(arguments: "explore --failures -1", says: "--failures takes a number from 0 to 2"),
        Row(arguments: "explore --preemptions 8", says: "--preemptions takes a number from 0 to 7"),
        Row(arguments: "explore --generated -2", says: "--generated takes a number from 0 to"),
        Row(arguments: "explore --shard -1/2", says: "--shard takes i/n"),
        Row(arguments: "diff --limit -1 base base", says: "--limit takes a number from 0 to 1000"),
        // Words.
        Row(
            arguments: "check --format xml",
            says: "--format takes text, json, ktap, junit, html"),
        Row(arguments: "diff --format q a b", says: "--format takes text or json, not 'q'"),
        Row(arguments: "replay --debug x y", says: "--debug takes gdb or lldb, not 'x'"),
        Row(arguments: "list foo", says: "section takes expectations, operations"),
        Row(arguments: "check --jobs x", says: "--jobs takes a number from 1 to 256, not 'x'"),
        // One option twice.
        Row(arguments: "check --fs ext2 --fs strict", says: "--fs is given more than once"),
        Row(arguments: "explore --seed 1 --seed=2", says: "--seed is given more than once"),
        Row(
            arguments: "matrix --tree a b.patch --tree c",
            says: "--tree is given more than once, and takes one value"),
        // Trees.
        Row(arguments: "check --embedded --rev v6.12", says: "--embedded asks for the slice"),
        Row(arguments: "tree --embedded linux", says: "--embedded"),
    ]

    @Test(arguments: rows)
    func isAnsweredInOneLine(_ row: Row) throws {
        let run = try CommandRun(row.arguments.split(separator: " ").map(String.init))
        #expect(run.status == 2, "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(run.errors.contains(row.says), "\(run.errors)")
        #expect(run.errors.hasPrefix("faultline: "))
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }

    @Test func aPatchWithoutASubcommandIsToldWhereItBelongs() throws {
        let directory = try TemporaryDirectory.make()
        try Data("no diff\n".utf8).write(to: directory.appending(path: "my.patch"))
        let run = try CommandRun(["my.patch"], in: directory)
        #expect(run.status == 2)
        #expect(
            run.errors
                == "faultline: there is no subcommand my.patch; to judge it: faultline check my.patch\n"
        )
    }

    @Test func numbersInTheirRangesAreTaken() throws {
        let run = try CommandRun(["list", "expectations", "--jobs", "256"])
        #expect(run.status == 0, "\(run.errors)")
    }

    /// A cache on a file system without room: the answer comes before anything is built there.
    @Test(.enabled(if: SmallDisk.isThere, "no file system can be mounted here"))
    func aFullCacheIsSaidBeforeAnythingIsBuilt() throws {
        let run = try SmallDisk.run([
            "check",
            CommandRun.home.appending(path: "patches/option-2-iomap-fault-flag.patch").path,
        ])
        #expect(run.status == 2, "\(run.text)")
        #expect(run.text.contains("no space for a build: "), "\(run.text)")
        #expect(run.text.contains("left: 0 "), "\(run.text)")
    }
}

/// A file system of one megabyte, which only the command and its shell see.
private enum SmallDisk {
    private static let unshare = Tool(name: "unshare")

    static var isThere: Bool {
        unshare.isThere && (try? shell("true").status) == 0
    }

    static func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let words = ([CommandRun.executable.path] + arguments).map { "'\($0)'" }
        return try shell(
            words.joined(separator: " ") + "; status=$?; "
                + "echo left: $(find \"$FAULTLINE_CACHE\" -type f | wc -l) files; exit $status")
    }

    private static func shell(_ script: String) throws -> (status: Int32, text: String) {
        let place = try TemporaryDirectory.make()
        return try unshare.run(
            [
                "-rm", "sh", "-c",
                "mount -t tmpfs -o size=1m none '\(place.path)' || exit 9; " + script,
            ],
            environment: [
                "FAULTLINE_HOME": CommandRun.home.path, "FAULTLINE_CACHE": place.path,
            ])
    }
}
