// SPDX-License-Identifier: GPL-2.0-only

// What of a tree was recognised, compiled, cut and trapped, for `tree`: counts first, then what
// they count, so that a reader who knows the tree finds what is odd and one who does not sees how
// much of it runs.

import Exploration
import Slices

/// Writes what is known of a tree.
package struct TreeReportText {
    private let report: TreeReport
    private let tree: Witness.TreeIdentity
    private let image: ImageDescription

    /// - Parameter image: what the tree, unpatched, can be asked.
    package init(
        _ report: TreeReport, tree: Witness.TreeIdentity, image: ImageDescription
    ) {
        self.report = report
        self.tree = tree
        self.image = image
    }

    package func render() -> StyledText {
        let parts = [
            summary(), interfaces(), files(), cuts(), traps(), emptyHeaders(), notAsked(),
        ]
        let blocks = parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
        return StyledText(blocks.joined(separator: "\n\n"))
    }

    private func summary() -> [String] {
        let compiled = report.files.count(where: \.isCompiled)
        let symbols = Set(report.traps.map(\.symbol)).count
        let (asked, all) = TreeReportText.scenarios(image)
        var lines = [entry("tree", tree.chosen)]
        if !report.knownVersions.isEmpty {
            lines.append(
                entry("known", report.knownVersions.joined(separator: ", ") + "; others are tried"))
        }
        lines.append(
            entry(
                "files", "\(report.files.count.grouped) taken, \(compiled.grouped) compiled"))
        var functions = report.functions > 0 ? "\(report.functions.grouped) in the image, " : ""
        functions += "\(report.cuts.count.grouped) cut, \(symbols.grouped) trapped"
        lines.append(entry("functions", functions))
        lines.append(entry("scenarios", "\(asked.grouped) of \(all.grouped) can be run"))
        return lines + report.tree.notes.map { entry("note", $0) }
    }

    /// How many scenarios can be run, and how many there are.
    static func scenarios(_ image: ImageDescription) -> (asked: Int, all: Int) {
        let left = image.unsupported().values.reduce(0, +)
        return (image.scenarios - left, image.scenarios)
    }

    private func interfaces() -> [String] {
        guard !report.interfaces.isEmpty else { return [] }
        let width = (report.interfaces.map(\.name.count).max() ?? 0) + 2
        return ["\(report.interfaces.count.of("interface")) recognised:"]
            + report.interfaces.map { interface in
                let source = interface.place.map { ", by " + Layout.unbroken($0) } ?? ""
                return Layout.fill(
                    interface.meaning + source,
                    first: "  " + interface.name.padded(to: width)
                        + "\(interface.value)".padded(to: 4),
                    width: TreeReportText.width)
            }
    }

    private func files() -> [String] {
        let compiled = report.files.filter(\.isCompiled)
        let width = (compiled.map(\.path.count).max() ?? 0) + 2
        let lines = compiled.map { file in
            "  " + file.path.padded(to: width) + "\(file.lines.of("line")), "
                + "\(file.kept.grouped) of \(file.functions.of("function")) in the image"
        }
        return ["compiled:"] + lines
            + list("taken, but not compiled:", report.files.filter { !$0.isCompiled }.map(\.path))
    }

    private func cuts() -> [String] {
        guard !report.cuts.isEmpty else { return [] }
        return ["\(report.cuts.count.of("function")) cut, because they do not compile:"]
            + report.cuts.map {
                Layout.fill(
                    $0.reason, first: "  \($0.function) \($0.file):\($0.line): ",
                    rest: "      ", width: TreeReportText.width)
            }
    }

    private func traps() -> [String] {
        guard !report.traps.isEmpty else { return [] }
        let symbols = Dictionary(grouping: report.traps, by: \.symbol)
        let head =
            "\(symbols.count.of("function")) trapped: a run that calls one is an error of the "
            + "harness, not a verdict"
        var lines = [Layout.fill(head + ":", width: TreeReportText.width)]
        for symbol in symbols.keys.sorted() {
            let callers = symbols[symbol]!.map { trap in
                let location = trap.line > 0 ? "\(trap.file):\(trap.line)" : trap.file
                return Layout.unbroken(
                    trap.caller.isEmpty ? location : "\(trap.caller) \(location)")
            }
            lines.append(
                Layout.fill(
                    "called by " + callers.joined(separator: ", "), first: "  \(symbol) ",
                    rest: "      ", width: TreeReportText.width))
        }
        return lines
    }

    private func emptyHeaders() -> [String] {
        guard !report.emptyHeaders.isEmpty else { return [] }
        let count = report.emptyHeaders.count
        return list(
            "\(count.of("header")) left empty, because nothing in them is needed:",
            report.emptyHeaders)
    }

    private func notAsked() -> [String] {
        var lines = report.missing.map { Layout.entry("not asked", $0, indent: 0, column: 12) }
        lines += NotRun.all(image.unsupported()).map {
            Layout.entry("not run", $0.description, indent: 0, column: 12)
        }
        return lines
    }

    private func list(_ head: String, _ names: [String]) -> [String] {
        guard !names.isEmpty else { return [] }
        return [
            head,
            Layout.fill(
                names.joined(separator: " "), first: "  ", rest: "  ",
                width: TreeReportText.width),
        ]
    }

    private func entry(_ label: String, _ text: String) -> String {
        Layout.entry(label, text, indent: 0, column: 12)
    }

    private static let width = 80
}
