// SPDX-License-Identifier: GPL-2.0-only

// `diff` as a user meets it: what an argument can be, what is said where it is none of that, the
// shape of the JSON, and that what is shown can be replayed.

import Foundation
import Testing
import VariantTesting

@Suite struct DiffCommandTests {
    private static func path(_ name: String) -> String {
        CommandRun.home.appending(path: name).path
    }

    private static let option2 = path("patches/option-2-iomap-fault-flag.patch")
    private static let option3b = path("patches/option-3b-written-is-fault-size.patch")

    @Test func twoPatchesSideBySide() throws {
        let run = try CommandRun(["diff", Self.option3b, Self.option2])
        #expect(run.status == 1, "\(run.errors)")
        let sections = [
            "before     option-3b-written-is-fault-size", "after      option-2-iomap-fault-flag",
            "compared   ", "verdict", "written-truthful: fails -> holds",
            "begin/end calls and arguments", "iomap_begin's flags:", "scenario   ", "failure    ",
            "option-3b-written-is-fault-size      option-2-iomap-fault-flag", "iomap_end",
        ]
        var rest = run.output[...]
        for section in sections {
            let place = try #require(rest.range(of: section), "\(section) in order:\n\(run.output)")
            rest = rest[place.upperBound...]
        }
        let longest = run.output.split(separator: "\n").map(\.count).max() ?? 0
        #expect(longest <= 100)
        // Both columns can be replayed.
        let ids = run.output.matches(of: /faultline replay ([0-9a-f]{12})/).map { String($0.1) }
        for id in ids.prefix(2) {
            #expect(try CommandRun(["replay", id]).status != 2)
        }
        #expect(ids.count >= 2)
    }

    @Test func onePatchIsComparedWithTheBase() throws {
        let run = try CommandRun(["diff", "--orders", "none", "--limit", "1", Self.option2])
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.output.hasPrefix("before     base: no patch"))
        #expect(run.output.contains("more, in"))
    }

    @Test func theSameCodeIsToldToBeTheSame() throws {
        let run = try CommandRun(
            ["diff", "--orders", "none", Self.option2, "-"],
            input: try String(contentsOfFile: Self.option2, encoding: .utf8))
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("both were built from the same contents"))
    }

    @Test func theKeysOfTheJSON() throws {
        let run = try CommandRun([
            "diff", "--format", "json", "--orders", "none", "--limit", "1", "base", Self.option2,
        ])
        #expect(run.status == 1, "\(run.errors)")
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(
            Set(document.keys) == [
                "faultline", "before", "after", "same", "same_code", "compared", "differences",
                "notes", "seconds",
            ])
        #expect(document["same"] as? Bool == false)
        let compared = try #require(document["compared"] as? [String: Any])
        #expect(
            Set(compared.keys) == [
                "scenarios", "runs", "failures", "only_before", "only_after", "races",
                "scenarios_only_before", "scenarios_only_after", "incomparable", "bounded_races",
                "preemptions", "orders_before", "orders_after", "different_runs",
                "different_races", "calls_not_failed",
            ])
        let differences = try #require(document["differences"] as? [[String: Any]])
        let keys: Set<String> = [
            "group", "what", "before", "after", "runs", "scenarios", "unfailed_runs", "orders",
            "races", "operations", "filesystems", "example",
        ]
        #expect(differences.allSatisfy { Set($0.keys) == keys })
        let example = try #require(differences.first?["example"] as? [String: Any])
        #expect(
            Set(example.keys) == [
                "scenario", "operations", "failures", "preemptions", "before", "after",
            ])
        let groups = differences.compactMap { $0["group"] as? String }
        let order = [
            "verdict", "op-result", "data", "blocks", "begin-end", "lock-sequence",
            "injection-points",
        ]
        #expect(groups == groups.sorted { order.firstIndex(of: $0)! < order.firstIndex(of: $1)! })
    }

    // MARK: - What an argument can be

    /// Arguments, and words of the one line that answers them.
    private static let mistakes: [([String], String)] = [
        (["diff"], "variant"),
        (["diff", "base", "base", "base"], "diff compares two variants, but 3 are given"),
        (["diff", "-", "-"], "only one of the two variants can be standard input"),
        (["diff", "no-such.patch", "base"], "no-such.patch: no such file or directory"),
        (["diff", "/no/such/place", "base"], "/no/such/place: no such file or directory"),
        (
            ["diff", "v6.11", "v6.12"],
            "v6.11: no such file or directory; a revision needs a git tree"
        ),
        (["diff", "--format", "ktap", "base", option2], "ktap"),
        (["diff", "--limit", "-1", "base", option2], "--limit"),
        (["diff", "--tree", "/no/such/tree", "base", "base"], "/no/such/tree"),
    ]

    @Test(arguments: mistakes) func aMistakeIsAnsweredInOneClearLine(
        _ arguments: [String], _ words: String
    ) throws {
        let run = try CommandRun(arguments)
        #expect(run.status == 2, "\(run.output)")
        #expect(run.output.isEmpty)
        #expect(run.errors.contains(words), "\(run.errors)")
    }

    @Test func anEmptyDirectoryAndAFileWithoutADiffAreNamed() throws {
        let place = try TemporaryDirectory.make()
        let empty = place.appending(path: "series")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        try Data("nothing\n".utf8).write(to: place.appending(path: "notes"))
        try Data("VERSION = 6\n".utf8).write(to: empty.appending(path: "README"))
        for name in ["series", "notes"] {
            let run = try CommandRun(["diff", "base", name], in: place)
            #expect(run.status == 2)
            #expect(run.errors.contains("\(name)"), "\(run.errors)")
        }
    }

    @Test func aRevisionThatIsNotThereIsNamedWithItsTree() throws {
        let place = try TemporaryDirectory.make()
        let tree = place.appending(path: "linux")
        try FileManager.default.createDirectory(at: tree, withIntermediateDirectories: true)
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = ["git", "-C", tree.path, "init", "-q", "."]
        try git.run()
        git.waitUntilExit()
        let run = try CommandRun(["diff", "--tree", tree.path, "v6.11", "v6.12"])
        #expect(run.status == 2)
        #expect(run.errors.contains("v6.11"), "\(run.errors)")
    }
}
