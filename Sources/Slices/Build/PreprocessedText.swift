// SPDX-License-Identifier: GPL-2.0-only

// A file behind the preprocessor, looked at in haste: nearly always it shows that there is nothing to
// look for among the tokens, which take ten times as long to be printed.
//
// What must hold: what the tokens would show shows here as a difference or as a word. Too much of
// either is no harm. A marker that a patch has made up can only give its own lines another file.

import System

/// What the preprocessor makes of one file.
struct PreprocessedText: Sendable {
    /// The lines that stand in files of the machine's own, by file.
    let ours: [String: [UInt8]]
    /// All words of the other lines, those in strings as well.
    let words: Set<String>
    /// Those of any line that are the compiler's own: see `CompilerWord`.
    let ofCompiler: Set<String>

    /// - Parameter header: is read before the file.
    /// - Returns: nil where the compiler does not get through the file.
    init?(
        of unit: TranslationUnit, toolchain: Toolchain, csrc: String, behind header: String? = nil
    ) throws {
        let done = try unit.preprocessed(clang: toolchain.clang, behind: header).run()
        guard done.status == 0 else { return nil }
        self.init(done.output, csrc: csrc)
    }

    init(_ text: [UInt8], csrc: String) {
        var ours: [String: [UInt8]] = [:]
        var words: Set<String> = []
        var ofCompiler: Set<String> = []
        var known: [String: Bool] = [:]
        var file = ""
        var isOurs = false
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if let name = Self.file(inMarker: line) {
                file = name
                if known[file] == nil { known[file] = Self.isOurs(file, csrc: csrc) }
                isOurs = known[file]!
            } else if isOurs {
                ours[file, default: []] += line + [UInt8(ascii: "\n")]
                for word in Self.words(of: line) where CompilerWord.mayBegin(word) {
                    ofCompiler.insert(String(decoding: word, as: UTF8.self))
                }
            } else {
                for word in Self.words(of: line) {
                    words.insert(String(decoding: word, as: UTF8.self))
                }
            }
        }
        self.ours = ours
        self.words = words
        self.ofCompiler = ofCompiler.union(words).filter(CompilerWord.isOne)
    }

    /// Whether a line of any file may have assembly in it.
    var mayHaveAssembly: Bool {
        !words.isDisjoint(with: AddedText.assembly)
            || ours.values.contains { text in
                Self.words(of: text[...]).contains {
                    AddedText.assembly.contains(String(decoding: $0, as: UTF8.self))
                }
            }
    }

    /// Whether a file is the machine's own. A relative path is the source's, or a made up one, which
    /// counts as that.
    static func isOurs(_ file: String, csrc: String) -> Bool {
        guard file.hasPrefix("/") else { return !file.hasPrefix("<") }
        return ["machine", "include", "filesystems"].contains {
            file.hasPrefix("\(csrc)/\($0)/")
        }
    }

    private static func words(of text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        text.split(whereSeparator: { !isOfWord($0) })
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    /// `# 12 "fs/dax.c" 2`
    private static func file(inMarker line: ArraySlice<UInt8>) -> String? {
        guard line.starts(with: [UInt8(ascii: "#"), UInt8(ascii: " ")]),
            let start = line.firstIndex(of: UInt8(ascii: "\"")),
            let end = line.lastIndex(of: UInt8(ascii: "\"")), start < end,
            line[(line.startIndex + 2)..<start].allSatisfy({ $0 == 0x20 || 0x30...0x39 ~= $0 })
        else { return nil }
        return String(decoding: line[(start + 1)..<end], as: UTF8.self)
    }
}
