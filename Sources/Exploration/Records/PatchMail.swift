// SPDX-License-Identifier: GPL-2.0-only

// A patch as a reader of a mailing list knows it: by its subject, its place in a series, and the
// number of the mail that it came in, under which archives have it.

import Patches

/// What is known of a patch besides its diff.
package struct PatchMail: Hashable, Sendable {
    /// As the user named the file; `-` for standard input.
    package var path: String
    /// Without what stands in brackets before it; nil of a plain diff.
    package var subject: String?
    /// `v3 2/7`; nil if the subject does not say.
    package var number: String?
    /// Without `<` and `>`.
    package var messageID: String?

    package init(
        path: String, subject: String? = nil, number: String? = nil, messageID: String? = nil
    ) {
        self.path = path
        self.subject = subject
        self.number = number
        self.messageID = messageID
    }

    package init(_ patch: Patch) {
        let version = patch.number.map { $0.version == "1" ? "" : "v\($0.version) " } ?? ""
        self.init(
            path: patch.path, subject: patch.subject,
            number: patch.number.map { "\(version)\($0.part)/\($0.of)" },
            messageID: patch.origin.messageID)
    }

    /// `[PATCH v3 2/7] dax: ...`, or the file's name.
    package var title: String {
        guard let subject else { return path == "-" ? "a diff on standard input" : path }
        return "[PATCH\(number.map { " " + $0 } ?? "")] \(subject)"
    }
}
