// SPDX-License-Identifier: GPL-2.0-only

// From addresses to the tree's own functions and lines. Images are compiled with relative paths, so
// what the debug information says is what a report prints.

import System

/// A function and a line in a call chain.
package struct SourceFrame: Hashable, Codable, Sendable {
    package var function: String
    /// Relative to the tree (`fs/dax.c`, `include/linux/dax.h`), or `machine/…`,
    /// `filesystems/…`, `stubs/…`; nil if there is no debug information.
    package var file: String?
    /// From 1; 0 if unknown.
    package var line: Int
}

/// Names the functions and lines of addresses in an image.
package struct Symbolizer: Sendable {
    let toolchain: Toolchain

    package init(toolchain: Toolchain) {
        self.toolchain = toolchain
    }

    /// The frames of each return address, innermost first: more than one where functions were
    /// inlined. One process for all of them; none for an empty array.
    ///
    /// - Parameters:
    ///   - image: the path of the shared object, or of the executable for the static slice.
    ///   - pcs: return addresses relative to the load address. What is named is the call before
    ///     each of them; the machine records the address of a crash one byte up for that reason.
    /// - Throws: `QuestionError` if the symbolizer fails.
    package func frames(image: String, pcs: [UInt64]) throws -> [[SourceFrame]] {
        guard !pcs.isEmpty else { return [] }
        // Addresses on standard input: a witness can have more than a command line holds.
        let questions = pcs.map { "0x" + String($0 == 0 ? 0 : $0 - 1, radix: 16) + "\n" }
        let command = Command(
            executable: toolchain.symbolizer,
            arguments: ["-e", image, "--inlines", "--relativenames", "--output-style=LLVM"],
            environment: ["DEBUGINFOD_URLS": ""],
            input: Array(questions.joined().utf8),
            confinement: Sandbox.Confinement(readable: [image]))
        let done = try command.run()
        guard done.status == 0 else {
            throw QuestionError(
                .toolchain, file: image, reason: "llvm-symbolizer failed", output: done.messages)
        }
        let frames = Self.parse(String(anyBytes: done.output))
        guard frames.count == pcs.count else {
            throw QuestionError(
                .toolchain, file: image,
                reason: "llvm-symbolizer answered \(frames.count) of \(pcs.count) addresses",
                output: done.messages)
        }
        return frames
    }

    /// One block for each address, ended by an empty line; two lines for each frame.
    static func parse(_ text: String) -> [[SourceFrame]] {
        var blocks: [[SourceFrame]] = []
        var frames: [SourceFrame] = []
        var function: Substring?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                if !frames.isEmpty { blocks.append(frames) }
                frames = []
            } else if let name = function {
                frames.append(frame(named: name, at: line))
                function = nil
            } else {
                function = line
            }
        }
        if !frames.isEmpty { blocks.append(frames) }
        return blocks
    }

    /// `location` is `file:line:column`; an unknown one is `??:0:0`.
    private static func frame(named name: Substring, at location: Substring) -> SourceFrame {
        let parts = location.split(separator: ":")
        let line = parts.count >= 3 ? Int(parts[parts.count - 2]) ?? 0 : 0
        let file = parts.count >= 3 ? parts.dropLast(2).joined(separator: ":") : "??"
        return SourceFrame(
            function: String(name), file: file == "??" ? nil : normalizedPath(file), line: line)
    }
}
