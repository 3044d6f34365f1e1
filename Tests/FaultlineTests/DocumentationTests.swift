// SPDX-License-Identifier: GPL-2.0-only

// The documentation is true: it compiles, what it shows of a file stands in that file, and every
// command in it prints what the page says it prints. In a transcript, `[...]` stands for lines that
// are left out; numbers and ids are not compared, because the next scenario changes them.

import Foundation
import Testing
import VariantTesting

@Suite struct DocumentationTests {
    private static let catalogue = CommandRun.home.appending(
        path: "Sources/faultline/Documentation.docc")

    /// A fenced block of a page.
    struct Block: CustomTestStringConvertible, Sendable {
        let page: String
        let line: Int
        let language: String
        let lines: [String]
        /// The file that was named last before it, in backticks.
        let file: String?

        var testDescription: String { "\(page):\(line)" }

        /// Of a transcript, each command with what it prints.
        var commands: [(command: String, printed: [String])] {
            var commands: [(command: String, printed: [String])] = []
            for line in lines {
                if line.hasPrefix("$ ") {
                    commands.append((String(line.dropFirst(2)), []))
                } else if !commands.isEmpty {
                    commands[commands.count - 1].printed.append(line)
                }
            }
            return commands
        }
    }

    /// The pages of the catalogue, and the README.
    private static let pages: [String] = {
        let names = try! FileManager.default.contentsOfDirectory(atPath: catalogue.path)
        return names.filter { $0.hasSuffix(".md") }.sorted() + ["../../../README.md"]
    }()

    private static let blocks: [Block] = pages.flatMap { page -> [Block] in
        let text = try! String(contentsOf: catalogue.appending(path: page), encoding: .utf8)
        var blocks: [Block] = []
        var open: (line: Int, language: String, lines: [String])?
        var file: String?
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(
                        Block(
                            page: page, line: block.line, language: block.language,
                            lines: block.lines, file: file))
                    open = nil
                } else {
                    open = (number + 1, String(line.dropFirst(3)), [])
                }
            } else if open != nil {
                open?.lines.append(String(line))
            } else {
                for match in line.matches(of: /`([A-Za-z\/]+\/[\w.\/-]+\.(?:swift|patch))`/) {
                    file = String(match.1)
                }
            }
        }
        return blocks
    }

    @Test func thePagesThatAUserLooksForAreThere() {
        for page in [
            "GettingStarted", "WriteAScenario", "WriteAnExpectation", "AddAKernelVersion",
            "WhatTheMachineDoesNotModel", "ConcurrentTasks", "TheQuestionOf2016",
        ] {
            #expect(Self.pages.contains("\(page).md"))
        }
        #expect(Self.blocks.count > 10)
    }

    @Test(.enabled(if: Tool(name: "docc").isThere, "docc is not in this toolchain"))
    func doccHasNothingToComplainAbout() throws {
        let place = try TemporaryDirectory.make().appending(path: "archive")
        let result = try Tool(name: "docc").run([
            "convert", Self.catalogue.path, "--output-path", place.path, "--analyze",
            "--warnings-as-errors",
        ])
        #expect(result.status == 0 && !result.text.contains("note:"), "\(result.text)")
    }

    @Test(arguments: blocks.filter { ["swift", "diff"].contains($0.language) })
    func whatIsShownOfAFileStandsThere(block: Block) throws {
        let file = try #require(block.file, "no file is named before \(block.testDescription)")
        let text = try String(
            contentsOf: CommandRun.home.appending(path: file), encoding: .utf8)
        #expect(
            text.contains(block.lines.joined(separator: "\n")),
            "\(block.testDescription): not in \(file)")
    }

    // MARK: - Transcripts

    /// A directory that has what a transcript names.
    private static let place = Result<URL, any Error> {
        let place = try TemporaryDirectory.make()
        func link(_ name: String, to target: URL) throws {
            try FileManager.default.createSymbolicLink(
                at: place.appending(path: name), withDestinationURL: target)
        }
        for name in ["patches", "Tests", "csrc", "Scenarios"] {
            try link(name, to: CommandRun.home.appending(path: name))
        }
        for tree in KernelTree.there {
            try link("linux-source-\(tree.rawValue)", to: tree.directory)
        }
        return place
    }

    /// Pages with commands in them.
    private static let told = pages.filter { page in
        blocks.contains { $0.page == page && $0.language == "console" }
    }

    @Test(arguments: told) func everyCommandPrintsWhatThePageSays(page: String) throws {
        // An id of the page, and the one that it stands for here.
        var ids: [String: String] = [:]
        for block in Self.blocks where block.page == page && block.language == "console" {
            try #require(
                block.lines.first?.hasPrefix("$ ") == true, "\(block.testDescription): no command")
            for (command, shown) in block.commands {
                let tree = command.firstMatch(of: /linux-source-([\d.]+)/).map { String($0.1) }
                if let tree, !KernelTree.there.contains(where: { $0.rawValue == tree }) { continue }
                let words = command.split(separator: " ").map(String.init)
                try #require(words.first == "faultline", "\(block.testDescription): \(command)")
                let arguments = words.dropFirst().map {
                    ids[$0] ?? $0.trimmingCharacters(in: ["'"])
                }
                let run = try CommandRun(arguments, in: Self.place.get())
                #expect(run.status < 2, "\(block.testDescription): \(run.errors)")
                let printed = run.output.split(separator: "\n", omittingEmptySubsequences: false)
                    .map(String.init)
                if let missing = Transcript(shown).difference(printed, &ids) {
                    Issue.record(
                        """
                        \(block.testDescription): \(command)
                        the page has: \(missing)
                        but that does not come, in:
                        \(run.output)\(run.errors)
                        """)
                }
            }
        }
    }
}

/// What a page says that a command prints.
struct Transcript {
    private let lines: [String]

    init(_ lines: [String]) { self.lines = lines }

    /// The first line that does not come where it should; nil if all do.
    ///
    /// - Parameter ids: learns what the ids of this transcript stand for.
    func difference(_ printed: [String], _ ids: inout [String: String]) -> String? {
        var place = 0
        for chunk in lines.split(separator: "[...]", omittingEmptySubsequences: false) {
            let isFirst = chunk.startIndex == lines.startIndex
            let wanted = chunk.map(Transcript.normal)
            guard !wanted.isEmpty else { continue }
            let starts = isFirst ? place...place : place...max(place, printed.count)
            let start = starts.first { start in
                start + wanted.count <= printed.count
                    && zip(wanted, printed[start...]).allSatisfy { $0 == Transcript.normal($1) }
            }
            guard let start else { return chunk.joined(separator: "\n") }
            for (line, other) in zip(chunk, printed[start...]) {
                for (id, here) in zip(Transcript.ids(in: line), Transcript.ids(in: other)) {
                    ids[id] = here
                }
            }
            place = start + wanted.count
        }
        return nil
    }

    private static func ids(in line: String) -> [String] {
        line.matches(of: /\b[0-9a-f]{12}\b/).map { String($0.0) }
    }

    /// A line without its numbers, its ids, and the widths of its columns.
    private static func normal(_ line: String) -> String {
        line.replacing(/\b[0-9a-f]{12}\b/, with: "ID").replacing(/\d[\d,.]*/, with: "N")
            .split(separator: " ").joined(separator: " ")
    }
}
