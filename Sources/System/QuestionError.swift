// SPDX-License-Identifier: GPL-2.0-only

// Why a question could not be asked: that is never a verdict. Every failure on the way from the
// arguments to a variant is one of these. What is known of the location (patch file and line, file
// of the tree, hunk) is kept apart from the sentence, so that text and JSON can both be made of it.

/// A question that could not be asked: an argument that is no patch, a patch that does not apply or
/// does not compile, a missing tool, no sources. The command line answers with exit code 2.
package struct QuestionError: Error, Hashable, Sendable {
    /// What sort of failure it is.
    package enum Kind: Hashable, Sendable {
        /// The sources of Faultline were not found, or are incomplete.
        case checkout
        /// A directory is no kernel tree, lacks something, or has no such revision.
        case tree
        /// A tool is missing or fails on its own.
        case toolchain
        /// The argument cannot be read as a patch: empty, truncated, no diff in it.
        case unreadable
        /// The patch wants something that is always refused: paths that leave the tree, symbolic
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
    /// The line of `patch` that the error is about, from 1.
    package var patchLine: Int?
    /// The file of the tree, relative to it: `fs/dax.c`.
    package var file: String?
    /// The line of `file`, from 1.
    package var line: Int?
    /// The hunk of `file` within the patch, from 1.
    package var hunk: Int?
    /// One sentence without a full stop.
    package var reason: String
    /// One sentence each: that the patch is already applied, that it fits another known tree, what
    /// to do.
    package var notes: [String]
    /// There are mails, and none of them has a diff: a cover letter, a reply.
    package var isWithoutDiff = false
    /// All messages of the tool, for those who ask for them; nil if `reason` is all.
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
    /// One line for the failure, which begins as a compiler's message does, and one for each note:
    /// `patches/x.patch:41: fs/dax.c: hunk #2 does not apply at line 1203`.
    package var description: String {
        var text = ""
        if let patch {
            text += patch
            if let patchLine { text += ":\(patchLine)" }
            text += ": "
        }
        if let mail { text += mail + ": " }
        if let file {
            text += file
            // A hunk's line stands in the reason: it is where the hunk was wanted, not where the
            // file is wrong.
            if let line, hunk == nil { text += ":\(line)" }
            text += ": "
        }
        if let hunk { text += "hunk #\(hunk) " }
        text += reason
        for note in notes { text += "\n  " + note }
        return text
    }

    /// The outcome of `body`. An error of another type is a surprise, and is told as it is.
    package static func result<R>(_ body: () throws -> R) -> Result<R, QuestionError> {
        do {
            return .success(try body())
        } catch let error as QuestionError {
            return .failure(error)
        } catch {
            return .failure(QuestionError(.disk, reason: "\(error)"))
        }
    }
}
