// SPDX-License-Identifier: GPL-2.0-only

// A report as a mail.

import Exploration

/// Writes reports as text for a mail.
public enum ReportMail {
    public static func render(_ report: Report) -> String {
        report.variants.count == 1
            ? ReportText(report).renderCheck() : ReportText(report).renderMatrix()
    }
}
