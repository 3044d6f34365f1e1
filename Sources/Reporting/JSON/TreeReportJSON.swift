// SPDX-License-Identifier: GPL-2.0-only

// What of a tree was recognised, compiled, cut and trapped, as JSON.

import Exploration
import Slices

/// Writes what is known of a tree as JSON.
package enum TreeReportJSON {
    package static func render(
        _ report: TreeReport, tree: Witness.TreeIdentity, image: ImageDescription
    ) throws -> String {
        let trapped = Dictionary(grouping: report.traps, by: \.symbol).sorted { $0.key < $1.key }
        let (asked, all) = TreeReportText.scenarios(image)
        let counts: JSONObject = [
            "taken": report.files.count, "compiled": report.files.count(where: \.isCompiled),
            "functions": report.functions, "cut": report.cuts.count, "trapped": trapped.count,
            "empty_headers": report.emptyHeaders.count, "scenarios": all, "scenarios_run": asked,
        ]
        let document: JSONObject = [
            "faultline": 1, "tree": tree.json, "counts": counts,
            "interfaces": report.interfaces, "files": report.files.map(\.json),
            "cut": report.cuts,
            "trapped": trapped.map {
                ["symbol": $0.key, "callers": $0.value.map(\.json)] as JSONObject
            },
            "empty_headers": report.emptyHeaders, "not_asked": report.missing,
            "not_run": NotRun.all(image.unsupported()).map(\.json),
            "known_versions": report.knownVersions, "notes": report.tree.notes,
        ]
        return try document.text()
    }
}

extension TreeReport.TakenFile {
    fileprivate var json: JSONObject {
        [
            "path": path, "compiled": isCompiled, "lines": lines, "functions": functions,
            "kept": kept,
        ]
    }
}

extension TreeReport.TrappedCall {
    /// The caller.
    fileprivate var json: JSONObject { ["function": caller, "file": file, "line": line] }
}
