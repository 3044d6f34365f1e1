// SPDX-License-Identifier: GPL-2.0-only

// What somebody means who mistypes a name. One rule for subcommands, expectations, calls and
// functions: a name that begins so, or that few keys turn into the word.

/// The names that a word could have been.
package enum NearestName {
    /// The one that is meant; nil if none is near.
    package static func of(_ word: String, among names: [String]) -> String? {
        let beginning = names.filter { $0.hasPrefix(word) }
        if beginning.count == 1 { return beginning[0] }
        let close = names.map { ($0, distance($0, word)) }.min { $0.1 < $1.1 }
        guard let close, close.1 <= max(1, word.count / 3) else { return nil }
        return close.0
    }

    /// What an error says behind the word: `; did you mean no-leak?`, or where the names are listed.
    package static func hint(for word: String, among names: [String], else list: String) -> String {
        of(word, among: names).map { "did you mean \($0)?" } ?? list
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
