// SPDX-License-Identifier: GPL-2.0-only

// What `git bisect` is looking for, from its own log. The commits that the user called good and bad
// at the start show which failure is meant. Later ones do not: one of them may be bad in another way.

import System

/// A bisection that git has under way in a repository.
package struct BisectSession: Hashable, Sendable {
    /// The first commit that was called bad, or new; its full name.
    package var bad: String?
    /// The first ones that were called good, or old.
    package var good: [String]

    /// More good commits add nothing to what is known of the failure.
    private static let goodLimit = 3

    /// The bisection in the repository that a directory is in; nil if there is none.
    package static func find(at directory: String, toolchain: Toolchain) throws -> BisectSession? {
        guard let root = realPath(directory),
            let repository = try? Repository(root, toolchain: toolchain)
        else { return nil }
        func text(_ name: String) throws -> String? {
            guard let path = try repository.lines(["rev-parse", "--git-path", name]).first else {
                return nil
            }
            let absolute = path.hasPrefix("/") ? path : root + "/" + path
            return (try? Disk.read(absolute)).map { String(anyBytes: $0) }
        }
        guard let log = try text("BISECT_LOG") else { return nil }
        // Bad and good may have other names: the bad one's first.
        let terms =
            try text("BISECT_TERMS").map { $0.split(separator: "\n").map(String.init) } ?? []
        return BisectSession(
            log: log, bad: terms.first ?? "bad", good: terms.count > 1 ? terms[1] : "good")
    }
}

extension BisectSession {
    /// - Parameters:
    ///   - bad: what the user calls bad.
    ///   - good: what the user calls good.
    init(log: String, bad: String, good: String) {
        func commits(_ term: String) -> [String] {
            log.split(separator: "\n").compactMap { line in
                let mark = "# \(term): ["
                guard line.hasPrefix(mark) else { return nil }
                let name = line.dropFirst(mark.count).prefix { $0 != "]" }
                return name.count >= 40 && name.allSatisfy(\.isHexDigit) ? String(name) : nil
            }
        }
        self.bad = commits(bad).first
        self.good = Array(commits(good).prefix(Self.goodLimit))
    }
}
