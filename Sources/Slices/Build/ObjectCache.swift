// SPDX-License-Identifier: GPL-2.0-only

// Finds the object of a translation unit without the compiler. A record under the unit's key lists,
// for each object that was made of it, what it was made with; the object of which all that is
// unchanged is the right one. What the compiler said of variables without a value, and of
// other configurations, stands there, too. A record that is lost costs one compilation.

import System

/// The objects in the cache.
struct ObjectCache: Sendable {
    let directory: String

    /// How many states of the headers are remembered for one source: those of some trees, each with what
    /// changes in a day's work.
    private static let stateLimit = 48

    /// The object; nil if there is none.
    ///
    /// - Parameter digest: the current hash of a header.
    func object(
        of unit: TranslationUnit, digest: (SourceName) -> String?
    ) -> BuildWork.ObjectFile? {
        guard let record = record(of: unit) else { return nil }
        // Objects have most of their headers in common.
        var isCurrent = [Bool?](repeating: nil, count: record.entries.count)
        func holds(_ index: Int) -> Bool {
            if let known = isCurrent[index] { return known }
            let answer = unit.has(record.entries[index], digest)
            isCurrent[index] = answer
            return answer
        }
        for object in record.objects where object.entries.allSatisfy(holds) {
            let names = object.entries.map { record.entries[$0].name }
            guard unit.search.digest(reading: names, asking: object.asked) == object.searched else {
                continue
            }
            let path = path(of: object.key)
            if SealedFile.isWhole(path) {
                Disk.touch(path)
                return BuildWork.ObjectFile(
                    key: object.key, path: path, uses: object.uses, broken: object.broken,
                    treeHeaders: names.compactMap { name in
                        if case .tree(let path) = name { path } else { nil }
                    })
            }
        }
        return nil
    }

    /// Takes in an object that was compiled in a temporary directory.
    func store(
        _ object: String, of unit: TranslationUnit, reading inputs: ObjectInputs,
        uses: [UninitializedUse], broken: [BrokenConfiguration], temporary: String
    ) throws {
        var hash = ContentHash()
        hash.feed(unit.key)
        inputs.feed(&hash)
        let key = hash.digest
        try SealedFile.seal(object)
        try Disk.move(object, to: path(of: key))

        var record = record(of: unit) ?? Record()
        record.objects.removeAll { $0.key == key }
        var numbers = Dictionary(
            zip(record.entries, record.entries.indices), uniquingKeysWith: { first, _ in first })
        let entries = inputs.entries.map { entry in
            if let number = numbers[entry] { return number }
            numbers[entry] = record.entries.count
            record.entries.append(entry)
            return record.entries.count - 1
        }
        record.objects.insert(
            KnownObject(
                key: key, searched: inputs.searched, asked: inputs.asked, entries: entries,
                uses: uses, broken: broken), at: 0)
        try SealedFile.write(
            Array(record.limited(to: Self.stateLimit).text.utf8), to: temporary)
        try Disk.move(temporary, to: recordPath(unit))
    }

    private func record(of unit: TranslationUnit) -> Record? {
        SealedFile.read(recordPath(unit)).flatMap { Record($0) }
    }

    private func path(of key: String) -> String { "\(directory)/\(key).o" }
    private func recordPath(_ unit: TranslationUnit) -> String {
        "\(directory)/\(unit.key).headers"
    }
}

extension TranslationUnit {
    /// Whether a file is now what it was.
    fileprivate func has(
        _ entry: ObjectInputs.Entry, _ digest: (SourceName) -> String?
    ) -> Bool {
        switch entry {
        case .file(let name, let known): digest(name) == known
        case .answers(let name, let macros, let known):
            roots.isInterfaces(name) && search.digest(ofAnswers: macros) == known
        }
    }
}

// MARK: - The record

private struct KnownObject {
    var key: String
    var searched: String
    var asked: [String]?
    /// Of the record's.
    var entries: [Int]
    var uses: [UninitializedUse]
    var broken: [BrokenConfiguration]
}

/// The objects of one unit, the last one first.
private struct Record {
    /// All that any of them was made with.
    var entries: [ObjectInputs.Entry] = []
    var objects: [KnownObject] = []

    init() {}

    /// Nil if it is none.
    init?(_ bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let entry = ObjectInputs.Entry(line: line) {
                entries.append(entry)
            } else if line.starts(with: "object ") {
                guard let object = KnownObject(line, of: entries.count) else { return nil }
                objects.append(object)
            } else {
                let text = String(decoding: line, as: UTF8.self)
                guard !objects.isEmpty, objects[objects.count - 1].note(text) else { return nil }
            }
        }
    }

    var text: String {
        var text = ""
        for entry in entries { text += entry.text + "\n" }
        for object in objects { text += object.text }
        return text
    }

    /// Without the oldest, and what only they were made with.
    func limited(to count: Int) -> Record {
        guard objects.count > count else { return self }
        var limited = Record()
        limited.objects = Array(objects.prefix(count))
        var numbers: [Int: Int] = [:]
        for index in limited.objects.indices {
            limited.objects[index].entries = limited.objects[index].entries.map { old in
                if let number = numbers[old] { return number }
                numbers[old] = limited.entries.count
                limited.entries.append(entries[old])
                return limited.entries.count - 1
            }
        }
        return limited
    }
}

extension KnownObject {
    fileprivate var text: String {
        let numbers = entries.map(String.init).joined(separator: ",")
        let asked = asked.map { "/" + $0.joined(separator: "/") } ?? "any"
        var text = "object \(key) \(searched) \(asked) \(numbers)\n"
        for use in uses { text += "use \(use.record)\n" }
        for broken in broken { text += "broken \(broken.record)\n" }
        return text
    }

    /// - Returns: false for a line that says nothing of an object.
    fileprivate mutating func note(_ line: String) -> Bool {
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return false }
        if parts[0] == "use", let use = UninitializedUse(record: parts[1]) {
            uses.append(use)
        } else if parts[0] == "broken", let known = BrokenConfiguration(record: parts[1]) {
            broken.append(known)
        } else {
            return false
        }
        return true
    }

    /// - Parameter count: of the record's entries.
    fileprivate init?(_ line: ArraySlice<UInt8>, of count: Int) {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == 5 else { return nil }
        var entries: [Int] = []
        for number in fields[4].split(separator: UInt8(ascii: ",")) {
            var value = 0
            for digit in number {
                guard 0x30...0x39 ~= digit, value < count else { return nil }
                value = value * 10 + Int(digit - 0x30)
            }
            guard value < count else { return nil }
            entries.append(value)
        }
        let texts = fields[1...3].map { String(decoding: $0, as: UTF8.self) }
        self.init(
            key: texts[0], searched: texts[1],
            asked: texts[2] == "any" ? nil : texts[2].split(separator: "/").map(String.init),
            entries: entries, uses: [], broken: [])
    }
}
