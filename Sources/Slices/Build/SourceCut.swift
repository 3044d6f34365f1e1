// SPDX-License-Identifier: GPL-2.0-only

// What is left out of a tree's files because it does not compile against the stub headers. All other
// lines keep their numbers.
//
// What must hold: a cut is found on the unpatched tree and identified by what it cuts, not by a line
// number, so that the same is cut after patches have moved it. An error in the patched file alone is
// the patch's.

/// One item that is cut, or one line of a table.
struct SourceCut: Hashable, Sendable {
    enum Kind: String, Sendable {
        /// A function's body; its declaration stays.
        case body
        /// A function and its declaration.
        case function
        /// A line of a table: `.splice_read = …,`.
        case member
        /// A macro that stands alone.
        case statement
    }

    var kind: Kind
    var file: String
    /// The function, the table or the macro.
    var name: String
    /// How many of the same name stand above it.
    var ordinal: Int
    /// What the line of a table begins with; empty for all else.
    var member: String
    /// The line at which it begins in the unpatched file.
    var line: Int
    /// The first error in it, with its location.
    var reason: String

    /// The name to print.
    var displayName: String { kind == .member ? name + member : name }

    /// Whether both cut the same item, or one of them more of it than the other.
    func isSameItem(as other: SourceCut) -> Bool {
        file == other.file && name == other.name && ordinal == other.ordinal
            && member == other.member && (kind == .member) == (other.kind == .member)
            && (kind == .statement) == (other.kind == .statement)
    }
}

extension SourceCut {
    /// One line of the cache's record.
    var record: String {
        [
            kind.rawValue, file, "\(ordinal)", "\(line)", name, member,
            reason.replacing("\t", with: " "),
        ].joined(separator: "\t")
    }

    init?(record: Substring) {
        let fields = record.split(
            separator: "\t", maxSplits: 6, omittingEmptySubsequences: false
        ).map(String.init)
        guard fields.count == 7, let kind = Kind(rawValue: fields[0]),
            let ordinal = Int(fields[2]), let line = Int(fields[3])
        else { return nil }
        self.init(
            kind: kind, file: fields[1], name: fields[4], ordinal: ordinal, member: fields[5],
            line: line, reason: fields[6])
    }

    /// All lines of a record; nil if one of them is none.
    static func read(_ text: String) -> [SourceCut]? {
        let cuts = text.split(separator: "\n").map { SourceCut(record: $0) }
        return cuts.contains { $0 == nil } ? nil : cuts.compactMap { $0 }
    }
}

extension SourceItems {
    /// What to cut for an error; nil if the error is in nothing that can be cut.
    func cut(for error: CompilerError) -> SourceCut? {
        guard let item = item(at: error.line) else { return nil }
        let reason = "\(error.file):\(error.line): \(error.message)"
        switch item.kind {
        case .function:
            return SourceCut(
                kind: error.line < item.bodyLine ? .function : .body, file: error.file,
                name: item.name, ordinal: item.ordinal, member: "", line: item.lines.lowerBound,
                reason: reason)
        case .statement:
            return SourceCut(
                kind: .statement, file: error.file, name: item.name, ordinal: item.ordinal,
                member: "", line: error.line, reason: reason)
        case .table:
            guard let member = Self.member(of: lines[error.line - 1]) else { return nil }
            return SourceCut(
                kind: .member, file: error.file, name: item.name, ordinal: item.ordinal,
                member: member, line: error.line, reason: reason)
        }
    }

    /// What distinguishes a line of a table from the other lines, if it is complete in itself: `.name`
    /// of `.name = value,`, or all of a type's `member;`.
    private static func member(of line: [UInt8]) -> String? {
        let text = String(anyBytes: line).drop { $0 == " " || $0 == "\t" }
        if let equals = text.firstIndex(of: "="), text.hasPrefix(".") {
            let isWhole =
                text.contains(",") || text.last.map { $0.isLetter || $0.isNumber } == true
            return isWhole ? String(text[..<equals].filter { $0 != " " && $0 != "\t" }) : nil
        }
        guard let end = text.firstIndex(of: ";"), !text.contains("{"), !text.contains("}") else {
            return nil
        }
        let words = text[..<end].split { $0 == " " || $0 == "\t" }
        return words.isEmpty ? nil : "." + words.joined(separator: " ")
    }

    /// Makes a cut, if what it cuts is still there.
    mutating func apply(_ cut: SourceCut) {
        switch cut.kind {
        case .body, .function:
            guard let item = item(.function, named: cut.name, ordinal: cut.ordinal) else { return }
            if cut.kind == .body { leaveDeclaration(of: item) } else { blank(item.lines) }
            blankExports(of: cut.name)
        case .statement:
            guard let item = item(.statement, named: cut.name, ordinal: cut.ordinal) else { return }
            blank(item.lines)
        case .member:
            guard let item = item(.table, named: cut.name, ordinal: cut.ordinal) else { return }
            for number in item.lines where Self.member(of: lines[number - 1]) == cut.member {
                blank(CollectionOfOne(number))
            }
        }
    }
}
