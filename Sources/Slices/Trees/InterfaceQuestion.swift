// SPDX-License-Identifier: GPL-2.0-only

/// A question about a tree's interfaces that its files can answer. Patterns are those of `CText.find`.
indirect enum InterfaceQuestion: Sendable {
    /// The pattern is in one of the files.
    case says([String], String)
    /// The pattern is within a struct that one of the files defines.
    case member([String], of: String, String)
    /// The pattern is within the body of a function that one of the files defines.
    case body([String], of: String, String)
    case all([InterfaceQuestion])
    case any([InterfaceQuestion])

    /// The files to read.
    var files: [String] {
        switch self {
        case .says(let files, _), .member(let files, _, _), .body(let files, _, _): files
        case .all(let questions), .any(let questions): questions.flatMap(\.files)
        }
    }

    /// The location of a yes, `FILE:LINE`; nil for a no.
    func answer(_ texts: [String: CText]) -> String? {
        func first(
            _ files: [String], _ pattern: String, _ scope: (CText) -> Range<Int>?
        ) -> String? {
            for file in files {
                if let text = texts[file], let range = scope(text),
                    let found = text.find(pattern, in: range)
                {
                    return "\(file):\(text.words[found.lowerBound].line)"
                }
            }
            return nil
        }
        switch self {
        case .says(let files, let pattern):
            return first(files, pattern) { $0.words.indices }
        case .member(let files, let name, let pattern):
            return first(files, pattern) { $0.body(ofStruct: name) }
        case .body(let files, let name, let pattern):
            return first(files, pattern) { $0.body(ofFunction: name) }
        case .all(let questions):
            let locations = questions.map { $0.answer(texts) }
            return locations.contains(nil) ? nil : locations.first ?? nil
        case .any(let questions):
            return questions.lazy.compactMap { $0.answer(texts) }.first
        }
    }
}
