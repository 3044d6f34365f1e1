// SPDX-License-Identifier: GPL-2.0-only

// Finds the object of a translation unit without the compiler. A record under the unit's key lists,
// for each object that was made of it, the headers that it was made with and their hashes; the object
// whose headers are all unchanged is the right one. What the compiler said of variables without a
// value stands there, too. A record that is lost costs one compilation.

import System

/// The objects in the cache.
struct ObjectCache: Sendable {
    let directory: String

    /// How many states of the headers are remembered for one source: more than in a day's work.
    private static let stateLimit = 16

    /// The object; nil if there is none.
    ///
    /// - Parameter digest: the current hash of a header.
    func object(
        of unit: TranslationUnit, digest: (SourceName) -> String?
    ) -> BuildWork.ObjectFile? {
        for object in known(of: unit) where object.headers.allSatisfy({ digest($0.0) == $0.1 }) {
            let path = path(of: object.key)
            if SealedFile.isWhole(path) {
                Disk.touch(path)
                return BuildWork.ObjectFile(
                    key: object.key, path: path, uses: object.uses,
                    treeHeaders: object.headers.compactMap { name, _ in
                        if case .tree(let path) = name { path } else { nil }
                    })
            }
        }
        return nil
    }

    /// Takes in an object that was compiled in a temporary directory.
    func store(
        _ object: String, of unit: TranslationUnit, headers: [(SourceName, String)],
        uses: [UninitializedUse], temporary: String
    ) throws {
        var hash = ContentHash()
        hash.feed(unit.key)
        for (name, digest) in headers {
            hash.feed(name.text)
            hash.feed(digest)
        }
        let key = hash.digest
        try SealedFile.seal(object)
        try Disk.move(object, to: path(of: key))

        var known = known(of: unit).filter { $0.key != key }
        known.insert(KnownObject(key: key, headers: headers, uses: uses), at: 0)
        var text = ""
        for object in known.prefix(Self.stateLimit) {
            text += "object \(object.key)\n"
            for (name, digest) in object.headers { text += "\(digest) \(name.text)\n" }
            for use in object.uses { text += "use \(use.record)\n" }
        }
        try SealedFile.write(Array(text.utf8), to: temporary)
        try Disk.move(temporary, to: recordPath(unit))
    }

    private struct KnownObject {
        var key: String
        var headers: [(SourceName, String)]
        var uses: [UninitializedUse]
    }

    private func known(of unit: TranslationUnit) -> [KnownObject] {
        guard let bytes = SealedFile.read(recordPath(unit)) else { return [] }
        var known: [KnownObject] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
            guard fields.count == 2 else { return [] }
            if fields[0] == "object" {
                known.append(KnownObject(key: String(fields[1]), headers: [], uses: []))
            } else if fields[0] == "use" {
                guard let use = UninitializedUse(record: fields[1]), !known.isEmpty else {
                    return []
                }
                known[known.count - 1].uses.append(use)
            } else if let name = SourceName(text: fields[1]), !known.isEmpty {
                known[known.count - 1].headers.append((name, String(fields[0])))
            } else {
                return []
            }
        }
        return known
    }

    private func path(of key: String) -> String { "\(directory)/\(key).o" }
    private func recordPath(_ unit: TranslationUnit) -> String {
        "\(directory)/\(unit.key).headers"
    }
}
