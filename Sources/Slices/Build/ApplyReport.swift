// SPDX-License-Identifier: GPL-2.0-only

// What `git apply --verbose` says, and why a hunk does not fit.

import Patches

/// The messages of `git apply`, in the C locale.
struct ApplyReport {
    struct Hunk: Hashable {
        var file: String
        /// From 1.
        var number: Int
    }

    let text: String
    /// Where hunks went that did not go where their header says: the line, from 1, in the file as
    /// it was when the hunk's turn came.
    private(set) var places: [Hunk: Int] = [:]
    /// The first hunk that did not fit, named by the line that its header gives.
    private(set) var failedHunk: (file: String, line: Int)?
    private(set) var errors: [String] = []

    init(_ text: String) {
        self.text = text
        var file = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("Checking patch "), line.hasSuffix("...") {
                let names = line.dropFirst("Checking patch ".count).dropLast(3)
                // A rename is announced as "old => new".
                file = names.split(separator: " => ").last.map(String.init) ?? String(names)
            } else if line.hasPrefix("Hunk #") {
                let words = line.split(separator: " ")
                if words.count > 4, let number = Int(words[1].dropFirst()), words[2] == "succeeded",
                    let place = Int(words[4])
                {
                    places[Hunk(file: file, number: number)] = place
                }
            } else if line.hasPrefix("error: patch failed: ") {
                let place = line.dropFirst("error: patch failed: ".count)
                if let colon = place.lastIndex(of: ":"),
                    let number = Int(place[place.index(after: colon)...]), failedHunk == nil
                {
                    failedHunk = (String(place[..<colon]), number)
                }
            } else if line.hasPrefix("error: "), !line.hasPrefix("error: while searching for") {
                errors.append(String(line.dropFirst("error: ".count)))
            }
        }
    }
}

extension Patch.Hunk {
    /// The first line of the file that is not what the hunk expects, at the place where most of the
    /// hunk's lines are; nil if none of them is anywhere.
    func difference(from bytes: [UInt8]) -> String? {
        let expected = lines.filter { $0.change == .kept || $0.change == .removed }.map(\.bytes)
        let found = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard !expected.isEmpty, !found.isEmpty else { return nil }

        var best = (matches: 0, distance: Int.max, start: 0)
        for start in 0..<found.count {
            var matches = 0
            for (offset, line) in expected.enumerated()
            // A blank line or a brace says nothing about the place.
            where start + offset < found.count && line.count > 2
                && found[start + offset].elementsEqual(line)
            {
                matches += 1
            }
            let distance = abs(start - (oldStart - 1))
            if matches > best.matches || (matches == best.matches && distance < best.distance) {
                best = (matches, distance, start)
            }
        }
        guard best.matches > 0 else { return "none of the lines it expects are in the file" }
        for (offset, line) in expected.enumerated() {
            let number = best.start + offset
            guard number < found.count else { return "the file ends at line \(found.count)" }
            if !found[number].elementsEqual(line) {
                if found[number].lazy.filter({ !$0.isBlank }).elementsEqual(
                    line.lazy.filter { !$0.isBlank })
                {
                    return "line \(number + 1) differs in white space only from what the patch"
                        + " expects: tabs or blanks were changed on its way"
                }
                return "line \(number + 1) is \(Self.quoted(found[number])),"
                    + " the patch expects \(Self.quoted(line[...]))"
            }
        }
        return nil
    }

    private static func quoted(_ line: ArraySlice<UInt8>) -> String {
        let text = String(anyBytes: line.drop { $0.isBlank })
        guard !text.isEmpty else { return "blank" }
        return "'" + (text.count > 60 ? text.prefix(57) + "..." : text) + "'"
    }
}
