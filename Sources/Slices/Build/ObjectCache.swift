// SPDX-License-Identifier: GPL-2.0-only

// Finding the object of a translation unit without asking the compiler. A record under the unit's
// key lists, for each object that was made of it, the headers it was made with and their hashes;
// the one whose headers are all as they were is the object wanted. Records only shorten the search:
// one that is lost costs a compilation, nothing else.

import System

struct ObjectCache: Sendable {
    let directory: String

    /// More header states of one source than a day's work has.
    private static let alternatives = 16

    /// The object's name and place; nil if there is none.
    ///
    /// - Parameter digest: the present hash of a header.
    func object(
        of unit: TranslationUnit, digest: (SourceName) -> String?
    ) -> (key: String, path: String)? {
        for entry in entries(of: unit) where entry.headers.allSatisfy({ digest($0.0) == $0.1 }) {
            let path = path(of: entry.key)
            if Disk.exists(path) {
                Disk.touch(path)
                return (entry.key, path)
            }
        }
        return nil
    }

    /// Takes in an object that was compiled in a temporary directory.
    func store(
        _ object: String, of unit: TranslationUnit, headers: [(SourceName, String)],
        temporary: String
    ) throws {
        var hash = ContentHash()
        hash.feed(unit.key)
        for (name, digest) in headers {
            hash.feed(name.text)
            hash.feed(digest)
        }
        let key = hash.digest
        try Disk.move(object, to: path(of: key))

        var entries = entries(of: unit).filter { $0.key != key }
        entries.insert(Entry(key: key, headers: headers), at: 0)
        var text = ""
        for entry in entries.prefix(Self.alternatives) {
            text += "object \(entry.key)\n"
            for (name, digest) in entry.headers { text += "\(digest) \(name.text)\n" }
        }
        try Disk.write(Array(text.utf8), to: temporary)
        try Disk.move(temporary, to: recordPath(unit))
    }

    private struct Entry {
        var key: String
        var headers: [(SourceName, String)]
    }

    private func entries(of unit: TranslationUnit) -> [Entry] {
        guard let bytes = try? Disk.read(recordPath(unit)) else { return [] }
        var entries: [Entry] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
            guard words.count == 2 else { return [] }
            if words[0] == "object" {
                entries.append(Entry(key: String(words[1]), headers: []))
            } else if let name = SourceName(text: words[1]), !entries.isEmpty {
                entries[entries.count - 1].headers.append((name, String(words[0])))
            } else {
                return []
            }
        }
        return entries
    }

    private func path(of key: String) -> String { "\(directory)/\(key).o" }
    private func recordPath(_ unit: TranslationUnit) -> String {
        "\(directory)/\(unit.key).headers"
    }
}
