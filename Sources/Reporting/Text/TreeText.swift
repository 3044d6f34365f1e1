// SPDX-License-Identifier: GPL-2.0-only

// A tree in a line: which kind, where, which version and revision.

import Exploration

extension Witness.TreeIdentity: CustomStringConvertible {
    /// E.g. "git linux, 6.12.0, v6.12 (adc218676eef)"; the name of the tree stays on one line.
    package var description: String {
        var text = kind
        if let name { text += " " + Layout.unbroken(name) }
        text += ", \(version)"
        if let rev {
            let commit = String(rev.prefix(12))
            let name = revName ?? commit
            text += ", " + (rev.hasPrefix(name) ? commit : "\(name) (\(commit))")
        }
        return text
    }

    /// The same within a sentence, without the comma behind the kind.
    var inSentence: String { isEmbedded ? "\(kind) \(version)" : description }
}
