// SPDX-License-Identifier: GPL-2.0-only

// A word that is no subcommand. The parser would call it an unexpected argument; whoever has typed
// `chekc`, or a patch without a subcommand, is told what he has meant.

import Glibc
import System

/// The first argument, where it should be the name of a subcommand.
struct MistypedSubcommand {
    private let word: String
    private let names: [String]

    /// Nil where the word is a name, or no word.
    init?(_ word: String?, names: [String]) {
        guard let word, !word.hasPrefix("-"), !names.contains(word) else { return nil }
        self.word = word
        self.names = names
    }

    /// One line.
    var sentence: String {
        if let name = NearestName.of(word, among: names) {
            return "there is no subcommand \(word); did you mean \(name)?"
        }
        if access(word, F_OK) == 0 {
            return "there is no subcommand \(word); to judge it: faultline check \(word)"
        }
        return "there is no subcommand \(word); there are \(names.joined(separator: ", "))"
    }
}
