// SPDX-License-Identifier: GPL-2.0-only

// A tree in a line: which kind, where, which version and commit, which contents, and, at the head of
// a report, why it is this one.

import Exploration
import Slices

extension Witness.TreeIdentity: CustomStringConvertible {
    /// E.g. "git linux, 6.12.0, v6.12 (adc218676eef), slice 80922ad26ddb"; the name of the tree stays
    /// on one line.
    package var description: String {
        brief + (digest.map { ", slice \($0.prefix(12))" } ?? "")
    }

    /// The same at the head of a report.
    var chosen: String { description + (choice.map { "; " + Layout.unbroken($0.reason) } ?? "") }

    /// The same within a sentence, without the comma behind the kind.
    var inSentence: String { isEmbedded ? "\(kind) \(version)" : brief }

    /// Without the contents.
    private var brief: String {
        var text = kind
        if let name { text += " " + Layout.unbroken(name) }
        text += ", \(version)"
        if let rev {
            let commit = String(rev.prefix(12))
            let name = revName ?? commit
            text += ", " + (rev.hasPrefix(name) ? commit : "\(name) (\(commit))")
        } else if let head {
            text += ", \(head.prefix(12))" + (isModified == true ? " modified" : "")
        }
        return text
    }
}

extension TreeChoice {
    /// Why the tree is the one that is judged.
    package var reason: String {
        switch self {
        case .named: "as named"
        case .around: "around the current directory"
        case .embedded: "by --embedded"
        case .checkout: "the default in Faultline's checkout"
        case .nothingAround: "no kernel tree is around the current directory"
        }
    }
}
