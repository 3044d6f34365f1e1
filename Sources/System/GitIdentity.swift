// SPDX-License-Identifier: GPL-2.0-only

// Who the user is, by git's configuration: for the tags of a mail.

/// The user's name and address.
package enum GitIdentity {
    /// `Name <address>`, by the configuration that git has in the current directory; nil unless it
    /// says both.
    package static func find(_ toolchain: Toolchain) -> String? {
        guard let name = value("user.name", toolchain), let address = value("user.email", toolchain)
        else { return nil }
        return "\(name) <\(address)>"
    }

    private static func value(_ key: String, _ toolchain: Toolchain) -> String? {
        let done = try? Command.git(toolchain, reading: ".", ["config", "--get", key]).run()
        guard let done, done.status == 0 else { return nil }
        let words = String(anyBytes: done.output).split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
