// SPDX-License-Identifier: GPL-2.0-only

// What a machine has and lacks, for `doctor`.

/// The state of the machine that the program runs on.
package struct Diagnosis: Encodable {
    /// One thing that is needed.
    package struct Item: Encodable {
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

    package let findings: [Item]

    /// The column in which states stand.
    fileprivate static let nameWidth = 18

    package init(findings: [Item]) { self.findings = findings }

    /// Nothing is missing that a verdict needs.
    package var isHealthy: Bool { findings.allSatisfy { $0.found || $0.optional } }

    package func json() throws -> String { try JSONObject.text(of: self) }

    package var text: StyledText {
        var lines = findings.flatMap(\.lines)
        lines.append("")
        lines.append(
            isHealthy
                ? "Everything that a verdict needs is here."
                : "Something that a verdict needs is missing.")
        return lines.joined()
    }
}

extension Diagnosis.Item {
    /// Its state; what it is for and how to get it where it is not there.
    fileprivate var lines: [StyledText] {
        let (word, role): (String, StyledText.Role) =
            found ? ("ok", .good) : optional ? ("absent", .faint) : ("MISSING", .bad)
        var lines = [
            StyledText(name.padded(to: Diagnosis.nameWidth)) + StyledText(word, role)
                + (detail.isEmpty ? "" : String(repeating: " ", count: 9 - word.count) + detail)
        ]
        guard !found else { return lines }
        let indent = String(repeating: " ", count: 27)
        lines.append(Layout.fill(purpose, first: indent + "for: "))
        if let remedy { lines.append(indent + "fix: " + remedy) }
        return lines
    }
}
