// SPDX-License-Identifier: GPL-2.0-only

// The order of a series' mails. Lists deliver in any order and archives mix replies in, so the order
// is that of the subjects, `[PATCH v3 2/7]`. A note says what is left out; what is missing or
// ambiguous is an error, not a guess.

import System

/// The mails of one file or directory.
struct Series {
    let mails: [Mail]
    /// As the user named it.
    let path: String

    init(mails: [Mail], path: String) {
        // Whoever is on Cc and on the list has each mail twice.
        var known: Set<String> = []
        self.mails = mails.filter { $0.origin.messageID.map { known.insert($0).inserted } ?? true }
        self.path = path
    }

    /// The patches in the order in which they apply, and what was left out.
    func inOrder() throws -> (patches: [Mail], notes: [String]) {
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
                        + " \(mail.displayName)")
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
