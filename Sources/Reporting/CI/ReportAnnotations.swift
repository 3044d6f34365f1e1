// SPDX-License-Identifier: GPL-2.0-only

// The forms in which an editor or a code review takes remarks on lines: one line each for a quickfix
// list, workflow commands of GitHub, a code quality report of GitLab. Paths are those of the tree, so
// they mean something where its checkout is.

import Exploration

/// Writes reports as remarks on lines.
package enum ReportAnnotations {
    /// `file:line: message`, a line each: `:cfile` of vim, `compilation-mode` of Emacs.
    package static func quickfix(_ report: Report) -> String {
        lines(report).map { remark in
            let place = remark.frame.map { "\($0.location): " } ?? ""
            return Layout.plain("\(place)\(remark.level): \(remark.rule): \(remark.message)")
        }.joined(separator: "\n")
    }

    /// Commands to the runner of a GitHub workflow, which shows them beside the lines.
    package static func github(_ report: Report) -> String {
        lines(report).map { remark in
            var properties: [String] = []
            if let frame = remark.frame {
                properties.append("file=\(property(frame.file))")
                if frame.line > 0 { properties.append("line=\(frame.line)") }
            }
            properties.append("title=\(property("faultline: " + remark.rule))")
            return "::\(remark.level) \(properties.joined(separator: ","))::\(data(remark.message))"
        }.joined(separator: "\n")
    }

    /// A code quality report of GitLab: an array of objects.
    package static func gitlab(_ report: Report) throws -> String {
        try JSONObject.text(
            of: lines(report).map { remark -> JSONObject in
                [
                    "description": remark.message, "check_name": remark.rule,
                    "fingerprint": digest(remark.fingerprint),
                    "severity": remark.level == .error ? "critical" : "minor",
                    "location": [
                        // It asks for a place, even if there is none.
                        "path": remark.frame?.file ?? "fs/dax.c",
                        "lines": ["begin": max(1, remark.frame?.line ?? 1)] as JSONObject,
                    ] as JSONObject,
                ]
            })
    }

    private static func lines(_ report: Report) -> [Annotation] { Annotations(report).all }

    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }

    private static func digest(_ text: String) -> String {
        // FNV-1a: a name, not a secret.
        let hash = text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }
}
