// SPDX-License-Identifier: GPL-2.0-only

// Where sources, cache and tools are found.

import TestSupport
import Testing

@testable import System

@Suite("Finding sources, cache and tools")
struct LocatingTests {
    let fake = try! FakeCheckout()

    @Test func theVariableComesFirst() throws {
        let found = try Checkout.find(
            environment: ["FAULTLINE_HOME": fake.checkout.root], executable: "/usr/bin/faultline",
            directory: "/")
        #expect(found == Checkout(root: try #require(realPath(fake.checkout.root))))
        let error = try #require(throws: QuestionError.self) {
            try Checkout.find(
                environment: ["FAULTLINE_HOME": "/usr"],
                executable: fake.checkout.root + "/.build/release/faultline",
                directory: fake.checkout.root)
        }
        #expect(error.description.contains("FAULTLINE_HOME is /usr"))
    }

    @Test("From the executable, then from the current directory")
    func withoutVariable() throws {
        let root = fake.checkout.root
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

    @Test func noSourcesAnywhere() throws {
        let error = try #require(throws: QuestionError.self) {
            try Checkout.find(environment: [:], executable: "/usr/bin/x", directory: "/usr/lib")
        }
        #expect(error.kind == .checkout)
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

    @Test func aMissingToolIsNamedWithItsRemedy() throws {
        let error = try #require(throws: QuestionError.self) {
            try Toolchain.find(environment: ["PATH": fake.directory])
        }
        #expect(error.kind == .toolchain)
        #expect(error.description.contains("clang is not found"))
        #expect(error.description.contains("apt install"))
        let inventory = Toolchain.inventory(environment: ["PATH": fake.directory])
        #expect(inventory.map(\.name) == ["clang", "ld.lld", "git", "llvm-symbolizer"])
        #expect(inventory.allSatisfy { $0.path == nil && $0.version == nil })
    }

    @Test func everyToolHasAVersion() {
        for tool in Toolchain.inventory() {
            #expect(tool.version?.contains { $0.isNumber } == true, "\(tool)")
        }
    }
}
