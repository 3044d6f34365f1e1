// SPDX-License-Identifier: GPL-2.0-only

// Chooses the MIME parts of a mail that git gets. git's mailinfo decodes all parts and joins them: the
// HTML twin of a text would bring the diff a second time, and a mail that is attached to another one
// would stay closed. So parts that never hold a diff are left out, and mails inside of mails become
// mails of their own. Nothing is decoded here.

/// The parts of a mail.
enum MIMEParts {
    /// No mailer nests deeper, or makes more parts.
    private static let depthLimit = 8
    private static let partLimit = 256

    /// A mail without the parts that hold no diff, followed by the mails that it carries.
    static func mails(in mail: [UInt8]) -> [[UInt8]] {
        var carried: [[UInt8]] = []
        let own = reduced(mail[...], depth: 0, &carried)
        return [own] + carried
    }

    /// - Parameter carried: where mails inside of it go.
    private static func reduced(
        _ entity: ArraySlice<UInt8>, depth: Int, _ carried: inout [[UInt8]]
    ) -> [UInt8] {
        let header = MIMEHeader(entity)
        guard depth < depthLimit, header.type.hasPrefix("multipart/"),
            let boundary = header.boundary
        else { return Array(entity) }
        var result = Array(entity[..<header.end])
        for (count, part) in parts(of: entity[header.end...], boundary).enumerated() {
            guard count < partLimit else { break }
            let inner = MIMEHeader(part.body)
            switch part.delimiter.isEmpty ? "preamble" : inner.type {
            case "message/rfc822" where carried.count < partLimit:
                var more: [[UInt8]] = []
                let message = part.body[inner.end...].drop { $0.isBlank }
                carried.append(reduced(message, depth: depth + 1, &more))
                carried += more
            case let type where isSkipped(type): continue
            default:
                result += part.delimiter
                result += reduced(part.body, depth: depth + 1, &carried)
            }
        }
        result += Array("--\(boundary)--\n".utf8)
        return result
    }

    /// Parts that hold no diff, or a second copy of one.
    private static func isSkipped(_ type: String) -> Bool {
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
