// SPDX-License-Identifier: GPL-2.0-only

// Readers of our forms that are not ours: a kernel tree's kunit.py, b4, junitparser and validators
// of schemas. `Tests/tools` fetches those of PyPI; without them their tests are skipped, and
// `Tests/run` says so.

import Foundation
import Testing

/// The programs that `Tests/tools` has installed.
package enum PythonTools {
    /// Nil where they are not there.
    package static var directory: String? {
        let environment = ProcessInfo.processInfo.environment
        let place = environment["FAULTLINE_TOOLS"] ?? "/var/tmp/faultline-tools-\(getuid())"
        return FileManager.default.fileExists(atPath: place + "/complete-3") ? place : nil
    }

    package static var areThere: Bool { directory != nil }
    package static let reason: Comment =
        "b4, validators of schemas and others are not installed: Tests/tools does it"

    /// A program of theirs.
    package static func tool(_ name: String) throws -> Tool {
        Tool(name: try #require(directory) + "/venv/bin/" + name)
    }

    /// Runs lines of Python with their libraries.
    package static func python(_ lines: String, _ arguments: [String] = []) throws -> String {
        let run = try tool("python3").run(["-c", lines] + arguments)
        try #require(run.status == 0, "\(run.text)")
        return run.text
    }
}

/// What kunit.py of a kernel tree made of KTAP.
package struct KUnitParse {
    package let status: Int32
    package let text: String

    package init(_ ktap: String, by tree: KernelTree) throws {
        let file = try TemporaryDirectory.make().appending(path: "results.ktap")
        try Data(ktap.utf8).write(to: file)
        let script = try tree.directory.appending(path: "tools/testing/kunit/kunit.py").path
        let run = try Tool(name: "python3").run([script, "parse", file.path])
        status = run.status
        text = run.text
        try tree.noteTested()
    }

    /// `passed: 14, failed: 1`: what the last line counts.
    package var counts: [String: Int] {
        guard let line = text.split(separator: "\n").last(where: { $0.contains("Ran ") }) else {
            return [:]
        }
        var counts: [String: Int] = [:]
        for found in line.matches(of: /([a-z]+): ([0-9]+)/) {
            counts[String(found.1)] = Int(found.2)
        }
        return counts
    }

    /// Lines in which it found fault with the form.
    package var complaints: [String] {
        text.split(separator: "\n").map(String.init).filter { line in
            ["[ERROR]", "[CRASHED]", "missing", "Test plan", "Traceback", "errors:"].contains {
                line.contains($0)
            }
        }
    }
}
