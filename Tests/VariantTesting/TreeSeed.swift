// SPDX-License-Identifier: GPL-2.0-only

// A seeded bug for a kernel tree. Nothing of a kernel stands in the repository, so a seed is not a
// patch but lines of ours, and which lines of the tree they go before.

import Foundation
import Patches
import Testing

/// A file in Tests/Seeds/references, or of another folder that is about kernel trees.
package struct TreeSeed: Sendable, CustomTestStringConvertible {
    package let name: String
    /// The expectation that must notice.
    package let fails: String
    private let insertions: [Insertion]

    package var testDescription: String { name }

    private struct Insertion: Sendable {
        var file: String
        /// How the line begins that the others go before.
        var landmark = ""
        var lines: [String] = []
    }

    package static let all = all(in: "references")

    /// Those of a folder of Tests/Seeds.
    package static func all(in folder: String) -> [TreeSeed] {
        let directory = CommandRun.home.appending(path: "Tests/Seeds/\(folder)")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return files.filter { $0.hasSuffix(".seed") }.sorted().compactMap {
            TreeSeed(directory.appending(path: $0))
        }
    }

    private init?(_ url: URL) {
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        name = url.deletingPathExtension().lastPathComponent
        var fails = ""
        var insertions: [Insertion] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("Fails: ") { fails = String(line.dropFirst(7)) }
            if line.hasPrefix("File: ") {
                insertions.append(Insertion(file: String(line.dropFirst(6))))
            } else if let last = insertions.indices.last {
                if line.hasPrefix("Before: ") {
                    insertions[last].landmark = String(line.dropFirst(8))
                } else if line.hasPrefix("+") {
                    insertions[last].lines.append(String(line.dropFirst()))
                }
            }
        }
        self.fails = fails
        self.insertions = insertions
    }

    /// The seed as a series, one patch for each insertion.
    package func patches(for tree: KernelTree, _ variants: Variants) throws -> [Patch] {
        try #require(!insertions.isEmpty, "\(name) inserts nothing")
        let directory = try TemporaryDirectory.make()
        var sources: [String: URL] = [:]
        return try insertions.enumerated().flatMap { number, insertion in
            let file = insertion.file
            let source = try sources[file] ?? tree.directory.appending(path: file)
            let patch = directory.appending(path: "\(number)-\(name).patch")
            let text = try MadePatch.inserting(
                insertion.lines, before: insertion.landmark, of: file, in: source)
            try Data(text.utf8).write(to: patch)
            let changed = directory.appending(path: "\(number).c")
            try Data(changedText(of: source, insertion).utf8).write(to: changed)
            sources[file] = changed
            return try Patch.read(
                patch.path, toolchain: variants.builder.toolchain, cache: variants.builder.cache)
        }
    }

    private func changedText(of source: URL, _ insertion: Insertion) throws -> String {
        var lines = try String(contentsOf: source, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let place = try #require(lines.firstIndex { $0.hasPrefix(insertion.landmark) })
        lines.insert(contentsOf: insertion.lines, at: place)
        return lines.joined(separator: "\n")
    }
}
