// SPDX-License-Identifier: GPL-2.0-only

// The order of the mails of an mbox. Mailing lists deliver in any order and archives put replies in
// between, so the order is that of the subjects, `[PATCH v3 2/7]`; what is missing is said rather
// than guessed around.

/// A mail taken apart.
struct Mail {
    /// With `[PATCH n/m]`.
    var subject: String
    /// Everything from the mail's `---` on.
    var diff: [UInt8]
    /// The line of the user's file that `diff` starts at; 1 if the mail was encoded, so that lines
    /// are counted in the decoded diff.
    var firstLine = 1

    /// The subject without what stands in brackets before it.
    var title: String? {
        let rest = Mail.tags(subject).rest
        return rest.isEmpty ? nil : rest
    }

    var isReply: Bool { subject.lowercased().hasPrefix("re:") }

    /// What `[PATCH v3 2/7]` says.
    var number: (version: Int, part: Int, of: Int)? {
        var version = 1
        var place: (Int, Int)?
        for word in Mail.tags(subject).words {
            let parts = word.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count == 2, let part = Int(parts[0]), let total = Int(parts[1]) {
                place = (part, total)
            } else if word.lowercased().hasPrefix("v"), let number = Int(word.dropFirst()) {
                version = number
            }
        }
        return place.map { (version, $0.0, $0.1) }
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
}

/// The mails of one file.
struct Series {
    let mails: [Mail]
    let path: String

    /// The patches in the order in which they apply.
    func inOrder() throws -> [Mail] {
        let patches = mails.filter { $0.hasDiff && (!$0.isReply || mails.count == 1) }
        guard !patches.isEmpty else {
            let what = mails.count == 1 ? "is a mail without a diff" : "has no mail with a diff"
            throw error(what)
        }
        for mail in mails where !mail.hasDiff && !mail.isReply {
            if let number = mail.number, number.part > 0 {
                throw error("[PATCH \(number.part)/\(number.of)] is a mail without a diff")
            }
        }
        // One patch of a series may be checked alone: then there is nothing to be complete.
        guard patches.count > 1 else { return patches }
        let numbers = patches.map(\.number)
        guard let first = numbers[0], numbers.allSatisfy({ $0 != nil }) else {
            // Without numbers (`[PATCH]` each, or a concatenation by hand) the file's order is all
            // there is.
            return patches
        }
        let versions = Set(numbers.map { $0!.version })
        guard versions.count == 1 else {
            let names = versions.sorted().map { "v\($0)" }.joined(separator: " and ")
            throw error("holds \(names) of a series; one is wanted")
        }
        let sorted = patches.sorted { $0.number!.part < $1.number!.part }
        for (index, mail) in sorted.enumerated() {
            let part = mail.number!.part
            if index > 0, part == sorted[index - 1].number!.part {
                throw error("patch \(part) of \(first.of) is there twice")
            }
            guard part == index + 1 else {
                throw error("patch \(index + 1) of \(first.of) is missing")
            }
        }
        guard sorted.count == first.of else {
            throw error("patch \(sorted.count + 1) of \(first.of) is missing")
        }
        return sorted
    }

    private func error(_ reason: String) -> SliceError {
        SliceError(.unreadable, patch: path, reason: reason)
    }
}

extension Mail {
    /// Whether there is anything below the message that a diff could be.
    fileprivate var hasDiff: Bool {
        diff.split(separator: UInt8(ascii: "\n")).contains {
            $0.starts(with: "diff --") || $0.starts(with: "--- a/") || $0.starts(with: "@@ -")
                || $0.starts(with: "--- /dev/null") || $0.starts(with: "Index: ")
        }
    }
}
