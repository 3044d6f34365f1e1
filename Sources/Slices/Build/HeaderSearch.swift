// SPDX-License-Identifier: GPL-2.0-only

// What of a variant decides, beside the contents of files, what the compiler reads: which files there
// are to be found, and how the tree answers `#if HAVE_...`.
//
// What must hold: the compiler finds a header as a file whose path ends in the name that an #include
// asks for. So another file can come before it, or in its place, only if the last part of its path is
// the same. Who asks whether a file is there (`__has_include`) asks about one that need not be found.

import System

/// The files of one variant, and its answers.
final class HeaderSearch: Sendable {
    /// All that an #include may find in the tree and in csrc.
    private let names: [String]
    private let byLastPart: [Substring: [String]]
    /// By macro; nil for the embedded slice, whose header is a file like any other.
    private let answers: [String: String]?

    /// - Parameter interfaces: the header that is made of a kernel's tree.
    init(_ names: [SourceName], interfaces: String?) {
        self.names = names.map(\.text).sorted()
        byLastPart = Dictionary(grouping: self.names, by: Self.lastPart)
        answers = interfaces.flatMap(Self.answers)
    }

    /// Changes when a file comes or goes that could be found in place of one that was read.
    ///
    /// - Parameter asked: files that the text asks for without reading them; nil if it may ask for any.
    func digest(reading headers: [SourceName], asking asked: [String]?) -> String {
        var hash = ContentHash()
        if let asked {
            let parts = Set(headers.map { Self.lastPart(of: $0.text) } + asked.map { $0[...] })
            for part in parts.sorted() {
                hash.feed(String(part))
                for name in byLastPart[part] ?? [] { hash.feed(name) }
            }
        } else {
            for name in names { hash.feed(name) }
        }
        return hash.digest
    }

    private static func lastPart(of name: String) -> Substring {
        name.utf8.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") }
            .map { name[name.utf8.index(after: $0)...] } ?? name[...]
    }

    // MARK: - Answers

    /// Changes with the answers of these macros; nil if they cannot be told one by one.
    func digest(ofAnswers asked: [String]) -> String? {
        guard let answers else { return nil }
        return ContentHash.of(asked.flatMap { [$0, answers[$0] ?? "not defined"] })
    }

    /// Nil for a text in which a line may be anything else, or that does not answer what is asked.
    private static func answers(in header: String) -> [String: String]? {
        var answers: [String: String] = [:]
        for line in header.split(separator: "\n") {
            let words = line.split(maxSplits: 2) { $0 == " " || $0 == "\t" }
            if words.count == 3, words[0] == "#define" {
                answers[String(words[1])] = String(words[2])
            } else if !isAround(line) {
                return nil
            }
        }
        return Set(answers.keys) == Interfaces.macros ? answers : nil
    }

    /// Whether a line answers nothing.
    private static func isAround(_ line: Substring) -> Bool {
        line.hasPrefix("#ifndef ") || line == "#endif" || line.hasPrefix("/* Made from ")
            || line == "#define FAULTLINE_INTERFACES_H"
    }
}
