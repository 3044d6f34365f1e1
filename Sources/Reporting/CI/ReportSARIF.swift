// SPDX-License-Identifier: GPL-2.0-only

// A report as SARIF 2.1.0, the form that code scanning and editors read: the expectations are its
// rules, a failure that counts is a result of level error, at the line where it shows, with the calls
// that fail as related places. Paths are relative to the tree.

import Expectations
import Exploration

/// Writes reports as SARIF.
package enum ReportSARIF {
    /// - Parameter version: of faultline.
    package static func render(_ report: Report, version: String) throws -> String {
        let rules =
            Expectations.all.map { ($0.name, $0.rule) } + [
                (Annotations.neverRan, "every added line that makes code is run")
            ]
        let places = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1.0, $0) })
        let document: JSONObject = [
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
            "runs": [
                [
                    "tool": [
                        "driver": [
                            "name": "faultline", "version": version,
                            "rules": rules.map { name, rule in
                                [
                                    "id": name,
                                    "shortDescription": ["text": rule] as JSONObject,
                                ] as JSONObject
                            },
                        ] as JSONObject
                    ] as JSONObject,
                    "columnKind": "utf16CodeUnits",
                    "results": Annotations(report).all.map { result($0, at: places[$0.rule] ?? 0) },
                    "properties": [
                        "tree": Layout.plain(report.tree.description),
                        "summary": report.variants.map { Layout.plain($0.summary) },
                    ] as JSONObject,
                ] as JSONObject
            ],
        ]
        return try document.text()
    }

    private static func result(_ remark: Annotation, at rule: Int) -> JSONObject {
        var message: JSONObject = ["text": remark.message]
        if !remark.details.isEmpty {
            message = message + ["markdown": "```\n\(remark.details)\n```"]
        }
        return [
            "ruleId": remark.rule, "ruleIndex": rule, "level": remark.level.rawValue,
            "message": message, "locations": remark.frame.map { [location($0)] },
            "partialFingerprints": ["faultline/v1": remark.fingerprint] as JSONObject,
            "properties": remark.witness.map { ["witness": $0] as JSONObject },
        ]
    }

    private static func location(_ frame: CodeFrame) -> JSONObject {
        [
            "physicalLocation": [
                "artifactLocation": ["uri": frame.file] as JSONObject,
                "region": frame.line > 0 ? ["startLine": frame.line] as JSONObject : nil,
            ] as JSONObject,
            "logicalLocations": frame.function.isEmpty
                ? nil : [["name": frame.function, "kind": "function"] as JSONObject],
        ]
    }
}
