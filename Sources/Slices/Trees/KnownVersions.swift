// SPDX-License-Identifier: GPL-2.0-only

// Which versions are known to work, and how that is known. Others are tried: what they have is read
// from their headers.

/// The versions.
package enum KnownVersions {
    package static let embedded = "4.9.0-rc"
    /// Tests run every scenario of the catalogue on these, but for those on ext2 where it has no DAX
    /// (7.2, 7.3).
    static let trees = ["5.10", "6.1", "6.12", "7.2", "7.3"]

    /// A release that was run once as it is, with every scenario of that time; no test does so again.
    struct RunOnce: Sendable {
        let version: String
        /// Year and month.
        let date: String
    }

    static let runOnce = ["4.14.177", "4.19.13", "5.4.18", "5.15.135", "6.6.9", "6.14.0"].map {
        RunOnce(version: $0, date: "2026-11")
    }

    static func isKnown(_ version: String) -> Bool {
        trees.contains {
            version == $0 || version.hasPrefix($0 + ".") || version.hasPrefix($0 + "-")
        } || runOnce.contains { $0.version == version }
    }

    /// For notes.
    static var description: String {
        let dates = Set(runOnce.map(\.date)).sorted().map { date in
            let versions = runOnce.filter { $0.date == date }.map(\.version)
            return "run once, in \(date): " + versions.joined(separator: ", ")
        }
        let tested = trees.joined(separator: ", ") + " and the embedded slice (\(embedded))"
        return (["known to work: " + tested] + dates).joined(separator: "; ")
    }
}
