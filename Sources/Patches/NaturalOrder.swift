// SPDX-License-Identifier: GPL-2.0-only

/// Names in the order in which people count: `2-x` before `10-x`.
func isBefore(_ one: String, _ other: String) -> Bool {
    func pieces(_ name: String) -> [(number: Int, text: String)] {
        var pieces: [(Int, String)] = []
        var rest = name[...]
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            let text = rest.dropFirst(digits.count).prefix { !("0"..."9").contains($0) }
            pieces.append((digits.isEmpty ? -1 : Int(digits) ?? .max, String(text)))
            rest = rest.dropFirst(digits.count + text.count)
        }
        return pieces
    }
    let (first, second) = (pieces(one), pieces(other))
    for (mine, theirs) in zip(first, second) where mine != theirs { return mine < theirs }
    return first.count != second.count ? first.count < second.count : one < other
}
