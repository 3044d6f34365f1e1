// SPDX-License-Identifier: GPL-2.0-only

// Which versions are known to work, and how that is known. Others are tried: what they have is read
// from their headers.

/// The versions.
enum KnownVersions {
    static let embedded = "4.9.0-rc"
    /// Every scenario of the catalogue that makes sense there runs on these, and tests run them.
    static let trees = ["5.10", "6.1", "6.12", "7.2", "7.3"]

    /// A release that was run as it is, every scenario of that time, and no test does so again.
    struct ShownRelease: Sendable {
        let version: String
        /// Year and month.
        let date: String
    }

    static let shown = [
        "4.14.177", "4.19.13", "5.4.18", "5.15.135", "6.6.9", "6.14.0",
    ].map { ShownRelease(version: $0, date: "2026-11") }

    static func isKnown(_ version: String) -> Bool {
        trees.contains {
            version == $0 || version.hasPrefix($0 + ".") || version.hasPrefix($0 + "-")
        } || shown.contains { $0.version == version }
    }

    /// For notes.
    static var description: String {
        let dates = Set(shown.map(\.date)).sorted().map { date in
            "run in \(date): "
                + shown.filter { $0.date == date }.map(\.version).joined(separator: ", ")
        }
        return "known to work: " + trees.joined(separator: ", ")
            + " and the embedded slice (\(embedded)); " + dates.joined(separator: "; ")
    }
}
