// SPDX-License-Identifier: GPL-2.0-only

// What the compiler says of variables that are used before anything was put there. A run cannot tell:
// such a variable has some value, and code under test finds the same one each time, because slices
// are compiled with a pattern for it. So it is no verdict; what a patch does to it is told as a note.

import System

/// A use of a variable that may have no value, as the compiler sees it.
struct UninitializedUse: Hashable, Sendable {
    /// Relative to the tree.
    var file: String
    /// Of the use, or of the condition on which there is no value; then of what the compiler notes:
    /// the use, the declaration.
    var lines: [Int]
    var message: String

    /// The flags with which the compiler looks for them.
    static let flags = ["-Wuninitialized", "-Wsometimes-uninitialized"]

    /// Those in a compiler's messages, in order.
    ///
    /// - Parameter text: with paths relative to their roots.
    static func all(in text: String) -> [UninitializedUse] {
        var found: [UninitializedUse] = []
        var isOpen = false
        for line in text.split(separator: "\n") {
            // fs/dax.c:1203:5: warning: variable 'x' is uninitialized when used here [-Wunin...]
            let parts = line.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
            guard parts.count == 5, let number = Int(parts[1]) else { continue }
            if parts[3] == " note" {
                if isOpen { found[found.count - 1].lines.append(number) }
                continue
            }
            isOpen = false
            let message = parts[4].drop { $0 == " " }
            guard parts[3] == " warning",
                let option = flags.first(where: { message.hasSuffix(" [\($0)]") })
            else { continue }
            isOpen = true
            found.append(
                UninitializedUse(
                    file: normalizedPath(String(parts[0])), lines: [number],
                    message: String(message.dropLast(option.count + 3))))
        }
        return found
    }

    /// Whether any of these lines has to do with it.
    func concerns(_ added: Set<SourceLine>) -> Bool {
        lines.contains { added.contains(SourceLine(file: file, line: $0)) }
    }

    var sentence: String {
        "\(file):\(lines[0]): \(message), the compiler says; every run finds the same value there"
    }

    // MARK: - In a record of the cache

    /// A line of text, without the line's end.
    var record: String {
        ([file] + [lines.map(String.init).joined(separator: ","), message]).joined(separator: "\t")
    }

    init(file: String, lines: [Int], message: String) {
        self.file = file
        self.lines = lines
        self.message = message
    }

    /// Nil for what `record` cannot have written.
    init?(record: some StringProtocol) {
        let fields = record.split(separator: "\t", maxSplits: 2)
        guard fields.count == 3 else { return nil }
        let lines = fields[1].split(separator: ",").compactMap { Int($0) }
        guard !lines.isEmpty else { return nil }
        self.init(file: String(fields[0]), lines: lines, message: String(fields[2]))
    }
}
