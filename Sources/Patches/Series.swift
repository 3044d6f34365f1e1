// SPDX-License-Identifier: GPL-2.0-only

// The order of a series' mails. Mailing lists deliver in any order and archives put replies in
// between, so the order is that of the subjects, `[PATCH v3 2/7]`; what is left out is noted, and
// what is missing or could be meant in two ways is said rather than guessed around.

import System

/// A mail taken apart; or a plain diff, which has no subject.
package struct Mail {
    /// The file it came from, as the user named it.
    package var path: String
    /// With `[PATCH n/m]`; empty if there is none.
    package var subject: String
    /// Everything from the mail's `---` on.
    package var diff: [UInt8]
    /// The line of the user's file that `diff` starts at; 1 if the mail was encoded, so that lines
    /// are counted in the decoded diff.
    package var firstLine = 1
    /// Its lines were broken and joined on the way: `format=flowed`.
    package var isFlowed = false
    /// Above the diff there is one that somebody else's lines are quoted from.
    package var quotesDiff = false
    /// A file that has neither header nor subject.
    package var isPlain = false
    package var origin = Patch.Origin()

    /// The subject without what stands in brackets before it.
    package var title: String? {
        let rest = Mail.tags(subject).rest
        return rest.isEmpty ? nil : rest
    }

    package var isReply: Bool {
        ["re:", "aw:", "sv:"].contains { subject.lowercased().hasPrefix($0) }
    }

    /// What `[PATCH v3 2/7]` says.
    package var number: Patch.Number? {
        var version = "1"
        var place: (Int, Int)?
        for word in Mail.tags(subject).words {
            let parts = word.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count == 2, let part = Int(parts[0]), let total = Int(parts[1]),
                (0...9999).contains(part), (1...9999).contains(total)
            {
                place = (part, total)
            } else if let first = word.first, "vV".contains(first),
                word.dropFirst().first?.isNumber == true
            {
                version = String(word.dropFirst())
            }
        }
        return place.map { Patch.Number(version: version, part: $0.0, of: $0.1) }
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

/// The mails of one file or directory.
package struct Series {
    package let mails: [Mail]
    /// As the user named it.
    package let path: String

    package init(mails: [Mail], path: String) {
        // Somebody on Cc who is on the list, too, has each mail twice.
        var known: Set<String> = []
        self.mails = mails.filter { $0.origin.messageID.map { known.insert($0).inserted } ?? true }
        self.path = path
    }

    /// The patches in the order in which they apply, and what was left out.
    package func inOrder() throws -> (patches: [Mail], notes: [String]) {
        let isAlone = mails.count == 1
        var patches: [Mail] = []
        var notes: [String] = []
        var replies = 0
        var others = 0
        for mail in mails {
            if let number = mail.number, number.part == 0, !mail.isReply {
                notes.append("\(mail.subject): a cover letter, which is not judged")
            } else if mail.isReply, !isAlone {
                replies += 1
            } else if mail.hasDiff {
                patches.append(mail)
            } else if let number = mail.number, !mail.isReply {
                throw errorWithoutDiff(
                    "[PATCH \(number.part)/\(number.of)] is a mail without a diff")
            } else if mail.isPlain {
                throw QuestionError(
                    .unreadable, patch: mail.path, reason: "has no unified diff in it")
            } else {
                others += 1
            }
        }
        guard !patches.isEmpty else { throw errorWithoutDiff(whyNone) }
        if replies + others > 0 {
            let words = [
                replies > 0 ? counted(replies, "reply", "replies") : nil,
                others > 0 ? counted(others, "mail without a diff", "mails without a diff") : nil,
            ]
            notes.append(
                "\(path): left out: " + words.compactMap(\.self).joined(separator: ", "))
        }
        return (try sorted(patches, &notes), notes)
    }

    /// Why nothing is left that could be judged.
    private var whyNone: String {
        guard let mail = mails.first, mails.count == 1 else {
            if let reply = mails.first(where: { $0.isReply && $0.hasDiff }) {
                return
                    "has a diff in a reply only, '\(reply.subject)': to judge that, save it alone"
            }
            return "has no mail with a diff"
        }
        if mail.quotesDiff { return "is a reply that quotes a diff: the patch is in another mail" }
        if mail.number?.part == 0 { return "is a cover letter: the patches are in other mails" }
        return "is a mail without a diff"
    }

    private func sorted(_ patches: [Mail], _ notes: inout [String]) throws -> [Mail] {
        // One patch of a series may be judged alone: then there is nothing to be complete.
        guard patches.count > 1 else { return patches }
        let numbered = patches.filter { $0.number != nil }
        // Without numbers (`[PATCH]` each, or a concatenation by hand) the file's order is all
        // there is.
        guard let first = numbered.first?.number else { return patches }
        for mail in patches where mail.number == nil {
            guard numbered.contains(where: { $0.title == mail.title }) else {
                throw error(
                    "beside patches of a series of \(first.of) there is one without a number:"
                        + " \(mail.spokenName)")
            }
            notes.append("\(mail.subject): the series has it already, with a number")
        }
        try checkOneSeries(numbered)
        let sorted = numbered.sorted { $0.number!.part < $1.number!.part }
        for (one, next) in zip(sorted, sorted.dropFirst())
        where one.number!.part == next.number!.part {
            throw error("patch \(one.number!.part) of \(first.of) is there twice")
        }
        let there = Set(sorted.map { $0.number!.part })
        if let beyond = there.max(), beyond > first.of {
            throw error("there is a patch \(beyond) of \(first.of)")
        }
        let missing = (1...first.of).filter { !there.contains($0) }
        switch missing.count {
        case 0: return sorted
        case 1: throw error("patch \(missing[0]) of \(first.of) is missing")
        default:
            let shown = missing.prefix(8).map(String.init).joined(separator: ", ")
            throw error(
                "patches \(shown)\(missing.count > 8 ? ", ..." : "") of \(first.of) are missing")
        }
    }

    private func checkOneSeries(_ numbered: [Mail]) throws {
        let versions = Set(numbered.map { $0.number!.version })
        guard versions.count == 1 else {
            let names = versions.sorted(by: isBefore).map { "v\($0)" }.joined(separator: " and ")
            throw error("holds \(names) of a series; one is wanted")
        }
        let totals = Set(numbered.map { $0.number!.of }).sorted()
        guard totals.count == 1 else {
            throw error(
                "holds patches of series of "
                    + totals.map(String.init).joined(separator: " and ") + "; one is wanted")
        }
    }

    private func counted(_ count: Int, _ noun: String, _ nouns: String) -> String {
        "\(count) \(count == 1 ? noun : nouns)"
    }

    private func errorWithoutDiff(_ reason: String) -> QuestionError {
        var error = error(reason)
        error.isWithoutDiff = true
        return error
    }

    private func error(_ reason: String) -> QuestionError {
        QuestionError(.unreadable, patch: path, reason: reason)
    }
}

/// Names in the order of people: numbers in them count as such, `2-x` before `10-x`.
package func isBefore(_ one: String, _ other: String) -> Bool {
    func pieces(_ name: String) -> [(number: Int, text: String)] {
        var pieces: [(Int, String)] = []
        var rest = name[...]
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            let text = rest.dropFirst(digits.count).prefix { !("0"..."9").contains($0) }
            pieces.append((digits.isEmpty ? -1 : Int(digits) ?? .max, String(text)))
            rest = rest.dropFirst(digits.count + text.count)
        }
        return pieces
    }
    let (first, second) = (pieces(one), pieces(other))
    for (mine, theirs) in zip(first, second) where mine != theirs { return mine < theirs }
    return first.count != second.count ? first.count < second.count : one < other
}

extension Mail {
    /// To speak of it.
    package var spokenName: String { subject.isEmpty ? fileName(path) : subject }

    /// Whether there is anything below the message that a diff could be.
    fileprivate var hasDiff: Bool {
        lines.contains {
            $0.starts(with: "diff --") || $0.starts(with: "--- a/") || $0.starts(with: "@@ -")
                || $0.starts(with: "--- /dev/null") || $0.starts(with: "Index: ")
        }
    }

    private var lines: [ArraySlice<UInt8>] { diff.split(separator: UInt8(ascii: "\n")) }
}
