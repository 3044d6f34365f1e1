// SPDX-License-Identifier: GPL-2.0-only

// The header lines above a file's hunks: which file it is, and what the patch does to it.
//
// What must hold: whatever would reach out of the tree, or make anything but a plain file, is refused
// here, before anything is written. Only header lines can ask for that.

import System

/// What stands above the hunks of one file.
struct FileHeader {
    /// Whether there was a `diff --git` line.
    let isGit: Bool
    /// Whether there were `---` and `+++` lines.
    private(set) var hasNames = false

    private let line: Int
    /// Paths as the patch has them, with `a/` and `b/`; nil for /dev/null.
    private var old: String?
    private var new: String?
    private var isCreation = false
    private var isDeletion = false
    private var isCopy = false
    /// `rename from` and the like have no prefix to take off.
    private var movedFrom: String?
    private var movedTo: String?

    /// The header of a diff that has only `---` and `+++`.
    init(line: Int) {
        isGit = false
        self.line = line
    }

    /// `diff --git a/fs/dax.c b/fs/dax.c`.
    init(gitHeader text: ArraySlice<UInt8>, at location: PatchLocation) throws {
        isGit = true
        line = location.line
        let names = text.dropFirst("diff --git ".utf8.count)
        guard let (old, new) = Self.names(names) else {
            // Names with blanks that differ: the lines below have them.
            return
        }
        self.old = old
        self.new = new
    }

    /// The name to print, before it is known whether the name is allowed.
    var displayName: String? {
        (movedTo ?? new ?? old).map { name in
            movedTo != nil ? name : Self.withoutPrefix(name) ?? name
        }
    }

    // MARK: - Lines

    /// Takes one of git's lines between `diff --git` and `---`.
    ///
    /// - Returns: false if it is none of them.
    mutating func take(_ line: ArraySlice<UInt8>, at location: PatchLocation) throws -> Bool {
        if line.starts(with: "GIT binary patch")
            || (line.starts(with: "Binary files ") && line.ends(with: " differ"))
        {
            throw refusal("is a binary diff", location)
        }
        let words = String(anyBytes: line).split(separator: " ")
        func value(after count: Int) -> String {
            let rest = line.drop { $0 == UInt8(ascii: " ") }
            let start = words.prefix(count).reduce(0) { $0 + $1.utf8.count + 1 }
            return Self.unquoted(rest.dropFirst(start)) ?? ""
        }
        switch words.prefix(3).joined(separator: " ") {
        case let words where words.hasPrefix("new file mode"):
            isCreation = true
            try checkMode(value(after: 3), location)
        case let words where words.hasPrefix("deleted file mode"):
            isDeletion = true
            try checkMode(value(after: 3), location)
        case let words where words.hasPrefix("old mode") || words.hasPrefix("new mode"):
            try checkMode(value(after: 2), location)
        case let words where words.hasPrefix("index "):
            if let mode = String(anyBytes: line).split(separator: " ").dropFirst(2).first {
                try checkMode(String(mode), location)
            }
        case let words where words.hasPrefix("rename from") || words.hasPrefix("copy from"):
            movedFrom = value(after: 2)
            isCopy = words.hasPrefix("copy")
        case let words where words.hasPrefix("rename to") || words.hasPrefix("copy to"):
            movedTo = value(after: 2)
        case let words where words.hasPrefix("similarity index"): break
        case let words where words.hasPrefix("dissimilarity index"): break
        default: return false
        }
        return true
    }

    /// Takes the lines `--- a/…` and `+++ b/…`.
    mutating func takeNames(
        old: ArraySlice<UInt8>, new: ArraySlice<UInt8>, at location: PatchLocation
    ) throws {
        hasNames = true
        self.old = Self.name(old.dropFirst(4))
        self.new = Self.name(new.dropFirst(4))
        if self.old == "/dev/null" {
            (self.old, isCreation) = (nil, true)
        }
        if self.new == "/dev/null" {
            (self.new, isDeletion) = (nil, true)
        }
        guard self.old != nil || self.new != nil else {
            throw refusal("names /dev/null on both sides", location)
        }
    }

    // MARK: - The file

    /// The file with its hunks; nil if nothing in it changes (a change of mode alone).
    func fileDiff(hunks: [Patch.Hunk], patch: String) throws -> Patch.FileDiff? {
        let location = PatchLocation(patch: patch, line: line)
        var oldPath =
            try movedFrom.map { try checked($0, location) }
            ?? old.map { try checkedPrefixed($0, location) }
        var newPath =
            try movedTo.map { try checked($0, location) }
            ?? new.map { try checkedPrefixed($0, location) }
        guard !(isCreation && isDeletion) else {
            throw refusal("is created and deleted at once", location)
        }
        if isCreation {
            oldPath = nil
            guard hunks.allSatisfy({ $0.oldCount == 0 }) else {
                throw refusal("is created from /dev/null, yet lines of it are removed", location)
            }
        }
        if isDeletion {
            newPath = nil
            guard hunks.allSatisfy({ $0.newCount == 0 }) else {
                throw refusal("is deleted, yet lines of it are kept", location)
            }
        }
        guard oldPath != nil || newPath != nil else {
            throw QuestionError(
                .unreadable, patch: patch, patchLine: line, reason: "the file is not named")
        }
        if let oldPath, let newPath, oldPath != newPath, movedFrom == nil || movedTo == nil {
            throw refusal(
                "is \(oldPath) before and \(newPath) after, without a rename that says so", location
            )
        }
        if hunks.isEmpty && !isCreation && !isDeletion && oldPath == newPath { return nil }
        return Patch.FileDiff(
            oldPath: oldPath, newPath: newPath, isCopy: isCopy, hunks: hunks, line: line)
    }

    // MARK: - Refusals

    private func checkMode(_ mode: String, _ location: PatchLocation) throws {
        switch mode {
        case "120000": throw refusal("is a symbolic link (mode 120000)", location)
        case "160000": throw refusal("is a submodule (mode 160000)", location)
        case "100644", "100755", "100664": return
        default: throw refusal("has mode \(mode), which is no plain file", location)
        }
    }

    private func checkedPrefixed(_ path: String, _ location: PatchLocation) throws -> String {
        guard !path.hasPrefix("/") else {
            throw refusal("is an absolute path", location, name: path)
        }
        // Before the prefix goes: `../x` must not become `x`.
        try checkComponents(path, location)
        guard let rest = Self.withoutPrefix(path) else {
            throw unprefixed(path, location)
        }
        // No tool but svn, and git without prefixes, has one name on both sides.
        if path == old, path == new, !path.hasPrefix("a/"), !path.hasPrefix("b/") {
            throw unprefixed(path, location)
        }
        return rest
    }

    private func unprefixed(_ path: String, _ location: PatchLocation) -> QuestionError {
        QuestionError(
            .unreadable, patch: location.patch, patchLine: location.line, file: path,
            reason: "has no directory in front, as svn and `git diff --no-prefix` leave it out: "
                + "paths are expected as a/\(path) and b/\(path)")
    }

    private func checked(_ path: String, _ location: PatchLocation) throws -> String {
        guard !path.hasPrefix("/") else {
            throw refusal("is an absolute path", location, name: path)
        }
        try checkComponents(path, location)
        return path
    }

    private func checkComponents(_ path: String, _ location: PatchLocation) throws {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains("..") else {
            throw refusal("leaves the tree", location, name: path)
        }
        guard !path.isEmpty, !parts.contains(""), !parts.contains("."),
            !parts.contains(where: { $0.lowercased() == ".git" }),
            path.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else { throw refusal("is not a path that a kernel tree has", location, name: path) }
    }

    private func refusal(
        _ reason: String, _ location: PatchLocation, name: String? = nil
    ) -> QuestionError {
        QuestionError(
            .refused, patch: location.patch, patchLine: location.line, file: name ?? displayName,
            reason: reason)
    }

    // MARK: - Names

    /// Both names of a `diff --git` line; nil if nothing shows where the first one ends.
    private static func names(_ text: ArraySlice<UInt8>) -> (String, String)? {
        if text.first == UInt8(ascii: "\"") {
            guard let end = quotationEnd(text), let old = unquoted(text[...end]),
                let new = unquoted(text[text.index(after: end)...].dropFirst())
            else { return nil }
            return (old, new)
        }
        // Unquoted: without a rename both are the same but for the first directory, so the blank
        // between them is in the middle.
        let middle = text.startIndex + text.count / 2
        if text.count % 2 == 1, text[middle] == UInt8(ascii: " ") {
            return (String(anyBytes: text[..<middle]), String(anyBytes: text[(middle + 1)...]))
        }
        let words = text.split(separator: UInt8(ascii: " "))
        guard words.count == 2 else { return nil }
        return unquoted(words[1]).map { (String(anyBytes: words[0]), $0) }
    }

    /// A name of `---` or `+++`: to the first tab, after which diff puts a time.
    private static func name(_ text: ArraySlice<UInt8>) -> String? {
        if text.first == UInt8(ascii: "\"") { return unquoted(text) }
        var name = text.prefix { $0 != UInt8(ascii: "\t") }
        while name.last == UInt8(ascii: " ") { name = name.dropLast() }
        return String(anyBytes: name)
    }

    /// The name without its first directory; nil if it has none.
    private static func withoutPrefix(_ path: String) -> String? {
        guard let slash = path.firstIndex(of: "/") else { return nil }
        return String(path[path.index(after: slash)...])
    }

    private static func quotationEnd(_ text: ArraySlice<UInt8>) -> Int? {
        var index = text.startIndex + 1
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "\\") {
                index += 1
            } else if text[index] == UInt8(ascii: "\"") {
                return index
            }
            index += 1
        }
        return nil
    }

    /// A name as it is, or as git quotes it: in C's way, bytes above ASCII in octal.
    private static func unquoted(_ text: ArraySlice<UInt8>) -> String? {
        guard text.first == UInt8(ascii: "\"") else { return String(anyBytes: text) }
        guard let end = quotationEnd(text) else { return nil }
        var bytes: [UInt8] = []
        var index = text.startIndex + 1
        while index < end {
            var byte = text[index]
            index += 1
            if byte == UInt8(ascii: "\\"), index < end {
                byte = text[index]
                index += 1
                if (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) {
                    var value = UInt32(byte & 7)
                    for _ in 0..<2
                    where index < end
                        && (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(text[index])
                    {
                        value = value << 3 | UInt32(text[index] & 7)
                        index += 1
                    }
                    byte = UInt8(truncatingIfNeeded: value)
                } else {
                    let escapes: [UInt8: UInt8] = [
                        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9,
                        UInt8(ascii: "n"): 10, UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12,
                        UInt8(ascii: "r"): 13,
                    ]
                    byte = escapes[byte] ?? byte
                }
            }
            bytes.append(byte)
        }
        return String(anyBytes: bytes)
    }
}
