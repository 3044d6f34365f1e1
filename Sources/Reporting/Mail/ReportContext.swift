// SPDX-License-Identifier: GPL-2.0-only

// Where and by whom a report was made, as far as a reader elsewhere needs it to make the same again
// or to weigh it. The report itself says nothing of this: it is about the code.

/// The circumstances of a report.
package struct ReportContext: Sendable {
    /// The command line without the program's name, as it was given.
    package var arguments: [String]
    /// Of Faultline.
    package var version: String
    /// What compiled the code.
    package var compiler: String
    /// What it ran on.
    package var host: String
    /// `Name <address>`, by git's configuration; nil where that does not say.
    package var tester: String?

    package init(
        arguments: [String], version: String, compiler: String, host: String, tester: String?
    ) {
        self.arguments = arguments
        self.version = version
        self.compiler = compiler
        self.host = host
        self.tester = tester
    }

    /// Whether the whole catalogue was run, as `check` and `matrix` do.
    var isOfTheCatalogue: Bool { arguments.first == "check" || arguments.first == "matrix" }

    /// The command again, for a shell, without what is only about the form of its answer; lines end
    /// in a backslash where they go on.
    func command(indent: String, width: Int = Layout.mailWidth) -> [String] {
        var arguments = ["faultline"]
        var rest = self.arguments[...]
        while let word = rest.popFirst() {
            if word == "--format" || word == "--output" {
                _ = rest.popFirst()
            } else if !word.hasPrefix("--format=") && !word.hasPrefix("--output=") {
                arguments.append(ReportContext.quoted(word))
            }
        }
        var lines: [String] = []
        var line = indent
        for (index, word) in arguments.enumerated() {
            let isFirst = index == 0 || line == indent + "    "
            let room = width - (index == arguments.count - 1 ? 0 : 2)
            if !isFirst, line.count + 1 + word.count > room {
                lines.append(line + " \\")
                line = indent + "    " + word
            } else {
                line += isFirst ? word : " " + word
            }
        }
        return lines + [line]
    }

    /// A word as a shell takes it.
    private static func quoted(_ word: String) -> String {
        let plain = word.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": true
            default: "@%_-+=:,./~^".unicodeScalars.contains(scalar)
            }
        }
        guard word.isEmpty || !plain else { return word }
        return "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
