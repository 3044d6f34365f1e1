// SPDX-License-Identifier: GPL-2.0-only

// Which of the tree's answers a text may depend on, and which files it asks for without reading them.
// Words are looked for in comments and strings as well: one too many costs a compilation.
//
// A text can put such a word together (`##`). Kernels and the machine do not; what a patch has changed is
// not looked at here but counts as asking for everything.

import Synchronization
import System

/// What one text asks.
struct AskedWords: Sendable {
    /// Macros that the tree answers.
    var macros: Set<String> = []
    /// The last parts of the names of files that may be there or not; nil if it may be any.
    var files: Set<String>? = []

    init(in text: [UInt8]) {
        let known = Interfaces.macros
        let first = Set(known.compactMap(\.utf8.first) + [UInt8(ascii: "_")])
        text.withUnsafeBufferPointer { text in
            var index = 0
            while index < text.count {
                guard text[index].isWordCharacter else {
                    index += 1
                    continue
                }
                let start = index
                while index < text.count, text[index].isWordCharacter { index += 1 }
                guard first.contains(text[start]) else { continue }
                let word = text[start..<index]
                if Self.questions.contains(where: { word.elementsEqual($0.utf8) }) {
                    note(questionIn: text, from: start, to: index)
                } else if word.count > 3 {
                    let name = String(decoding: word, as: UTF8.self)
                    if known.contains(name) { macros.insert(name) }
                }
            }
        }
    }

    private static let questions = ["__has_include", "__has_include_next", "__has_embed"]

    /// `__has_include(<x.h>)`, or something else about that word.
    private mutating func note(
        questionIn text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
    ) {
        var next = end
        while next < text.count, Self.isBetween(text[next]) { next += 1 }
        let closes: UInt8? =
            switch next < text.count ? text[next] : 0 {
            case UInt8(ascii: "<"): UInt8(ascii: ">")
            case UInt8(ascii: "\""): UInt8(ascii: "\"")
            default: nil
            }
        guard let closes else {
            // `#ifdef __has_include` asks for no file.
            if !Self.isWhetherDefined(text, before: start) { files = nil }
            return
        }
        let name = text[(next + 1)...].prefix { $0 != closes && $0 != UInt8(ascii: "\n") }
        let part = name.split(separator: UInt8(ascii: "/")).last ?? []
        if part.isEmpty || part.contains(where: \.isBlank) {
            files = nil
        } else {
            files?.insert(String(decoding: part, as: UTF8.self))
        }
    }

    private static func isWhetherDefined(
        _ text: UnsafeBufferPointer<UInt8>, before start: Int
    ) -> Bool {
        let line = text[..<start].reversed().drop(while: isBetween).prefix(while: \.isWordCharacter)
        let word = String(decoding: line.reversed(), as: UTF8.self)
        return ["defined", "ifdef", "ifndef"].contains(word)
    }

    private static func isBetween(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "(")
    }
}

/// The words of the files that are read in one build: a header is in a hundred units.
final class KnownWords: Sendable {
    private let known = Mutex<[String: AskedWords]>([:])

    /// - Parameters:
    ///   - path: of a file whose contents have this digest.
    /// - Returns: nil if it cannot be read any more.
    func words(of path: String, digest: String) -> AskedWords? {
        if let words = known.withLock({ $0[digest] }) { return words }
        guard let bytes = try? Disk.read(path) else { return nil }
        let words = AskedWords(in: bytes)
        known.withLock { $0[digest] = words }
        return words
    }
}
