// SPDX-License-Identifier: GPL-2.0-only

// A patch that was kept by content: witnesses carry the patches that they were found with, because
// the user's file may have changed since.

import System

extension Patch {
    /// Reads one patch again that `text` gave.
    ///
    /// - Throws: `QuestionError` if it is none; what is refused in a file is refused here, too.
    package static func parse(
        _ text: [UInt8], name: String, path: String, subject: String?
    ) throws -> Patch {
        let files = try DiffParser.parse(text, patch: path)
        guard !files.isEmpty else {
            throw QuestionError(.unreadable, patch: path, reason: "has no unified diff in it")
        }
        return Patch(name: name, path: path, subject: subject, files: files)
    }
}
