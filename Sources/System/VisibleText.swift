// SPDX-License-Identifier: GPL-2.0-only

// Text of strangers on its way to a reader: lines of patches, subjects of mails, messages of compilers,
// warnings of the code under test, names that a #line gives. All that is written passes through here,
// so that no character of theirs moves a cursor, changes a colour or the direction of writing: each one
// that would is shown as its number.

/// Makes characters visible that do something else than to stand there.
package enum VisibleText {
    /// What a text is a part of, which decides how a number is written.
    package enum Form: Sendable {
        /// For people and for whatever reads lines: `<U+202E>`.
        case text
        /// Within strings, which is the only place for such a character: `\u202e`.
        case json
        /// Within elements and attributes: `&lt;U+202E&gt;`.
        case markup
    }

    /// The same text, with line feeds and tabs as they are.
    package static func of(_ text: String, as form: Form = .text) -> String {
        guard text.utf8.contains(where: mayBegin) else { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                result += number(of: scalar, as: form)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a character is a control character but line feed and tab, ends a line in another way,
    /// turns the direction of writing or has no shape.
    package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a: false
        case 0..<0x20, 0x7f..<0xa0: true
        case 0x061c, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f: true
        case 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f: true
        default: false
        }
    }

    /// Whether a byte of UTF-8 can be the first of such a character.
    private static func mayBegin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x0a: false
        case 0..<0x20, 0x7f, 0xc2, 0xd8, 0xe2, 0xef, 0xf3: true
        default: false
        }
    }

    private static func number(of scalar: Unicode.Scalar, as form: Form) -> String {
        func digits(_ value: some BinaryInteger, uppercase: Bool) -> String {
            let digits = String(value, radix: 16, uppercase: uppercase)
            return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
        switch form {
        case .text: return "<U+\(digits(scalar.value, uppercase: true))>"
        case .markup: return "&lt;U+\(digits(scalar.value, uppercase: true))&gt;"
        case .json:
            return UTF16.encode(scalar)!.map { "\\u" + digits($0, uppercase: false) }.joined()
        }
    }
}
