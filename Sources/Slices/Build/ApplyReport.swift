// SPDX-License-Identifier: GPL-2.0-only

/// What `git apply --verbose` says, in the C locale.
struct ApplyReport {
    let text: String
    /// Where hunks went that did not go where their headers say, by file and number, from 1: the
    /// line, from 1, in the file as it was when the hunk's turn came.
    private(set) var offsetHunks: [String: [Int: Int]] = [:]
    /// The first hunk that did not apply, by the line in its header.
    private(set) var failedHunk: (file: String, line: Int)?
    private(set) var errors: [String] = []

    init(_ text: String) {
        self.text = text
        var file = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("Checking patch "), line.hasSuffix("...") {
                let names = line.dropFirst("Checking patch ".count).dropLast(3)
                // A rename is announced as "old => new".
                file = names.split(separator: " => ").last.map(String.init) ?? String(names)
            } else if line.hasPrefix("Hunk #") {
                // Hunk #2 succeeded at 12 (offset 2 lines).
                let words = line.split(separator: " ")
                if words.count > 4, let number = Int(words[1].dropFirst()), words[2] == "succeeded",
                    let start = Int(words[4])
                {
                    offsetHunks[file, default: [:]][number] = start
                }
            } else if line.hasPrefix("error: patch failed: ") {
                let location = line.dropFirst("error: patch failed: ".count)
                if let colon = location.lastIndex(of: ":"),
                    let number = Int(location[location.index(after: colon)...]), failedHunk == nil
                {
                    failedHunk = (String(location[..<colon]), number)
                }
            } else if line.hasPrefix("error: "), !line.hasPrefix("error: while searching for") {
                errors.append(String(line.dropFirst("error: ".count)))
            }
        }
    }
}
