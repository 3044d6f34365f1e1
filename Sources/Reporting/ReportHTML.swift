// SPDX-License-Identifier: GPL-2.0-only

// The HTML form of a report: not yet.

import Exploration

/// Writes reports as HTML.
public enum ReportHTML {
    public static func render(_ report: Report) throws -> String {
        throw FormatError("--format html: not yet")
    }
}

/// A form that a report cannot take.
public struct FormatError: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
