// SPDX-License-Identifier: GPL-2.0-only

// The coverage map of real slices, every line of it, held against llvm-cov: what is said of an
// added line has to be true of any line.

import Expectations
import Foundation
import Machine
import System
import Testing
import VariantTesting

@testable import Exploration
@testable import Slices

@Suite struct CoverageMapTests {
    /// Runs scenarios in this process and asks both which lines ran.
    private func expectAgreement(_ request: BuildRequest, files: [String]) throws {
        let variants = try Variants()
        let variant = try variants.builder.build([request])[0].get()
        let image = try KernelImage(contentsOf: variant.image)
        for scenario in Catalogue.scenarios.prefix(600) where image.supports(scenario) {
            image.run(scenario.run()) { _ in }
        }
        let map = try #require(CoverageMap(image: try Disk.read(variant.image)))
        let profile = try TemporaryDirectory.make().appending(path: "profile").path
        // Other tests may run the same image: both are of one moment.
        let counters = try KernelImage.betweenRuns {
            try image.writeProfile(to: profile)
            return Counters(of: map.functions, in: image)
        }
        let counts = try LineCounts(in: profile, variant, variants.builder.toolchain)
        var lines = 0
        var ran = 0
        for file in files {
            let functions = map.functions.map { $0.filter { $0.file == file } }
                .filter { !$0.isEmpty }
            let length = try Disk.read(variant.sources + "/" + file).count { $0 == 0x0a }
            for line in 1...length {
                let sums = functions.compactMap { CoverageMap.sums(at: line, in: $0) }
                let hasRun =
                    sums.isEmpty ? nil : sums.joined().contains { counters.value(of: $0) > 0 }
                let expected = counts[file, line].map { $0 > 0 }
                #expect(hasRun == expected, "\(file):\(line) of \(variant.name)")
                lines += expected == nil ? 0 : 1
                ran += expected == true ? 1 : 0
            }
        }
        #expect(ran > 100 && lines > ran, "\(ran) of \(lines) lines ran: that tests nothing")
    }

    @Test(arguments: [Shipped.option2, .merged])
    func theEmbeddedSlice(_ shipped: Shipped) throws {
        let variants = try Variants()
        try expectAgreement(
            BuildRequest(
                name: shipped.rawValue, tree: variants.tree,
                patches: try variants.read(shipped.patches)),
            files: ["fs/dax.c", "fs/iomap.c", "fs/ext2/inode.c", "fs/ext2/file.c"])
    }

    @Test(arguments: KernelTree.withExt2)
    func aKernelTree(_ tree: KernelTree) throws {
        let variants = try Variants()
        try expectAgreement(
            BuildRequest(
                name: "base",
                tree: try variants.builder.trees.tree(at: try tree.directory.path), patches: []),
            files: ["fs/dax.c", "fs/ext2/inode.c", "fs/ext2/file.c"])
        try tree.noteTested()
    }
}

/// What the counters were at one moment.
private struct Counters {
    private var values: [Int: UInt64] = [:]

    init(of functions: [CoverageMap.Function], in image: KernelImage) {
        let places = Array(Set(functions.joined().flatMap(\.sum.keys)))
        var counts = [UInt64](repeating: 0, count: places.count)
        image.readProfileCounters(places, into: &counts)
        values = Dictionary(uniqueKeysWithValues: zip(places, counts))
    }

    func value(of sum: [Int: Int]) -> Int {
        sum.reduce(0) { $0 + Int(values[$1.key] ?? 0) * $1.value }
    }
}

/// How often each line ran, by LLVM's own tools.
private struct LineCounts {
    private var counts: [String: [Int: Int]] = [:]

    init(in profile: String, _ variant: Variant, _ toolchain: Toolchain) throws {
        let directory = URL(filePath: toolchain.clang).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        func run(_ tool: String, _ arguments: [String]) throws -> String {
            let run = try Tool(name: directory.appending(path: tool).path).run(arguments)
            try #require(run.status == 0, "\(run.text)")
            return run.text
        }
        _ = try run("llvm-profdata", ["merge", "-sparse", profile, "-o", profile + ".merged"])
        let lcov = try run(
            "llvm-cov",
            ["export", "-format=lcov", "-instr-profile", profile + ".merged", variant.image])
        var file = ""
        for line in lcov.split(separator: "\n") {
            if line.hasPrefix("SF:") {
                file = normalizedPath(String(line.dropFirst(3)))
            } else if line.hasPrefix("DA:") {
                let numbers = line.dropFirst(3).split(separator: ",").compactMap { Int($0) }
                counts[file, default: [:]][numbers[0], default: 0] += numbers[1]
            }
        }
    }

    /// Nil: no code at this line.
    subscript(file: String, line: Int) -> Int? { counts[file]?[line] }
}
