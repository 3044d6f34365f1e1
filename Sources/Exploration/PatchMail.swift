// SPDX-License-Identifier: GPL-2.0-only

// A patch as a reader of a mailing list knows it: by its subject, its place in a series, and the
// number of the mail that it came in, under which archives have it.

import Slices

/// What is known of a patch besides its diff.
public struct PatchMail: Hashable, Sendable {
    /// As the user named the file; `-` for standard input.
    public var path: String
    /// Without what stands in brackets before it; nil of a plain diff.
    public var subject: String?
    /// `v3 2/7`; nil if the subject does not say.
    public var number: String?
    /// Without `<` and `>`.
    public var messageID: String?

    public init(
        path: String, subject: String? = nil, number: String? = nil, messageID: String? = nil
    ) {
        self.path = path
        self.subject = subject
        self.number = number
        self.messageID = messageID
    }

    init(_ patch: Patch) {
        let version = patch.number.map { $0.version == "1" ? "" : "v\($0.version) " } ?? ""
        self.init(
            path: patch.path, subject: patch.subject,
            number: patch.number.map { "\(version)\($0.part)/\($0.of)" },
            messageID: patch.origin.messageID)
    }

    /// `[PATCH v3 2/7] dax: ...`, or the file's name.
    public var title: String {
        guard let subject else { return path == "-" ? "a diff on standard input" : path }
        return "[PATCH\(number.map { " " + $0 } ?? "")] \(subject)"
    }
}
