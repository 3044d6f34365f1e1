// SPDX-License-Identifier: GPL-2.0-only

// No character of a stranger's moves a cursor, changes a colour or turns the direction of writing.

import System
import Testing

@Suite struct VisibleTextTests {
    @Test(arguments: [
        ("plain: ünïcode 字 \t and\nlines", "plain: ünïcode 字 \t and\nlines"),
        ("\u{1b}[31mred", "<U+001B>[31mred"), ("a\rb", "a<U+000D>b"), ("\u{7}", "<U+0007>"),
        ("\u{9b}31m", "<U+009B>31m"), ("\u{7f}", "<U+007F>"), ("\0", "<U+0000>"),
        ("a\u{202e}b", "a<U+202E>b"), ("\u{2066}\u{2069}", "<U+2066><U+2069>"),
        ("\u{200f}", "<U+200F>"), ("\u{61c}", "<U+061C>"), ("\u{2028}", "<U+2028>"),
        ("\u{feff}x", "<U+FEFF>x"), ("\u{e0041}", "<U+E0041>"),
        ("e\u{301} \u{200d}", "e\u{301} \u{200d}"),
    ])
    func whatDoesMoreThanToStandThereIsShown(text: String, visible: String) {
        #expect(VisibleText.of(text) == visible)
    }

    @Test func eachFormHasItsOwnSpelling() {
        #expect(VisibleText.of("\u{202e}\u{e0041}", as: .json) == "\\u202e\\udb40\\udc41")
        #expect(VisibleText.of("\u{202e}", as: .markup) == "&lt;U+202E&gt;")
    }
}
