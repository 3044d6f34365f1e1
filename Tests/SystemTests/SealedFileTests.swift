// SPDX-License-Identifier: GPL-2.0-only

// What was changed since it was written is not there.

import System
import TestSupport
import Testing

@Suite struct SealedFileTests: TemporaryFiles {
    let directory = Self.newPath()

    @Test func everyChangedByteBreaksTheSeal() throws {
        let path = try write("", to: "sealed")
        defer { Disk.remove(directory) }
        let contents = Array("a few words, of more than eight bytes".utf8)
        try SealedFile.write(contents, to: path)
        #expect(SealedFile.read(path) == contents)
        let whole = try Disk.read(path)
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 1
            try Disk.write(bytes, to: path)
            #expect(SealedFile.read(path) == nil, "byte \(index)")
            #expect(!Disk.exists(path))
        }
        for count in [0, 1, 23, whole.count - 1] {
            try Disk.write(Array(whole.prefix(count)), to: path)
            #expect(SealedFile.read(path) == nil, "\(count) bytes")
        }
        try Disk.write(whole + [0], to: path)
        #expect(SealedFile.read(path) == nil)
        #expect(SealedFile.read(directory + "/absent") == nil)
    }

    @Test func aFileMoreOrLessBreaksTheSealOfADirectory() throws {
        defer { Disk.remove(directory) }
        for change in ["change", "add", "remove", "none"] {
            for file in ["a.c", "b/c.h"] { try write("text of \(file)", to: "tree/\(file)") }
            let tree = directory + "/tree"
            try SealedDirectory.seal(tree)
            switch change {
            case "change": try write("text of a.h", to: "tree/a.c")
            case "add": try write("more", to: "tree/b/d.h")
            case "remove": Disk.remove(tree + "/b/c.h")
            default: break
            }
            #expect(SealedDirectory.isWhole(tree) == (change == "none"), "\(change)")
            #expect(Disk.isDirectory(tree) == (change == "none"))
        }
    }
}
