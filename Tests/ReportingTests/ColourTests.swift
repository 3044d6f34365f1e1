// SPDX-License-Identifier: GPL-2.0-only

// Colour is for a terminal, and only there: everywhere else the text is what it always was.

import Expectations
import Foundation
import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct ColourTests {
    private static func plain(_ text: String) -> String {
        text.replacing(/\u{1b}\[[0-9;]*m/, with: "").replacing("\r\n", with: "\n")
    }

    @Test func aPieceWithARoleIsColouredLineByLine() {
        let text = StyledText("a\nb", .bad) + " and " + StyledText("c", .good)
        #expect(text.plain == "a\nb and c")
        #expect(
            text.coloured
                == "\u{1b}[1;31ma\u{1b}[0m\n\u{1b}[1;31mb\u{1b}[0m and \u{1b}[32mc\u{1b}[0m")
    }

    @Test func whatAnEyeLooksForFirstHasColour() throws {
        let report = try Variants.report(of: .merged)
        let tree = Witness.TreeIdentity(kind: "embedded", version: "4.9.0-rc")
        let text = ReportText(Report(tree: tree, variants: [report])).renderCheck()
        let painted = text.coloured
        #expect(Self.plain(painted) == text.plain)
        for piece in [
            "no-self-deadlock    \u{1b}[1;31mFAIL\u{1b}[0m  ", "\u{1b}[32mpass\u{1b}[0m  ",
            "no-self-deadlock: \u{1b}[1;31mFAIL\u{1b}[0m", "\u{1b}[32mexpected\u{1b}[0m",
            "\u{1b}[1;31mactual\u{1b}[0m", "\u{1b}[1;33mWARNING: possible recursive",
            "\u{1b}[1;31m1 expectation of \(Expectations.all.count) fails: no-self-deadlock\u{1b}[0m",
        ] {
            #expect(painted.contains(piece), "\(piece) in\n\(painted)")
        }
    }

    @Test func whatIsMissingHasColour() {
        let figure = Figure("lock toys", 1, "runs/s", .atLeast, 2)
        let bench = BenchReport(processors: 2, jobs: 2, figures: [figure]).text()
        #expect(bench.coloured.contains("\u{1b}[1;31mMISSED\u{1b}[0m"))
        let item = Diagnosis.Item(
            name: "clang", isFound: false, detail: "", purpose: "compiles", remedy: nil)
        #expect(
            Diagnosis(findings: [item]).text.coloured
                .hasPrefix("clang             \u{1b}[1;31mMISSING\u{1b}[0m\n"))
    }

    /// What `faultline doctor` shows on a terminal.
    private static func onTerminal(
        _ arguments: String, _ environment: [String: String]
    ) throws -> String {
        let command = "'\(CommandRun.executable.path)' \(arguments)"
        return try Tool(name: "script").run(
            ["-qec", command, "/dev/null"],
            environment: environment.merging(["FAULTLINE_HOME": CommandRun.home.path]) { $1 }
        ).text
    }

    @Test(.enabled(if: Tool(name: "script").isThere, "script(1) is not installed"))
    func onlyATerminalThatWantsItSeesColour() throws {
        let cache = ["FAULTLINE_CACHE": CommandRun.sharedCache.url.path]
        let piped = try CommandRun(["doctor"]).output
        #expect(!piped.contains("\u{1b}"))
        func shown(_ environment: [String: String], _ arguments: String = "doctor") throws -> String
        {
            try Self.onTerminal(arguments, environment.merging(cache) { $1 })
        }
        let coloured = try shown(["TERM": "xterm", "NO_COLOR": ""])
        #expect(coloured.contains("\u{1b}[32mok\u{1b}[0m"))
        #expect(Self.plain(coloured) == piped)
        for environment in [
            ["TERM": "xterm", "NO_COLOR": "1"], ["TERM": "dumb", "NO_COLOR": ""],
        ] {
            #expect(try shown(environment).replacing("\r\n", with: "\n") == piped)
        }
        let json = try shown(["TERM": "xterm", "NO_COLOR": ""], "list expectations --format json")
        #expect(json.contains("{") && !json.contains("\u{1b}"))
    }
}
