// SPDX-License-Identifier: GPL-2.0-only

import Glibc
import System

/// All headers of a tree, to look up whether a name is in one of them.
struct TreeHeaders {
    private let tree: Tree
    private let toolchain: Toolchain

    init(of tree: Tree, toolchain: Toolchain) {
        self.tree = tree
        self.toolchain = toolchain
    }

    /// The directories in which a kernel declares what a filesystem calls.
    private static let directories = ["include", "arch/x86/include", "fs", "mm", "lib"]

    /// Whether a header has the word.
    func mention(_ name: String) throws -> Bool {
        if let rev = tree.rev {
            let repository = try Repository(tree.root, toolchain: toolchain)
            let done = try repository.git(
                ["grep", "-q", "-w", "-F", "-e", name, rev, "--"]
                    + Self.directories.map { "\($0)/*.h" })
            return done.status == 0
        }
        let wanted = Array(name.utf8)
        return Self.directories.map { tree.root + "/" + $0 }.contains { directory in
            Disk.files(under: directory).contains { file in
                file.hasSuffix(".h")
                    && (try? Disk.read("\(directory)/\(file)")).map { Self.has(wanted, in: $0) }
                        == true
            }
        }
    }

    private static func has(_ word: [UInt8], in bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty, !word.isEmpty else { return false }
        return bytes.withUnsafeBytes { text in
            var from = 0
            while from < text.count,
                let found = memchr(text.baseAddress! + from, Int32(word[0]), text.count - from)
            {
                let start = UnsafeRawPointer(found) - text.baseAddress!
                let end = start + word.count
                if end <= text.count, start == 0 || !text[start - 1].isWordCharacter,
                    memcmp(found, word, word.count) == 0,
                    end == text.count || !text[end].isWordCharacter
                {
                    return true
                }
                from = start + 1
            }
            return false
        }
    }
}
