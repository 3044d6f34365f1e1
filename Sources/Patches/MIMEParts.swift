// SPDX-License-Identifier: GPL-2.0-only

// What of a mail's MIME parts is handed to git. git's mailinfo decodes parts and puts all of them
// together, whatever they are: the HTML twin of a text brings the diff a second time, and a mail
// that was forwarded as an attachment is not opened. So the parts that no diff is ever in are left
// out before, and mails inside of mails become mails of their own. Nothing is decoded here.

package enum MIMEParts {
    /// Nested deeper, or in more parts, than any mailer does it.
    private static let deepest = 8
    private static let most = 256

    /// A mail without the parts that are no text to read, and behind it the mails that it carries.
    package static func mails(in mail: [UInt8]) -> [[UInt8]] {
        var carried: [[UInt8]] = []
        let own = reduced(mail[...], depth: 0, &carried)
        return [own] + carried
    }

    /// - Parameter carried: where mails inside of it go.
    private static func reduced(
        _ entity: ArraySlice<UInt8>, depth: Int, _ carried: inout [[UInt8]]
    ) -> [UInt8] {
        let header = MIMEHeader(entity)
        guard depth < deepest, header.type.hasPrefix("multipart/"), let boundary = header.boundary
        else { return Array(entity) }
        var result = Array(entity[..<header.end])
        for (count, part) in parts(of: entity[header.end...], boundary).enumerated() {
            guard count < most else { break }
            let inner = MIMEHeader(part.body)
            switch part.delimiter.isEmpty ? "preamble" : inner.type {
            case "message/rfc822" where carried.count < most:
                var more: [[UInt8]] = []
                let message = part.body[inner.end...].drop { $0.isBlank }
                carried.append(reduced(message, depth: depth + 1, &more))
                carried += more
            case let type where isUnread(type): continue
            default:
                result += part.delimiter
                result += reduced(part.body, depth: depth + 1, &carried)
            }
        }
        result += Array("--\(boundary)--\n".utf8)
        return result
    }

    /// Parts that hold no diff, or a second copy of one.
    private static func isUnread(_ type: String) -> Bool {
        type == "text/html" || type == "text/enriched" || type == "text/calendar"
            || type.hasPrefix("image/") || type.hasPrefix("audio/") || type.hasPrefix("video/")
            || type.hasPrefix("application/pgp-") || type.hasSuffix("pkcs7-signature")
    }

    /// Cuts a multipart's body at its boundary lines; the first part is what stands before them.
    private static func parts(
        of body: ArraySlice<UInt8>, _ boundary: String
    ) -> [(delimiter: ArraySlice<UInt8>, body: ArraySlice<UInt8>)] {
        let mark = Array("--\(boundary)".utf8)
        var parts: [(delimiter: ArraySlice<UInt8>, body: ArraySlice<UInt8>)] = []
        var delimiter = body[body.startIndex..<body.startIndex]
        var start = body.startIndex
        var index = body.startIndex
        while index < body.endIndex {
            let end = body[index...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
            let line = body[index..<(end ?? body.endIndex)]
            if line.starts(with: mark) {
                let rest = line.dropFirst(mark.count)
                let isLast = rest.starts(with: "--".utf8)
                if isLast || rest.allSatisfy(\.isBlank) {
                    parts.append((delimiter, body[start..<index]))
                    if isLast { return parts }
                    delimiter = line
                    start = line.endIndex
                }
            }
            index = line.endIndex
        }
        parts.append((delimiter, body[start...]))
        return parts
    }
}

/// The fields of a mail or a part that say what it is.
package struct MIMEHeader {
    /// In lower case, without parameters; `text/plain` if nothing is said.
    package private(set) var type = "text/plain"
    package private(set) var boundary: String?
    /// `format=flowed`: lines that end in a blank go on in the next.
    package private(set) var isFlowed = false
    package private(set) var origin = Patch.Origin()
    /// Behind the empty line that ends the header.
    package private(set) var end: Int

    package init(_ entity: ArraySlice<UInt8>) {
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
        let answered = ["references:", "in-reply-to:"].flatMap {
            Self.identifiers(in: Self.value(of: $0, in: fields))
        }
        for identifier in answered where !origin.references.contains(identifier) {
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
