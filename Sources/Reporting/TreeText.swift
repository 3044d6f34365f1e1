// SPDX-License-Identifier: GPL-2.0-only

// A tree in words: which kind, where, which version and revision.

import Exploration

/// Writes what is known of a tree.
enum TreeText {
    /// On one line, e.g. "git linux, 6.12.0, v6.12 (adc218676eef)".
    static func words(_ tree: Witness.TreeIdentity) -> String {
        var words = tree.kind
        if let name = tree.name { words += " " + Layout.unbroken(name) }
        words += ", \(tree.version)"
        if let rev = tree.rev {
            let commit = String(rev.prefix(12))
            let name = tree.revName ?? commit
            words += ", " + (rev.hasPrefix(name) ? commit : "\(name) (\(commit))")
        }
        return words
    }

    /// The same within a sentence, without the comma behind the kind.
    static func inSentence(_ tree: Witness.TreeIdentity) -> String {
        tree.isEmbedded ? "\(tree.kind) \(tree.version)" : words(tree)
    }
}
