// SPDX-License-Identifier: GPL-2.0-only

// Where sources, cache and tools are found, and that the two lists of flags are one.

import System
import Testing

@testable import Slices

@Suite("Places")
struct PlacesTests {
    let fake = try! FakeHome()

    @Test func faultlineHomeComesFirst() throws {
        let found = try Checkout.find(
            environment: ["FAULTLINE_HOME": fake.home.root], executable: "/usr/bin/faultline",
            directory: "/")
        #expect(found == Checkout(root: try #require(realPath(fake.home.root))))
        let error = try #require(throws: QuestionError.self) {
            try Checkout.find(
                environment: ["FAULTLINE_HOME": "/usr"],
                executable: fake.home.root + "/.build/release/faultline", directory: fake.home.root)
        }
        #expect(error.description.contains("FAULTLINE_HOME is /usr"))
    }

    @Test("From the executable, then from the current directory")
    func withoutVariable() throws {
        let root = fake.home.root
        for (executable, directory) in [
            (root + "/.build/x86_64-unknown-linux-gnu/release/faultline", "/usr"),
            ("/usr/bin/faultline", root + "/csrc/kernel"), (nil, root),
        ] {
            #expect(
                try Checkout.find(environment: [:], executable: executable, directory: directory)
                    .root
                    == root)
        }
        try fake.write("", to: "prefix/share/faultline/csrc/include/faultline.h")
        #expect(
            try Checkout.find(
                environment: [:], executable: fake.directory + "/prefix/bin/faultline",
                directory: "/"
            ).root == fake.directory + "/prefix/share/faultline")
    }

    @Test func noHomeAnywhere() throws {
        let error = try #require(throws: QuestionError.self) {
            try Checkout.find(environment: [:], executable: "/usr/bin/x", directory: "/usr/lib")
        }
        #expect(error.kind == .home)
        for word in ["csrc/include/faultline.h", "/usr/bin", "/usr/lib", "FAULTLINE_HOME"] {
            #expect(error.description.contains(word), "\(error)")
        }
    }

    @Test func cacheDirectory() throws {
        func root(_ variables: [String: String]) throws -> String {
            try BuildCache.find(environment: variables, directory: "/here").root
        }
        let all = ["FAULTLINE_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"]
        #expect(try root(all) == "/a")
        #expect(try root(all.filter { $0.key != "FAULTLINE_CACHE" }) == "/b/faultline")
        #expect(try root(["HOME": "/c"]) == "/c/.cache/faultline")
        #expect(try root(["HOME": "/c", "XDG_CACHE_HOME": "relative"]) == "/c/.cache/faultline")
        #expect(try root(["FAULTLINE_CACHE": "mine"]) == "/here/mine")
        #expect(throws: QuestionError.self) { try root([:]) }
    }

    @Test func aCacheThatCannotBeMade() throws {
        let file = try fake.write("", to: "file")
        let builder = Builder(
            home: fake.home, toolchain: fake.toolchain, cache: BuildCache(root: file + "/cache"))
        let error = try #require(throws: QuestionError.self) {
            try builder.build(fake.tree, named: "base")
        }
        #expect(error.kind == .disk)
    }

    @Test func aMissingToolIsNamedWithItsRemedy() throws {
        let error = try #require(throws: QuestionError.self) {
            try Toolchain.find(environment: ["PATH": fake.directory])
        }
        #expect(error.kind == .toolchain)
        #expect(error.description.contains("clang is not found"))
        #expect(error.description.contains("apt install"))
        let inventory = Toolchain.inventory(environment: ["PATH": fake.directory])
        #expect(inventory.count == 4)
        #expect(inventory.allSatisfy { $0.path == nil && $0.version == nil })
    }

    @Test func everyToolHasAVersion() {
        for tool in Toolchain.inventory() {
            #expect(tool.version?.contains { $0.isNumber } == true, "\(tool)")
        }
    }

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
        let paths = manifest.components(after: ".headerSearchPath(\"", until: "\"").prefix(5)
        #expect(["include"] + paths == SliceFlags.headerDirectories)
    }

    @Test func machineFlagsAreTheSharedOnesWithoutInstrumentation() {
        let flags = SliceFlags.machine(csrc: "/csrc")
        #expect(!flags.contains { $0.contains("sanitize") || $0.contains("asan") })
        #expect(flags.count { $0 == "-mllvm" } == flags.count { $0.hasPrefix("-hotcold") })
        #expect(flags.contains("-O2") && flags.contains("-fno-omit-frame-pointer"))
    }

    /// Published values of 128-bit FNV-1a.
    @Test(
        arguments: [
            ("", "6c62272e07bb014262b821756295c58d"), ("a", "d228cb696f1a8caf78912b704e4a8964"),
            ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
        ])
    func contentHash(_ text: String, _ digest: String) {
        #expect(ContentHash.of(Array(text.utf8)) == digest)
    }
}

extension String {
    fileprivate func components(after start: String, until end: Character) -> [String] {
        ranges(of: start).map { String(self[$0.upperBound...].prefix { $0 != end }) }
    }
}
