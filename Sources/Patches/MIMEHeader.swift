// SPDX-License-Identifier: GPL-2.0-only

/// The fields of a mail or a part that say what it is.
struct MIMEHeader {
    /// In lower case, without parameters; `text/plain` if nothing is said.
    private(set) var type = "text/plain"
    private(set) var boundary: String?
    /// `format=flowed`: lines that end in a blank go on in the next.
    private(set) var isFlowed = false
    private(set) var origin = Patch.Origin()
    /// The index after the empty line that ends the header.
    private(set) var end: Int

    init(_ entity: ArraySlice<UInt8>) {
        var fields: [String] = []
        end = entity.startIndex
        while end < entity.endIndex {
            let next = entity[end...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
            let line = entity[end..<(next ?? entity.endIndex)]
            end = line.endIndex
            if line.allSatisfy(\.isBlank) { break }
            let text = String(anyBytes: line)
            if line.first?.isBlank == true, !fields.isEmpty {
                fields[fields.count - 1] += text
            } else {
                fields.append(text)
            }
        }
        origin.messageID = Self.identifiers(in: Self.value(of: "message-id:", in: fields)).first
        let replied = ["references:", "in-reply-to:"].flatMap {
            Self.identifiers(in: Self.value(of: $0, in: fields))
        }
        for identifier in replied.prefix(Self.mostReferences)
        where !origin.references.contains(identifier) {
            origin.references.append(identifier)
        }
        guard let value = Self.value(of: "content-type:", in: fields) else { return }
        let parameters = value.split(separator: ";").map { Self.trimmed($0) }
        if let first = parameters.first, first.contains("/") { type = first.lowercased() }
        for parameter in parameters.dropFirst() {
            let sides = parameter.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
            guard sides.count == 2 else { continue }
            let value = sides[1].hasPrefix("\"") ? sides[1].filter { $0 != "\"" } : sides[1]
            switch sides[0].lowercased() {
            case "boundary" where !value.isEmpty: boundary = value
            case "format": isFlowed = value.lowercased() == "flowed"
            default: break
            }
        }
    }

    /// No thread is deeper.
    private static let mostReferences = 256

    /// What stands between `<` and `>`.
    private static func identifiers(in value: Substring?) -> [String] {
        (value ?? "").split(separator: "<").compactMap { piece in
            piece.contains(">") ? String(piece.prefix { $0 != ">" }) : nil
        }
        .filter { !$0.isEmpty && !$0.contains(where: \.isWhitespace) }
    }

    private static func value(of name: String, in fields: [String]) -> Substring? {
        fields.first { $0.lowercased().hasPrefix(name) }?.dropFirst(name.count)
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
