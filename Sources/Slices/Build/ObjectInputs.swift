// SPDX-License-Identifier: GPL-2.0-only

// What went into an object beside its source and the flags. The same, found again in another variant,
// makes the same object.

import System

/// The inputs of one object.
struct ObjectInputs {
    /// One file that was read.
    enum Entry: Hashable {
        case file(SourceName, digest: String)
        /// The header that answers `#if HAVE_...`, of which only some answers matter.
        case answers(SourceName, to: [String], digest: String)

        var name: SourceName {
            switch self {
            case .file(let name, _), .answers(let name, _, _): name
            }
        }
    }

    var entries: [Entry]
    /// The last parts of the names of files that may be there or not, beside those of what was read;
    /// nil if it may be any.
    var asked: [String]?
    /// `HeaderSearch.digest(reading:asking:)`.
    var searched: String

    init(entries: [Entry], asked: [String]?, searched: String) {
        self.entries = entries
        self.asked = asked
        self.searched = searched
    }

    /// Those of text that may ask for anything.
    init(_ headers: [(SourceName, String)], of unit: TranslationUnit) {
        entries = headers.map { .file($0.0, digest: $0.1) }
        searched = unit.search.digest(reading: headers.map(\.0), asking: nil)
    }

    /// Those of text that is known.
    init(_ headers: [(SourceName, String)], of unit: TranslationUnit, asking words: [AskedWords]) {
        let macros = words.reduce(into: Set<String>()) { $0.formUnion($1.macros) }.sorted()
        entries = headers.map { name, digest in
            if unit.roots.isInterfaces(name),
                let answers = unit.search.digest(ofAnswers: macros)
            {
                return .answers(name, to: macros, digest: answers)
            }
            return .file(name, digest: digest)
        }
        if words.allSatisfy({ $0.files != nil }) {
            asked = words.reduce(into: Set<String>()) { $0.formUnion($1.files ?? []) }.sorted()
        }
        searched = unit.search.digest(reading: headers.map(\.0), asking: asked)
    }

    /// Names the object among those of one unit.
    func feed(_ hash: inout ContentHash) {
        hash.feed(searched)
        hash.feed(asked.map { "some " + $0.joined(separator: "/") } ?? "any")
        for entry in entries {
            hash.feed(entry.text)
        }
    }
}

// MARK: - In a record

extension ObjectInputs.Entry {
    /// In one line.
    var text: String {
        switch self {
        case .file(let name, let digest): "file \(digest) \(name.text)"
        case .answers(let name, let macros, let digest):
            "answers \(digest) \(macros.joined(separator: ",")) \(name.text)"
        }
    }

    /// From such a line; nil for another one.
    init?(line: ArraySlice<UInt8>) {
        let isFile = line.starts(with: "file ")
        guard isFile || line.starts(with: "answers ") else { return nil }
        let fields = line.split(
            separator: UInt8(ascii: " "), maxSplits: isFile ? 2 : 3,
            omittingEmptySubsequences: false)
        guard fields.count == (isFile ? 3 : 4) else { return nil }
        let text = String(decoding: fields[fields.count - 1], as: UTF8.self)
        guard let name = SourceName(text: text[...]) else { return nil }
        let digest = String(decoding: fields[1], as: UTF8.self)
        if isFile {
            self = .file(name, digest: digest)
        } else {
            let macros = fields[2].split(separator: UInt8(ascii: ","))
            self = .answers(
                name, to: macros.map { String(decoding: $0, as: UTF8.self) }, digest: digest)
        }
    }
}
