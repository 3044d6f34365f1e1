// SPDX-License-Identifier: GPL-2.0-only

import Testing

@testable import System

@Suite("Hashes")
struct HashTests {
    /// Published values of 128-bit FNV-1a.
    @Test(
        arguments: [
            ("", "6c62272e07bb014262b821756295c58d"), ("a", "d228cb696f1a8caf78912b704e4a8964"),
            ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
        ])
    func contentHash(_ text: String, _ digest: String) {
        #expect(ContentHash.of(Array(text.utf8)) == digest)
    }

    @Test(
        "LLVM's names of file lists are MD5",
        arguments: [
            ("", 0x04b2_008f_d98c_1dd4), ("abc", 0xb04f_d23c_9850_0190),
            ("message digest", 0x8d93_b77c_7d69_6bf9),
            (String(repeating: "1234567890", count: 8), 0x55c9_e32b_a2f4_ed57),
        ] as [(String, UInt64)])
    func md5(_ text: String, _ word: UInt64) {
        #expect(MD5.word(of: Array(text.utf8)[...]) == word)
    }
}
