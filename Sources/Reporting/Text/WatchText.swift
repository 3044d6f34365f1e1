// SPDX-License-Identifier: GPL-2.0-only

// What a save has changed, on one screen: what fails and did not, what is fixed, what still fails, and
// how to see it.

import Expectations
import Exploration

/// A verdict beside the one before it.
package struct WatchText {
    private let variant: VariantReport
    private let before: [String: Int]?
    private let seconds: Double

    /// - Parameter before: failing runs of each expectation that failed; nil for the first verdict.
    package init(_ variant: VariantReport, since before: [String: Int]?, seconds: Double) {
        self.variant = variant
        self.before = before
        self.seconds = seconds
    }

    package var lines: [String] {
        var lines = ["", "\(variant.runs.of("run")) in \(decimal(seconds)) s"]
        for verdict in variant.failing {
            let name = verdict.expectation.name
            let old = before?[name]
            let word: String
            if before == nil {
                word = "FAILS"
            } else if let old {
                word =
                    old == verdict.failures ? "still fails" : "still fails (\(old.grouped) before)"
            } else {
                word = "NOW FAILS"
            }
            let id = verdict.witness.map { "; faultline replay \($0.id)" } ?? ""
            lines.append("  \(name.padded(to: 20))\(word), \(verdict.failedRuns)\(id)")
        }
        let failing = Set(variant.failing.map(\.expectation.name))
        for name in (before ?? [:]).keys.sorted() where !failing.contains(name) {
            lines.append("  \(name.padded(to: 20))FIXED")
        }
        if before != nil, lines.count == 2 { lines.append("  nothing fails, as before") }
        lines += variant.harnessErrors.map { "  not judged: \($0.sentence)" }
        if before == nil { lines.append(Layout.fill(Layout.plain(variant.summary))) }
        return lines
    }
}
