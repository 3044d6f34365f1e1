// SPDX-License-Identifier: GPL-2.0-only

// Colour is for a terminal, and only there: everywhere else the text is what it always was.

import Foundation
import Testing

@testable import Reporting

@Suite struct ColourTests {
    private static func plain(_ text: String) -> String {
        text.replacing(/\u{1b}\[[0-9;]*m/, with: "").replacing("\r\n", with: "\n")
    }

    @Test func colouredTextIsTheTextWithColours() {
        let text = """
            no-self-deadlock    FAIL  589 of 80,152 runs, witness 80922ad26ddb
            data-intact         pass  73,989 runs; 855 by findings 1, 2 and 6
            pmd-rules           n.a.  no run says anything about it
              expected   no pass is ever a FAIL
              actual     one was
            WARNING: possible recursive locking detected
            cmocka            MISSING
            1 expectation of 15 fails: no-self-deadlock
            """
        let painted = Colour.paint(text)
        #expect(Self.plain(painted) == text)
        let lines = painted.split(separator: "\n").map(String.init)
        #expect(lines[0].contains("\u{1b}[1;31mFAIL\u{1b}[0m  589"))
        #expect(lines[1].contains("\u{1b}[32mpass\u{1b}[0m  73,989"))
        #expect(lines[3] == "  \u{1b}[32mexpected\u{1b}[0m   no pass is ever a FAIL")
        #expect(lines[5].hasPrefix("\u{1b}[1;33mWARNING:"))
        #expect(lines[6] == "cmocka            \u{1b}[1;31mMISSING\u{1b}[0m")
        #expect(lines[7].hasPrefix("\u{1b}[1;31m1 expectation"))
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
