// SPDX-License-Identifier: GPL-2.0-only

// One mail of a series: what its header says, and where its diff is.

import System

/// A mail, or a plain diff, which has no subject.
struct Mail {
    /// The file it came from, as the user named it.
    var path: String
    /// With `[PATCH n/m]`; empty if there is none.
    var subject: String
    /// Everything from the mail's `---` on.
    var diff: [UInt8]
    /// The line of the user's file that `diff` starts at; 1 if the mail was encoded, so that lines
    /// are counted in the decoded diff.
    var firstLine = 1
    /// Mailers have broken and joined its lines: `format=flowed`.
    var isFlowed = false
    /// Lines of the message quote a diff.
    var quotesDiff = false
    /// A diff without a mail around it.
    var isPlain = false
    var origin = Patch.Origin()

    /// The subject without what stands in brackets before it.
    var title: String? {
        let rest = Mail.tags(subject).rest
        return rest.isEmpty ? nil : rest
    }

    var isReply: Bool {
        ["re:", "aw:", "sv:"].contains { subject.lowercased().hasPrefix($0) }
    }

    /// What `[PATCH v3 2/7]` says.
    var number: Patch.Number? {
        var version = "1"
        var position: (part: Int, total: Int)?
        for word in Mail.tags(subject).words {
            let parts = word.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count == 2, let part = Int(parts[0]), let total = Int(parts[1]),
                (0...9999).contains(part), (1...9999).contains(total)
            {
                position = (part, total)
            } else if let first = word.first, "vV".contains(first),
                word.dropFirst().first?.isNumber == true
            {
                version = String(word.dropFirst())
            }
        }
        return position.map { Patch.Number(version: version, part: $0.part, of: $0.total) }
    }

    private static func tags(_ subject: String) -> (words: [Substring], rest: String) {
        var rest = subject[...].drop { $0 == " " }
        var words: [Substring] = []
        while rest.first == "[", let end = rest.firstIndex(of: "]") {
            words += rest[rest.index(after: rest.startIndex)..<end]
                .split { $0 == " " || $0 == "," }
            rest = rest[rest.index(after: end)...].drop { $0 == " " }
        }
        return (words, String(rest))
    }

    /// The name to print.
    var displayName: String { subject.isEmpty ? fileName(path) : subject }

    /// Whether anything below the message could be a diff.
    var hasDiff: Bool {
        diff.split(separator: UInt8(ascii: "\n")).contains {
            $0.starts(with: "diff --") || $0.starts(with: "--- a/") || $0.starts(with: "@@ -")
                || $0.starts(with: "--- /dev/null") || $0.starts(with: "Index: ")
        }
    }
}
