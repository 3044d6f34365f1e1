// SPDX-License-Identifier: GPL-2.0-only

// A word that is no subcommand. The parser would call it an unexpected argument; whoever has typed
// `chekc`, or a patch without a subcommand, is told what he has meant.

import Glibc

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
        if let name = nearest { return "there is no subcommand \(word); did you mean \(name)?" }
        if access(word, F_OK) == 0 {
            return "there is no subcommand \(word); to judge it: faultline check \(word)"
        }
        return "there is no subcommand \(word); there are \(names.joined(separator: ", "))"
    }

    /// The name that is meant: one that begins so, or that few keys turn into the word.
    private var nearest: String? {
        let beginning = names.filter { $0.hasPrefix(word) }
        if beginning.count == 1 { return beginning[0] }
        let close = names.map { ($0, Self.distance($0, word)) }.min { $0.1 < $1.1 }
        guard let close, close.1 <= max(1, word.count / 3) else { return nil }
        return close.0
    }

    /// How many letters were added, left out, changed, or swapped with the next.
    private static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one), Array(other))
        var rows = [Array(0...other.count)]
        for (i, letter) in one.enumerated() {
            var row = [i + 1]
            for (j, candidate) in other.enumerated() {
                var cost = min(
                    rows[i][j] + (letter == candidate ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, letter == other[j - 1], one[i - 1] == candidate {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[one.count][other.count]
    }
}
