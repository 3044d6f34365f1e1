// SPDX-License-Identifier: GPL-2.0-only

/// RFC 4648, in lines of 76.
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
        for digit in 0..<4 {
            text +=
                digit > group.count
                ? "=" : String(alphabet[Int(bits >> UInt32(18 - 6 * digit)) & 63])
        }
        if (start / 3) % 19 == 18 { text += "\n" }
    }
    return text
}
