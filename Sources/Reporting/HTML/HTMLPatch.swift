// SPDX-License-Identifier: GPL-2.0-only

// The patches of a variant, with what became of each line that they add: in how many scenarios it
// ran, or that it never did. The mark is a word as well as a colour.

import Exploration
import Patches

/// Writes patches with their coverage.
struct HTMLPatch {
    private let variant: VariantReport

    init(_ variant: VariantReport) { self.variant = variant }

    /// Nothing for a variant without patches.
    func render() -> String {
        let marks = PatchMarks(variant.patchTexts, variant.coverage).patches
        guard !marks.isEmpty else { return "" }
        var parts = ["<h3>\(marks.count == 1 ? "The patch" : "The patches")</h3>"]
        if let coverage = variant.coverage {
            let text =
                coverage.addedLines == 0
                ? "It adds no line that makes code."
                : "\(coverage.executed) of \(coverage.addedLines.of("added line")) with code ran. "
                    + "A number says in how many scenarios a line ran."
            parts.append("<p>\(HTMLText.escape(text))</p>")
        }
        for (patch, lines) in zip(variant.patchTexts, marks) {
            let title = patch.subject ?? patch.name
            let isOpen = marks.count == 1 || lines.contains { $0.fate == .missed }
            parts.append(
                "<details\(isOpen ? " open" : "")><summary>\(HTMLText.escape(title))</summary>\n"
                    + HTMLText.region("Patch: \(title)", table(lines)) + "\n</details>")
        }
        return parts.joined(separator: "\n")
    }

    private func table(_ lines: [PatchLine]) -> String {
        var rows = ["<table class=\"diff\">"]
        rows.append(
            "<thead hidden><tr><th scope=\"col\">Scenarios</th><th scope=\"col\">Line</th></tr>"
                + "</thead><tbody>")
        for line in lines {
            let (kind, mark) = fate(of: line)
            rows.append(
                "<tr class=\"\(kind)\"><td>\(mark)</td><td><code>"
                    + "\(HTMLText.escape(line.text))</code></td></tr>")
        }
        rows.append("</tbody></table>")
        return rows.joined(separator: "\n")
    }

    private func fate(of line: PatchLine) -> (kind: String, mark: String) {
        switch line.fate {
        case .ran(let scenarios): ("added ran", "ran in \(scenarios.grouped)")
        case .missed: ("added missed", "never ran")
        case nil: (line.kind.rawValue, "")
        }
    }
}
