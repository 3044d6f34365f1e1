// SPDX-License-Identifier: GPL-2.0-only

// Which interfaces a kernel's tree has: the answers to `InterfaceTable`, as a header for the compiler
// and as a record for the cache.

/// A tree's answers.
struct Interfaces: Hashable, Sendable {
    struct Answer: Hashable, Sendable {
        /// The macro.
        var name: String
        var value: Int
        /// Where it was read, `FILE:LINE`; nil if the tree does not have it.
        var location: String?
    }

    var version: String
    /// One for each row of the table.
    var answers: [Answer]

    /// 0 for an unknown name.
    subscript(name: String) -> Int {
        answers.first { $0.name == name }?.value ?? 0
    }

    /// Asks every question.
    ///
    /// - Parameter text: the words of a file of the tree; nil if it has none of that name.
    static func recognized(version: String, _ text: (String) -> CText?) -> Interfaces {
        var texts: [String: CText] = [:]
        for file in InterfaceTable.allFiles { texts[file] = text(file) }
        return Interfaces(
            version: version,
            answers: InterfaceTable.rows.map { Answer(to: $0, from: texts) })
    }
}

extension Interfaces.Answer {
    /// What the words of a row's files say.
    init(to row: InterfaceTable.Row, from texts: [String: CText]) {
        let location = row.question.answer(texts)
        self.init(name: row.name, value: location == nil ? 0 : 1, location: location)
    }
}

extension Interfaces {
    /// The answers to whom only some filesystems matter.
    func with(_ filesystems: [SliceFilesystem]) -> Interfaces {
        var interfaces = self
        for filesystem in SliceFilesystem.all where !filesystems.contains(filesystem) {
            let names = Set(filesystem.interfaces.map(\.name))
            for index in answers.indices where names.contains(answers[index].name) {
                interfaces.answers[index].value = 0
                interfaces.answers[index].location = nil
            }
        }
        return interfaces
    }
}

// MARK: - The header

extension Interfaces {
    /// All that the header defines.
    static let macros = Set(
        InterfaceTable.rows.map(\.name) + ["TREE_VERSION", "SLICE_IS_EMBEDDED"])

    /// The header that answers `#if HAVE_…`.
    var header: String {
        var text = """
            /* Made from the tree's headers: which interfaces it has. */
            #ifndef FAULTLINE_INTERFACES_H
            #define FAULTLINE_INTERFACES_H

            #define TREE_VERSION\t"\(version)"
            #define SLICE_IS_EMBEDDED\t0

            """
        for answer in answers { text += "#define \(answer.name)\t\(answer.value)\n" }
        return text + "\n#endif\n"
    }

    /// Reads such a header. That of the embedded slice has an answer to every question, too.
    init(header: String, version: String) {
        var values: [String: Int] = [:]
        for line in header.split(separator: "\n") where line.hasPrefix("#define ") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.count == 3, let value = Int(words[2]) { values[String(words[1])] = value }
        }
        self.init(
            version: version,
            answers: InterfaceTable.rows.map {
                Answer(name: $0.name, value: values[$0.name] ?? 0, location: nil)
            })
    }
}

// MARK: - The record

extension Interfaces {
    /// One line for each answer.
    var record: String {
        answers.map { "\($0.name) \($0.value) \($0.location ?? "-")\n" }.joined()
    }

    /// Reads a record; nil if it does not answer the questions of today.
    init?(record: String, version: String) {
        var answers: [Answer] = []
        for line in record.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 2)
            guard fields.count == 3, let value = Int(fields[1]) else { return nil }
            answers.append(
                Answer(
                    name: String(fields[0]), value: value,
                    location: fields[2] == "-" ? nil : String(fields[2])))
        }
        guard answers.map(\.name) == InterfaceTable.rows.map(\.name) else { return nil }
        self.init(version: version, answers: answers)
    }
}
