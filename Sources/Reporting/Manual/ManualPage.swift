// SPDX-License-Identifier: GPL-2.0-only

// The manual page, made from the parser's own description, so that it says what this version does.
// It is written in mdoc(7). What the parser does not know (exit codes, variables, files) stands
// here. In a discussion, lines that begin with two spaces are commands to be typed.
//
// argument-parser has a plugin for this, GenerateManual. Of this command (1.8.2) it makes a page with
// 137 warnings of `mandoc -Tlint`, which wraps the examples like prose, leaves out the values and
// defaults of options, repeats the common options in each of 13 commands, shows hidden ones, and has
// neither ENVIRONMENT nor EXIT STATUS. It also builds every target of the package first, so that
// ./install would need cmocka.

/// faultline(1).
package struct ManualPage {
    private let command: HelpDocument.Command
    private let version: String
    private let date: String
    /// Options that most subcommands have, described once.
    private let common: [HelpDocument.Argument]

    /// - Parameters:
    ///   - date: when this version was made, e.g. "November 23, 2026".
    package init(_ help: HelpDocument, version: String, date: String) {
        command = help.command
        self.version = version
        self.date = date
        let all = command.shownSubcommands.map(\.shownArguments)
        let most = max(3, all.count / 2)
        var common: [HelpDocument.Argument] = []
        for argument in all.joined() where argument.kind != .positional {
            let count = all.count { $0.contains(argument) }
            if count >= most, !common.contains(argument) { common.append(argument) }
        }
        self.common = common
    }

    package func render() -> String {
        var lines = [
            ".Dd \(date)", ".Dt \(command.commandName.uppercased()) 1",
            ".Os",
        ]
        lines += [".Sh NAME", ".Nm \(command.commandName)"]
        lines += [".Nd \(Mdoc.escaped(Mdoc.withoutStop(command.abstract ?? "")))", ".Sh SYNOPSIS"]
        for sub in command.shownSubcommands {
            lines += [".Nm \(command.commandName)", ".Cm \(sub.commandName)", ".Op Ar options"]
            lines += sub.shownArguments.filter { $0.kind == .positional }.map(synopsis)
        }
        lines += [".Sh DESCRIPTION"] + Mdoc.paragraphs(command.discussion ?? "")
        lines += [".Pp", "This page is of version \(version)."]
        lines += [".Sh COMMANDS"]
        for sub in command.shownSubcommands { lines += describe(sub) }
        lines += [".Sh COMMON OPTIONS"]
        lines += list(common)
        return (lines + ManualPage.rest).joined(separator: "\n") + "\n"
    }

    private func describe(_ sub: HelpDocument.Command) -> [String] {
        var lines = [".Ss \(command.commandName) \(sub.commandName)"]
        lines += Mdoc.paragraphs((sub.abstract ?? "") + "\n\n" + (sub.discussion ?? ""))
        return lines + list(sub.shownArguments.filter { !common.contains($0) })
    }

    private func synopsis(_ argument: HelpDocument.Argument) -> String {
        let name = (argument.valueName ?? "") + (argument.isRepeating ? " ..." : "")
        return argument.isOptional ? ".Op Ar \(name)" : ".Ar \(name)"
    }

    private func list(_ arguments: [HelpDocument.Argument]) -> [String] {
        guard !arguments.isEmpty else { return [] }
        return [".Bl -tag -width Ds"] + arguments.flatMap(item) + [".El"]
    }

    private func item(_ argument: HelpDocument.Argument) -> [String] {
        var head = ".It"
        if argument.kind == .positional {
            head += " Ar \(argument.valueName ?? "")"
            if argument.isRepeating { head += " ..." }
        } else {
            let names = (argument.names ?? []).map { name in
                "Fl " + (name.kind == "long" ? "\\-" : "")
                    + name.name.replacing("-", with: "\\-")
            }
            head += " " + names.joined(separator: " , ")
            if argument.kind == .option { head += " Ar \(argument.valueName ?? "")" }
        }
        var text = [argument.abstract, argument.discussion].compactMap(\.self)
            .joined(separator: " ")
        if let values = argument.allValues, !values.isEmpty {
            text += " One of \(values.joined(separator: ", "))."
        }
        if let value = argument.defaultValue { text += " Default: \(value)." }
        return [head] + Mdoc.prose(text)
    }

    /// What the parser does not know.
    private static let rest = """
        .Sh ENVIRONMENT
        .Bl -tag -width Ds
        .It Ev FAULTLINE_HOME
        The checkout with
        .Pa csrc
        and
        .Pa patches .
        Default: the one that the program was built in.
        .It Ev FAULTLINE_CACHE
        Where objects, images and witnesses are kept.
        .It Ev NO_COLOR
        If set to anything, there is no colour on a terminal either.
        .El
        .Sh FILES
        .Bl -tag -width Ds
        .It Pa ~/.cache/faultline
        The build cache and the witnesses, unless
        .Ev FAULTLINE_CACHE
        or
        .Ev XDG_CACHE_HOME
        names another directory.
        You can remove it at any time.
        .It Pa FINDINGS.md
        Known bugs of released kernels.
        .It Pa Scenarios/
        Your own scenarios.
        .El
        .Sh EXIT STATUS
        .Bl -tag -width Ds
        .It 0
        Every expectation holds, or the command did what it was asked to do.
        .It 1
        At least one expectation fails.
        .It 2
        The question could not be asked: bad arguments, a patch that does not apply
        or compile, no such tree.
        Nothing has changed.
        .It 125
        Under
        .Ic git bisect run :
        this commit cannot be tested.
        .El
        .Sh SEE ALSO
        .Pa README.md
        and
        .Pa FINDINGS.md
        of the checkout.
        """.split(separator: "\n").map(String.init)
}

/// Text as mdoc has it.
enum Mdoc {
    /// A discussion: paragraphs, some of them commands.
    static func paragraphs(_ text: String) -> [String] {
        var lines: [String] = []
        var paragraph: [Substring] = []
        var isBehindProse = false
        func flush() {
            guard let first = paragraph.first else { return }
            if first.hasPrefix("  ") {
                lines += [".Bd -literal -offset indent"]
                lines += paragraph.map { literal(String($0.dropFirst(2))) } + [".Ed"]
            } else {
                if isBehindProse { lines.append(".Pp") }
                lines += prose(paragraph.joined(separator: " "))
            }
            isBehindProse = true
            paragraph = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isLiteral = line.hasPrefix("  ")
            if line.isEmpty || isLiteral != (paragraph.first?.hasPrefix("  ") ?? isLiteral) {
                flush()
            }
            if !line.isEmpty { paragraph.append(line) }
        }
        flush()
        return lines
    }

    /// Sentences, each from a line of its own on, in lines that are not too long.
    static func prose(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let isNewSentence = line.last.map { ".?!".contains($0) } ?? false
            if !line.isEmpty, isNewSentence || escaped("\(line) \(word)").count > 79 {
                lines.append(escaped(line))
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        if !line.isEmpty { lines.append(escaped(line)) }
        return lines
    }

    /// A line to be typed: its dashes stay what they are.
    private static func literal(_ line: String) -> String {
        let line = line.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    static func escaped(_ line: String) -> String {
        var line = line.replacing("\\", with: "\\e").replacing(" --", with: " \\-\\-")
        if line.hasPrefix("--") { line = "\\-\\-" + line.dropFirst(2) }
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    static func withoutStop(_ text: String) -> String {
        var text = text
        while let last = text.last, ".?!".contains(last) { text.removeLast() }
        return text
    }
}
