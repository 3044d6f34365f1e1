// SPDX-License-Identifier: GPL-2.0-only

/// Which versions are known to work. Others are tried: what they have is read from their headers.
enum KnownVersions {
    static let embedded = "4.9.0-rc"
    /// Every scenario of the catalogue runs on these, but for those on ext2 where it has no DAX (7.2,
    /// 7.3), and tests run them.
    static let trees = ["5.10", "6.1", "6.12", "7.2", "7.3"]

    static func isKnown(_ version: String) -> Bool {
        trees.contains {
            version == $0 || version.hasPrefix($0 + ".") || version.hasPrefix($0 + "-")
        }
    }

    /// For notes.
    static var description: String {
        "known to work: " + trees.joined(separator: ", ") + " and the embedded slice (\(embedded))"
    }
}
