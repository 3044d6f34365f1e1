// SPDX-License-Identifier: GPL-2.0-only

// Bytes as characters. Sources, patches and tools' messages are read as bytes, because a kernel
// developer's name from 2005 is not UTF-8; only what is shown to a user becomes a string.

extension UInt8 {
    /// A space, a tab, or another of C's white space characters.
    package var isBlank: Bool { self == 0x20 || (0x09...0x0d).contains(self) }

    /// A letter, a digit or `_`: what C's identifiers and numbers are made of.
    package var isWordCharacter: Bool { isLetterOrDigit || self == UInt8(ascii: "_") }

    package var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension ArraySlice<UInt8> {
    package func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { starts(with: $0) }
    }

    package func ends(with text: StaticString) -> Bool {
        text.withUTF8Buffer { suffix($0.count).elementsEqual($0) }
    }
}

extension String {
    /// Bytes of any origin as text: as UTF-8 if they are valid UTF-8, as Latin-1 otherwise. No byte
    /// is lost, and an old mail is no error.
    package init(anyBytes bytes: some Sequence<UInt8>) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self = text
        } else {
            self = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        }
    }
}
