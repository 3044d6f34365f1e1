// SPDX-License-Identifier: GPL-2.0-only

// The flags of a variant and those of Package.swift are the same.

import System
import Testing

@testable import Slices

@Suite("Flags")
struct SliceFlagsTests {
    @Test("Variants are compiled as Package.swift compiles the working copy")
    func flags() throws {
        let package =
            directoryName(directoryName(directoryName(realPath(#filePath)!))) + "/Package.swift"
        let manifest = String(decoding: try Disk.read(package), as: UTF8.self)
        let start = try #require(manifest.firstRange(of: "let sliceFlags = ["))
        let list = manifest[start.upperBound...].prefix { $0 != "]" }
        let flags = list.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
            .map { String($0.element).replacing("\\(Context.packageDirectory)", with: "") }
        #expect(flags == SliceFlags.shared(csrc: "/csrc"))
        let paths = manifest.components(after: ".headerSearchPath(\"", until: "\"").prefix(6)
        #expect(["include"] + paths == SliceFlags.headerDirectories)
    }

    @Test func machineFlagsAreTheSharedOnesWithoutInstrumentation() {
        let flags = SliceFlags.machine(csrc: "/csrc")
        #expect(!flags.contains { $0.contains("sanitize") || $0.contains("asan") })
        #expect(flags.count { $0 == "-mllvm" } == flags.count { $0.hasPrefix("-hotcold") })
        #expect(flags.contains("-O2") && flags.contains("-fno-omit-frame-pointer"))
    }
}

extension String {
    fileprivate func components(after start: String, until end: Character) -> [String] {
        ranges(of: start).map { String(self[$0.upperBound...].prefix { $0 != end }) }
    }
}
