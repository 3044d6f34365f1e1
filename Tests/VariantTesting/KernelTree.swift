// SPDX-License-Identifier: GPL-2.0-only

// The kernel trees that tests run on. `Tests/trees` fetches them; `Tests/run` calls it, and says at
// the end which of them were judged. What cannot be had is skipped, with the reason.

import Expectations
import Exploration
import Foundation
import Machine
import Patches
import Slices
import Testing

/// A tree of Debian's packages.
package enum KernelTree: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case v510 = "5.10"
    case v61 = "6.1"
    case v612 = "6.12"
    case v72 = "7.2"
    case v73 = "7.3"

    package var testDescription: String { "linux-\(rawValue)" }

    /// Those that are there.
    package static let there = allCases.filter(\.isThere)
    /// ... whose ext2 has DAX,
    package static let withExt2 = there.filter(\.hasExt2)
    /// ... and those in which a mapping of a page is a reference to it, which have no such ext2.
    package static let withReferences = there.filter { !$0.hasExt2 }

    /// Whether DAX is asked of ext2, too.
    package var hasExt2: Bool {
        switch self {
        case .v510, .v61, .v612: true
        case .v72, .v73: false
        }
    }

    package var isThere: Bool { (try? place.get()) != nil }
    /// Why it is not there.
    package var reason: Comment {
        switch place {
        case .success: ""
        case .failure(let missing): "linux-\(rawValue): \(missing.reason)"
        }
    }
    /// Where it is.
    package var directory: URL { get throws { try place.get() } }

    package struct Missing: Error {
        package let reason: String
    }

    /// By the list that Tests/run has made, or where Tests/trees puts them.
    private var place: Result<URL, Missing> {
        let environment = ProcessInfo.processInfo.environment
        if let list = environment["FAULTLINE_TREE_LIST"],
            let text = try? String(contentsOfFile: list, encoding: .utf8)
        {
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ", maxSplits: 1).map(String.init)
                guard words.count == 2, words[0] == rawValue else { continue }
                return words[1].hasPrefix("- ")
                    ? .failure(Missing(reason: String(words[1].dropFirst(2))))
                    : .success(URL(filePath: words[1]))
            }
        }
        let trees = environment["FAULTLINE_TREES"] ?? "/var/tmp/faultline-trees-\(getuid())"
        let directory = URL(filePath: trees).appending(path: "linux-\(rawValue)")
        guard FileManager.default.fileExists(atPath: directory.path + "/Makefile") else {
            return .failure(Missing(reason: "not in \(trees): Tests/trees fetches it"))
        }
        return .success(directory)
    }

    /// For the closing lines of Tests/run.
    package func noteTested() throws {
        guard let path = ProcessInfo.processInfo.environment["FAULTLINE_TREES_TESTED"] else {
            return
        }
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\(rawValue)\n".utf8))
        try file.close()
    }

    /// A patch that puts lines before the first one that contains `landmark`, made from the tree's
    /// own file.
    package func inserting(_ lines: [String], before landmark: String, of file: String) throws
        -> String
    {
        let source = try directory.appending(path: file)
        return try MadePatch.inserting(lines, before: landmark, of: file, in: source)
    }

    /// ext2 looks at a fault as what it is: it has written nothing that could have to be undone.
    package func fix() throws -> String {
        try inserting(
            [
                "\t/* A fault holds the lock that trimming takes; it has nothing to trim. */",
                "\tif (flags & IOMAP_FAULT)", "\t\treturn 0;", "",
            ], before: "\tif (iomap->type == IOMAP_MAPPED &&", of: "fs/ext2/inode.c")
    }
}

/// A tree with DAX in ext2, as it ships and with the fix: built and judged once for all tests.
package struct JudgedTree: Sendable {
    package let base: VariantReport
    package let fixed: VariantReport
    /// Shared objects.
    package let baseImage: String
    package let fixedImage: String

    package static func of(_ tree: KernelTree) throws -> JudgedTree { try all[tree]!.get() }

    private static let all: [KernelTree: Result<JudgedTree, any Error>] = {
        var judged: [KernelTree: Result<JudgedTree, any Error>] = [:]
        for tree in KernelTree.withExt2 { judged[tree] = Result { try JudgedTree(tree) } }
        return judged
    }()

    private init(_ tree: KernelTree) throws {
        let variants = try Variants()
        let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
        let patch = try TemporaryDirectory.make().appending(path: "fix.patch")
        try Data(try tree.fix().utf8).write(to: patch)
        let fix = try Patch.read(
            patch.path, toolchain: variants.builder.toolchain, cache: variants.builder.cache)
        let requests = [
            BuildRequest(name: "base", tree: kernel, patches: []),
            BuildRequest(name: "fixed", tree: kernel, patches: fix),
        ]
        let report = try CheckSession(builder: variants.builder, pool: variants.pool)
            .check(requests)
        base = report.variants[0]
        fixed = report.variants[1]
        let built = try variants.builder.build(requests)
        baseImage = try built[0].get().image
        fixedImage = try built[1].get().image
        try tree.noteTested()
    }
}
