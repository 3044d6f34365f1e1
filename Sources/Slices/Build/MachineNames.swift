// SPDX-License-Identifier: GPL-2.0-only

// The names of the machine that a kernel does not know. The machine is linked into the image with the
// code that it judges, so a patch could declare any of its functions and variables and use them: to end
// a run early, to take back what was noted. Kernel code has the stub headers, and what they do not name
// it has no business with. Nor has it with more than what is included before a filesystem's files.

import System

/// Names that only the machine's own headers have, and the one by which this program calls it.
struct MachineNames {
    private let names: Set<String>

    /// - Parameter csrc: the C sources.
    init(in csrc: String) {
        func names(in directory: String, _ endings: [String]) -> Set<String> {
            var found: Set<String> = []
            for file in Disk.files(under: "\(csrc)/\(directory)")
            where endings.contains(where: { file.hasSuffix($0) }) {
                guard let bytes = try? Disk.read("\(csrc)/\(directory)/\(file)") else { continue }
                Self.collect(bytes, into: &found)
            }
            return found
        }
        let ours = ["machine", "filesystems/ext2", "include"].flatMap { names(in: $0, [".h"]) }
        self.names = Set(ours).subtracting(names(in: "stubs", [".h", ".c"]))
            .subtracting(
                SliceFilesystem.all.flatMap { filesystem in
                    names(
                        in: "filesystems/\(filesystem.name)",
                        filesystem.preludes.values.map(fileName))
                } + names(in: "filesystems", [SliceFilesystem.sharedPrelude]))
    }

    func contains(_ name: String) -> Bool { names.contains(name) }

    /// Every word that can be a name in C, comments and all: one that is there for nothing is no
    /// harm, because what is asked for is what an object refers to.
    private static func collect(_ bytes: [UInt8], into found: inout Set<String>) {
        let words = bytes.split { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                false
            default: true
            }
        }
        for word in words { found.insert(String(decoding: word, as: UTF8.self)) }
    }
}
