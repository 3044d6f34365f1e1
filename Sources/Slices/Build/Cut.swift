// SPDX-License-Identifier: GPL-2.0-only

// What is left out of a tree's files because it does not compile against the stub headers. Lines
// stay where they are. What is cut is found on the unpatched tree and named by what it is, not by
// where it stands, so that the same is cut after patches have moved it; an error that is in the
// patched file alone is the patch's.

struct Cut: Hashable, Sendable {
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
    /// Where it begins in the unpatched file.
    var line: Int
    /// The first error in it, with its place.
    var reason: String

    /// As a report names it.
    var spokenName: String { kind == .member ? name + member : name }

    /// Whether the two cut the same, or one of them more of it.
    func isSamePlace(as other: Cut) -> Bool {
        file == other.file && name == other.name && ordinal == other.ordinal
            && member == other.member && (kind == .member) == (other.kind == .member)
            && (kind == .statement) == (other.kind == .statement)
    }
}

extension Cut {
    /// One line of a record.
    var record: String {
        [
            kind.rawValue, file, "\(ordinal)", "\(line)", name, member,
            reason.replacing("\t", with: " "),
        ].joined(separator: "\t")
    }

    init?(record: Substring) {
        let words = record.split(
            separator: "\t", maxSplits: 6, omittingEmptySubsequences: false
        ).map(String.init)
        guard words.count == 7, let kind = Kind(rawValue: words[0]), let ordinal = Int(words[2]),
            let line = Int(words[3])
        else { return nil }
        self.init(
            kind: kind, file: words[1], name: words[4], ordinal: ordinal, member: words[5],
            line: line, reason: words[6])
    }

    static func records(_ text: String) -> [Cut]? {
        let cuts = text.split(separator: "\n").map { Cut(record: $0) }
        return cuts.contains { $0 == nil } ? nil : cuts.compactMap { $0 }
    }
}

extension SourceItems {
    /// What to cut for an error at a line; nil if it lies in nothing that can be cut.
    func cut(for error: CompilerError) -> Cut? {
        guard let item = item(at: error.line) else { return nil }
        let reason = "\(error.file):\(error.line): \(error.message)"
        switch item.kind {
        case .function:
            return Cut(
                kind: error.line < item.bodyLine ? .function : .body, file: error.file,
                name: item.name, ordinal: item.ordinal, member: "", line: item.lines.lowerBound,
                reason: reason)
        case .statement:
            return Cut(
                kind: .statement, file: error.file, name: item.name, ordinal: item.ordinal,
                member: "", line: error.line, reason: reason)
        case .table:
            guard let member = Self.member(of: lines[error.line - 1]) else { return nil }
            return Cut(
                kind: .member, file: error.file, name: item.name, ordinal: item.ordinal,
                member: member, line: error.line, reason: reason)
        }
    }

    /// What tells a line of a table from its other lines, if it is complete in itself: `.name` of
    /// `.name = value,`, or all of a type's `member;`.
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

    /// Takes out what a cut names, if it is still there.
    mutating func apply(_ cut: Cut) {
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

/// An error of the compiler's.
struct CompilerError: Hashable, Sendable {
    /// Relative to the tree, or to csrc.
    var file: String
    var line: Int
    var message: String
    /// What the error is in conflict with, if the compiler says so.
    var previous: SourceLine?

    /// The errors, or the warnings of a kind, in a compiler's messages, in order.
    ///
    /// - Parameter text: with the places in the tree's own terms.
    static func all(in text: String, _ sort: String = "error") -> [CompilerError] {
        var found: [CompilerError] = []
        for line in text.split(separator: "\n") {
            // fs/dax.c:1203:5: error: use of undeclared identifier 'x'
            let parts = line.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
            guard parts.count == 5, let number = Int(parts[1]) else { continue }
            let file = Symbolizer.treePath(String(parts[0]))
            let message = String(parts[4].drop { $0 == " " })
            if parts[3].hasSuffix(" " + sort) {
                found.append(CompilerError(file: file, line: number, message: message))
            } else if parts[3] == " note", message.hasPrefix("previous "), !found.isEmpty {
                found[found.count - 1].previous = SourceLine(file: file, line: number)
            }
        }
        return found
    }

    /// The same error, at the place that it is in conflict with.
    var atPrevious: CompilerError? {
        previous.map { CompilerError(file: $0.file, line: $0.line, message: message) }
    }
}
