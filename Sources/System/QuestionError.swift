// SPDX-License-Identifier: GPL-2.0-only

// Why a slice could not be made. Every failure of this room is one of these: the question could
// not be asked, which is never a verdict. What is known about the place (patch file and line, file
// of the tree, hunk) is kept apart from the words, so that text and JSON can both be made of it.

/// A question that could not be asked: a patch that is not one, does not apply or does not compile,
/// a missing tool, no sources. The command line answers with exit code 2.
package struct QuestionError: Error, Hashable, Sendable {
    /// What sort of failure it is.
    package enum Kind: String, Hashable, Sendable, Codable {
        /// The sources of Faultline were not found, or are incomplete.
        case home
        /// A tree is none, lacks something, or has no such revision.
        case tree
        /// A tool is missing or fails on its own.
        case toolchain
        /// The argument cannot be read as a patch: empty, truncated, no diff in it.
        case unreadable
        /// The patch asks for something that is never done: paths that leave the tree, symbolic
        /// links, binary contents, submodules.
        case refused
        /// The patch touches files that the slice does not have.
        case outside
        /// A hunk does not fit the tree.
        case doesNotApply
        /// The compiler or the linker refuses the patched slice.
        case doesNotCompile
        /// A file could not be read or written.
        case disk
    }

    package var kind: Kind
    /// The patch, named as the user named it.
    package var patch: String?
    /// The subject of the mail in `patch`, where there are several.
    package var mail: String?
    /// The line of `patch` at which the trouble starts, from 1.
    package var patchLine: Int?
    /// The file of the tree, relative to it: `fs/dax.c`.
    package var file: String?
    /// The line of `file`, from 1.
    package var line: Int?
    /// The hunk of `file` within the patch, from 1.
    package var hunk: Int?
    /// One sentence without a full stop.
    package var reason: String
    /// What else is known: that the patch is already applied, that it fits another known tree, what
    /// the hunk was looking for.
    package var notes: [String]
    /// There are mails, and none of them carries a diff: a cover letter, a reply.
    package var isWithoutDiff = false
    /// All that the tool said, for those who ask for it; nil if `reason` is all.
    package var output: String?

    package init(
        _ kind: Kind, patch: String? = nil, mail: String? = nil, patchLine: Int? = nil,
        file: String? = nil, line: Int? = nil, hunk: Int? = nil, reason: String,
        notes: [String] = [], output: String? = nil
    ) {
        self.kind = kind
        self.patch = patch
        self.mail = mail
        self.patchLine = patchLine
        self.file = file
        self.line = line
        self.hunk = hunk
        self.reason = reason
        self.notes = notes
        self.output = output
    }
}

extension QuestionError: CustomStringConvertible {
    /// One line for the failure, in the order in which compilers name places, and one for each
    /// note: `patches/x.patch:41: fs/dax.c: hunk #2 does not apply at line 1203`.
    package var description: String {
        var words = ""
        if let patch {
            words += patch
            if let patchLine { words += ":\(patchLine)" }
            words += ": "
        }
        if let mail { words += mail + ": " }
        if let file {
            words += file
            // A hunk's line stands in the reason: it is where the hunk was wanted, not where the
            // file is wrong.
            if let line, hunk == nil { words += ":\(line)" }
            words += ": "
        }
        if let hunk { words += "hunk #\(hunk) " }
        words += reason
        for note in notes { words += "\n  " + note }
        return words
    }
}
