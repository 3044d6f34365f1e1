// SPDX-License-Identifier: GPL-2.0-only

// Files of the cache, each with a seal: a checksum of all that is before it. A file that a disk, a crash
// or a program has changed since is taken for one that is not there, and made again.
//
// What must hold: a changed byte anywhere in the file breaks the seal. It is no protection against
// somebody who writes a seal of his own: code under test does not reach the cache at all.
//
// A tool passes over what is behind the end of an object, so objects and images have seals like records.

import Glibc

/// Files that show whether they are what was written.
package enum SealedFile {
    private static let mark = Array("\nsealed ".utf8)
    private static let size = 8 + 16

    /// Writes a file that nobody else reads yet, and has it written to the disk.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        try Disk.write(bytes + seal(of: bytes), to: path, isSynced: true)
    }

    /// Seals a file that a tool has made, and has it written to the disk.
    package static func seal(_ path: String) throws {
        try write(try Disk.read(path), to: path)
    }

    /// What was written; nil if the file is not there, or is not what was written. Then it is removed.
    package static func read(_ path: String) -> [UInt8]? {
        guard Disk.exists(path) else { return nil }
        if let bytes = try? Disk.read(path), let contents = contents(of: bytes) { return contents }
        Disk.remove(path)
        return nil
    }

    /// Whether a file is there and is what was written. If it is not, it is removed.
    package static func isWhole(_ path: String) -> Bool { read(path) != nil }

    static func contents(of bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= size else { return nil }
        let contents = Array(bytes.dropLast(size))
        return seal(of: contents).elementsEqual(bytes.suffix(size)) ? contents : nil
    }

    private static func seal(of bytes: [UInt8]) -> [UInt8] {
        mark + withUnsafeBytes(of: checksum(bytes).littleEndian) { Array($0) }
    }

    /// FNV's steps, eight bytes in each. A step can be undone, so two contents that differ in one word
    /// have two checksums.
    package static func checksum(_ bytes: [UInt8]) -> UInt128 {
        let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b
        var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d ^ UInt128(bytes.count)
        bytes.withUnsafeBytes { buffer in
            let words = buffer.count / 8
            for index in 0..<words {
                let word = buffer.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
                state = (state ^ UInt128(UInt64(littleEndian: word))) &* prime
            }
            for byte in buffer[(words * 8)...] { state = (state ^ UInt128(byte)) &* prime }
        }
        return state
    }
}

/// Directories of the cache, with a list of the checksums of all files in them.
package enum SealedDirectory {
    /// Begins with a dot, so that it is none of the files.
    private static let list = "/.files"

    /// Writes the list. Nothing in the directory may change any more.
    package static func seal(_ directory: String) throws {
        let lines = try Disk.files(under: directory).map { file in
            "\(SealedFile.checksum(try Disk.read(directory + "/" + file))) \(file)\n"
        }
        try SealedFile.write(Array(lines.joined().utf8), to: directory + list)
    }

    /// Whether a directory is there and has in it what it had when it was sealed. If it has not, it is
    /// removed.
    package static func isWhole(_ directory: String) -> Bool {
        guard Disk.isDirectory(directory) else { return false }
        if let list = SealedFile.read(directory + list), hasFiles(list, in: directory) {
            return true
        }
        Disk.remove(directory)
        return false
    }

    private static func hasFiles(_ list: [UInt8], in directory: String) -> Bool {
        var files: [String] = []
        for line in String(anyBytes: list).split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard fields.count == 2, let bytes = try? Disk.read(directory + "/" + fields[1]),
                "\(SealedFile.checksum(bytes))" == fields[0]
            else { return false }
            files.append(fields[1])
        }
        return files == Disk.files(under: directory)
    }
}
