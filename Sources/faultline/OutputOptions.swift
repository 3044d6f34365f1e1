// SPDX-License-Identifier: GPL-2.0-only

// Where a result goes, and in which form. Verdicts have a form for every reader: people, scripts,
// kunit.py, a build server, a browser, a mailing list. What is no report of verdicts is text or
// JSON, and its command offers no other, so that --help and completions show what there is. The
// result is made whole before anything is written.

import ArgumentParser
import Exploration
import FoundationEssentials
import Glibc
import Reporting
import System

/// The form of a report of verdicts.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json, ktap, junit, html, mail, sarif, quickfix, github, gitlab
}

/// Where a report of verdicts goes, and in which form.
struct OutputOptions: ParsableArguments {
    @Option(
        help: """
            The form of the result: for a terminal, for scripts, for kunit.py, for build \
            servers, for a browser, for a mail, for code scanning, for an editor's list, or \
            as annotations of a GitHub workflow or a GitLab merge request.
            """)
    var format = OutputFormat.text

    @OptionGroup var file: OutputFile

    /// Delivers a report.
    ///
    /// - Parameters:
    ///   - text: the report as the command's own text.
    ///   - json: its own JSON, where that says more than verdicts.
    func deliver(
        _ report: Report, text: () -> StyledText, json: (() throws -> String)? = nil
    ) throws {
        switch format {
        case .text: try file.deliver(text())
        case .json: try file.deliver(json?() ?? ReportJSON.render(report), as: .json)
        case .ktap: try file.deliver(ReportKTAP.render(report))
        case .junit: try file.deliver(ReportJUnit.render(report), as: .markup)
        case .html: try file.deliver(ReportHTML.render(report), as: .markup)
        case .mail: try file.deliver(ReportMail.render(report, context: .here()))
        case .sarif:
            try file.deliver(ReportSARIF.render(report, version: Version.number), as: .json)
        case .quickfix: try file.deliver(ReportAnnotations.quickfix(report))
        case .github: try file.deliver(ReportAnnotations.github(report))
        case .gitlab: try file.deliver(ReportAnnotations.gitlab(report), as: .json)
        }
    }
}

/// The form of a result that is no report of verdicts.
enum PlainFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json
}

/// Where a result goes that is no report of verdicts: text or JSON.
struct PlainOutputOptions: ParsableArguments {
    @Option(help: "The form of the result.")
    var format = PlainFormat.text

    @OptionGroup var file: OutputFile

    /// Delivers a result in the form that was asked for.
    func deliver(
        text: @autoclosure () -> StyledText, json: @autoclosure () throws -> String
    ) throws {
        switch format {
        case .text: try file.deliver(text())
        case .json: try file.deliver(json(), as: .json)
        }
    }
}

/// The place that a result is written to.
struct OutputFile: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the result to this file. The file appears whole or not at all.",
            valueName: "file"),
        completion: .file())
    var output: String?

    /// Writes text for people: with colours where they look at a terminal.
    func deliver(_ text: StyledText) throws {
        try deliver(
            visible: writesToStandardOutput && OutputFile.showsColour ? text.coloured : text.plain)
    }

    private var writesToStandardOutput: Bool { output == nil || output == "-" }

    /// Writes the result.
    func deliver(_ result: String, as form: VisibleText.Form = .text) throws {
        try deliver(visible: VisibleText.of(result, as: form))
    }

    private func deliver(visible result: String) throws {
        let text = result.hasSuffix("\n") ? result : result + "\n"
        guard let output, !writesToStandardOutput else {
            return try printResult(text)
        }
        do {
            // A device or a pipe cannot be replaced, only written to.
            var status = stat()
            let isSpecial = stat(output, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
            try Data(text.utf8).write(
                to: URL(filePath: output), options: isSpecial ? [] : .atomic)
        } catch {
            throw CommandFailure("\(output): cannot write: \(reason(error))")
        }
    }

    /// Standard output is a terminal with colours, and NO_COLOR does not turn them off
    /// (https://no-color.org).
    private static var showsColour: Bool {
        func value(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
        return isatty(STDOUT_FILENO) == 1 && value("NO_COLOR").isEmpty
            && !["", "dumb"].contains(value("TERM"))
    }

    private func reason(_ error: any Error) -> String {
        let code = errno
        return code != 0 ? String(cString: strerror(code)) : "\(error)"
    }
}
