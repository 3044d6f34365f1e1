// SPDX-License-Identifier: GPL-2.0-only

// The items of a C file in the kernel's style, found by the style: a function's body begins with `{`
// and ends with `}` in column 0, a table begins with a line that ends in `= {`, a macro that stands
// alone begins in column 0. That is enough to take one of them out and leave every other line where
// it is. Both branches of an #ifdef are there, distinguished by their order.

/// An item of a file, which can be cut.
struct SourceItem: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case function
        /// An initialised variable or a type; its lines can be cut one by one.
        case table
        /// A declaration or a macro's call: whatever else begins in column 0 and ends with `;`.
        case statement
    }

    var kind: Kind
    var name: String
    /// How many items of that name stand above it in the file.
    var ordinal: Int
    /// All its lines, from 1; of a function from the first line of its header on.
    var lines: ClosedRange<Int>
    /// The line of a function's `{`, or the first line within a table.
    var bodyLine: Int
}

/// The items of a file.
struct SourceItems: Sendable {
    /// Without line feeds.
    private(set) var lines: [[UInt8]]
    /// By their first lines.
    private(set) var items: [SourceItem] = []

    init(_ bytes: [UInt8]) {
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map(Array.init)
        scan()
    }

    /// The file again.
    var bytes: [UInt8] { Array(lines.joined(separator: CollectionOfOne(UInt8(ascii: "\n")))) }

    var functions: [SourceItem] { items.filter { $0.kind == .function } }

    func item(at line: Int) -> SourceItem? { items.first { $0.lines.contains(line) } }

    func item(_ kind: SourceItem.Kind, named name: String, ordinal: Int) -> SourceItem? {
        items.first { $0.kind == kind && $0.name == name && $0.ordinal == ordinal }
    }

    // MARK: - Scanning

    private mutating func scan() {
        let isComment = commentLines()
        var count: [String: Int] = [:]
        var above = 0  // the last line that belongs to an item, from 1
        func add(
            _ kind: SourceItem.Kind, _ name: String, _ range: ClosedRange<Int>, _ bodyLine: Int
        ) -> SourceItem {
            let ordinal = count["\(kind) \(name)", default: 0]
            count["\(kind) \(name)"] = ordinal + 1
            above = range.upperBound
            return SourceItem(
                kind: kind, name: name, ordinal: ordinal, lines: range, bodyLine: bodyLine)
        }
        var number = 1
        while number <= lines.count {
            defer { number += 1 }
            guard !isComment[number - 1], let first = lines[number - 1].first,
                !first.isBlank, first != UInt8(ascii: "#")
            else { continue }
            let text = Self.code(lines[number - 1])
            if first == UInt8(ascii: "{") {
                guard let end = closing(after: number) else { continue }
                let start = header(above: number, down: above, isComment)
                if let name = CDeclaration.functionName(header: headerText(start..<number)) {
                    items.append(add(.function, name, start...end, number))
                }
                number = end
            } else if text.hasSuffix("{") {
                guard let end = closing(after: number) else { continue }
                let name = CDeclaration.tableName(text)
                let isFunction = !text.contains("=") && text.contains("(")
                if isFunction, let name = CDeclaration.functionName(header: text) {
                    items.append(add(.function, name, number...end, number))
                } else if let name {
                    items.append(add(.table, name, number...end, number + 1))
                }
                number = end
            } else if text.hasSuffix("}"), text.contains("{"), text.contains("("),
                let name = CDeclaration.functionName(header: String(text.prefix { $0 != "{" }))
            {
                items.append(add(.function, name, number...number, number))
            } else if let end = endOfStatement(from: number), first.isWordCharacter {
                let name = headerText(number..<(end + 1))
                items.append(add(.statement, name, number...end, number))
                number = end
            }
        }
    }

    /// The line where a declaration ends, or a macro's call.
    private func endOfStatement(from line: Int) -> Int? {
        for number in line...min(line + 20, lines.count) {
            let text = Self.code(lines[number - 1])
            // The lines below the first one are indented.
            if number > line, lines[number - 1].first.map({ !$0.isBlank }) ?? true { return nil }
            if text.contains("{") || text.hasPrefix("#") { return nil }
            if text.hasSuffix(";") { return number }
            if number == line, CDeclaration.macroName(text) != nil, !isHeader(line) { return line }
        }
        return nil
    }

    /// Whether a function's body begins below a line.
    private func isHeader(_ line: Int) -> Bool {
        line < lines.count && lines[line].first == UInt8(ascii: "{")
    }

    /// The line of the first `}` in column 0.
    private func closing(after line: Int) -> Int? {
        for number in stride(from: line + 1, through: lines.count, by: 1)
        where lines[number - 1].first == UInt8(ascii: "}") {
            return number
        }
        return nil
    }

    /// The first line of the header whose body begins at `line`.
    private func header(above line: Int, down limit: Int, _ isComment: [Bool]) -> Int {
        var start = line
        while start - 1 > limit {
            let text = Self.code(lines[start - 2])
            if isComment[start - 2] || text.isEmpty || text.hasPrefix("#") || text.hasPrefix("}")
                || text.hasSuffix(";") || text.hasSuffix("*/")
                || (CDeclaration.isLoneMacro(text) && start - 1 < line - 1)
            {
                break
            }
            start -= 1
        }
        return start
    }

    private func headerText(_ range: Range<Int>) -> String {
        range.map { Self.code(lines[$0 - 1]) }.joined(separator: " ")
    }

    /// Which lines begin within a comment.
    private func commentLines() -> [Bool] {
        var isInside = false
        return lines.map { line in
            let began = isInside
            var index = 0
            while index + 1 < line.count {
                if isInside, line[index] == UInt8(ascii: "*"), line[index + 1] == UInt8(ascii: "/")
                {
                    isInside = false
                    index += 1
                } else if !isInside, line[index] == UInt8(ascii: "/") {
                    if line[index + 1] == UInt8(ascii: "/") { break }
                    if line[index + 1] == UInt8(ascii: "*") {
                        isInside = true
                        index += 1
                    }
                } else if !isInside, line[index] == UInt8(ascii: "\"") {
                    index += 1
                    while index < line.count, line[index] != UInt8(ascii: "\"") {
                        index += line[index] == UInt8(ascii: "\\") ? 2 : 1
                    }
                }
                index += 1
            }
            return began || line.starts(with: "/*".utf8) || line.starts(with: "//".utf8)
        }
    }

    /// A line without the blanks around it and a comment at its end.
    private static func code(_ line: [UInt8]) -> String {
        var text = line[...]
        while let last = text.last, last.isBlank { text.removeLast() }
        if text.suffix(2).elementsEqual("*/".utf8),
            let open = text.indices.last(where: { text[$0...].starts(with: "/*".utf8) })
        {
            text = text[..<open]
        }
        while let last = text.last, last.isBlank { text.removeLast() }
        return String(anyBytes: text.drop { $0.isBlank })
    }

    // MARK: - Cutting

    /// Blanks lines; they stay as empty ones.
    mutating func blank(_ range: some Sequence<Int>) {
        for number in range where number <= lines.count { lines[number - 1] = [] }
    }

    /// Leaves a function's header as its declaration.
    mutating func leaveDeclaration(of item: SourceItem) {
        guard item.kind == .function, item.lines.lowerBound < item.bodyLine else {
            blank(item.lines)
            return
        }
        blank(item.bodyLine...item.lines.upperBound)
        lines[item.bodyLine - 1] = [UInt8(ascii: ";")]
    }

    /// Takes out what exports a function that is gone.
    mutating func blankExports(of function: String) {
        for (index, line) in lines.enumerated() where line.starts(with: "EXPORT_SYMBOL".utf8) {
            let text = String(anyBytes: line)
            let inside = text.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" && $0 != "," }
            if inside.filter({ $0 != " " }) == function { lines[index] = [] }
        }
    }
}
