// SPDX-License-Identifier: GPL-2.0-only

// A mail that is signed within its text (RFC 9580, section 7): lines that begin with a dash have another
// dash and a blank in front, which breaks every diff. What was signed is taken out; whether the signature
// holds is for gpg to say.

import System

/// The text that was signed in a text.
enum ClearSignature {
    private static let begin = Array("-----BEGIN PGP SIGNED MESSAGE-----".utf8)
    private static let signature = Array("-----BEGIN PGP SIGNATURE-----".utf8)
    private static let end = Array("-----END PGP SIGNATURE-----".utf8)

    /// The same text without its signatures, and with the lines as they were signed.
    static func removed(from bytes: [UInt8]) -> [UInt8] {
        let dash = UInt8(ascii: "-")
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        enum Place { case outside, header, text, signature }
        var place = Place.outside
        var hasSignature = false
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            switch place {
            case .outside where text.elementsEqual(begin):
                place = .header
                hasSignature = true
                continue
            case .outside: break
            case .header:
                if text.isEmpty { place = .text }
                continue
            case .text where text.elementsEqual(signature):
                place = .signature
                continue
            case .text: break
            case .signature:
                if text.elementsEqual(end) { place = .outside }
                continue
            }
            let isEscaped = place == .text && line.starts(with: [dash, UInt8(ascii: " "), dash])
            result += isEscaped ? line.dropFirst(2) : line
            result.append(UInt8(ascii: "\n"))
        }
        guard hasSignature else { return bytes }
        // The last line's, which is none.
        if !result.isEmpty { result.removeLast() }
        return result
    }
}
