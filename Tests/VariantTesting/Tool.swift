// SPDX-License-Identifier: GPL-2.0-only

// Programs that only tests need: a shell whose completions are tried, a reader of manual pages. Where
// one is not installed, its tests are skipped, and Tests/run says so in its last lines.

import Foundation

/// A program that a test runs.
package struct Tool {
    package let name: String

    package init(name: String) {
        self.name = name
    }

    /// Where it is; nil where it is not installed.
    package var path: String? {
        let places = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return places.split(separator: ":").map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    package var isThere: Bool { path != nil }

    /// Runs it to its end.
    ///
    /// - Returns: what it printed to either output, and its exit status.
    package func run(
        _ arguments: [String], environment: [String: String] = [:], in directory: URL? = nil
    ) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: path ?? name)
        process.arguments = arguments
        process.currentDirectoryURL = try directory ?? TemporaryDirectory.make()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = try TemporaryDirectory.make().appending(path: "output")
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: try Data(contentsOf: output), as: UTF8.self)
        )
    }
}
