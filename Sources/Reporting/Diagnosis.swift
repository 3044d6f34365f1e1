// SPDX-License-Identifier: GPL-2.0-only

// What a machine has and lacks, for `doctor`.

import Expectations

/// The state of the machine that the program runs on.
package struct Diagnosis: Encodable {
    /// One thing that is needed.
    package struct Finding: Encodable {
        package let name: String
        package let found: Bool
        package let detail: String
        package let purpose: String
        /// The work goes on without it.
        package let optional: Bool
        /// The command that mends it; null where nothing is amiss.
        package let remedy: String?

        package init(
            name: String, isFound: Bool, detail: String, purpose: String, isOptional: Bool = false,
            remedy: String?
        ) {
            self.name = name
            found = isFound
            self.detail = detail.split(separator: "\n").map {
                String($0.drop { $0 == " " })
            }.joined(separator: "; ")
            self.purpose = purpose
            optional = isOptional
            self.remedy = remedy
        }
    }

    package let findings: [Finding]

    /// The column in which states stand.
    static let nameWidth = 18

    package init(findings: [Finding]) { self.findings = findings }

    /// Nothing is missing that a verdict needs.
    package var isHealthy: Bool { findings.allSatisfy { $0.found || $0.optional } }

    package var text: String {
        var lines: [String] = []
        for finding in findings {
            let state = finding.found ? "ok" : finding.optional ? "absent" : "MISSING"
            var line =
                finding.name.padded(to: Diagnosis.nameWidth) + state.padded(to: 9) + finding.detail
            while line.last == " " { line.removeLast() }
            lines.append(line)
            if !finding.found {
                let indent = String(repeating: " ", count: 27)
                lines.append(Layout.fill(finding.purpose, first: indent + "for: "))
                if let remedy = finding.remedy { lines.append(indent + "mend: " + remedy) }
            }
        }
        lines.append("")
        lines.append(
            isHealthy
                ? "Everything that a verdict needs is here."
                : "Something that a verdict needs is missing.")
        return lines.joined(separator: "\n")
    }
}
