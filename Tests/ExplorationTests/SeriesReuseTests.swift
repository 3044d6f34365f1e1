// SPDX-License-Identifier: GPL-2.0-only

// In a series each patch is the next one's baseline: what one of them cannot change is known from the
// one before it, whether that made its runs itself or took them over.

import Patches
import Reporting
import Slices
import System
import Testing
import VariantTesting

@testable import Exploration

@Suite struct SeriesReuseTests {
    /// Two patches that each change a function which few scenarios enter.
    private static func series(_ variants: Variants) throws -> [BuildRequest] {
        let texts = [
            try MadePatch.inserting(
                ["\tif (offset + length < offset)", "\t\treturn -EIO;"], into: "ext2_iomap_end",
                of: "fs/ext2/inode.c"),
            try MadePatch.inserting(
                ["\tif (!vmf)", "\t\treturn VM_FAULT_SIGBUS;"], into: "dax_pfn_mkwrite"),
        ]
        let patches = try texts.enumerated().map { index, text in
            try Patch.parse(
                Array(text.utf8), name: "\(index + 1)", path: "\(index + 1).patch", subject: nil)
        }
        return patches.indices.map { index in
            BuildRequest(
                name: "patch \(index + 1)", tree: variants.tree,
                patches: Array(patches[...index]), below: index)
        }
    }

    /// A session with a cache that knows nothing.
    private static func makeSession(_ variants: Variants) throws -> CheckSession {
        let builder = Builder(
            Installation(
                checkout: variants.builder.checkout, toolchain: variants.builder.toolchain,
                cache: BuildCache(root: try TemporaryDirectory.make().path)))
        var session = CheckSession(builder: builder, pool: variants.pool)
        session.baseline = .unpatched
        return session
    }

    /// What is said of a variant, times aside.
    private static func text(_ variant: VariantReport, of report: Report) throws -> String {
        var variant = variant
        variant.seconds = 0
        variant.runsReused = 0
        return try ReportJSON.render(Report(tree: report.tree, variants: [variant]))
    }

    @Test func aPatchReusesWhatTheOneBeforeItTookOver() throws {
        let variants = try Variants()
        let requests = try Self.series(variants)
        var session = try Self.makeSession(variants)
        let together = try session.check(requests)
        #expect(together.variants.allSatisfy { $0.runsReused > 10_000 })

        // One after the other, as b4 asks.
        session = try Self.makeSession(variants)
        session.isOneOfSeries = true
        let apart = try requests.map { try session.check([$0]) }
        #expect(apart.allSatisfy { $0.variants[0].runsReused > 10_000 })

        session.reusesRuns = false
        let whole = try session.check(requests)
        for index in requests.indices {
            #expect(whole.variants[index].runsReused == 0)
            let said = try Self.text(whole.variants[index], of: whole)
            #expect(try Self.text(together.variants[index], of: together) == said)
            #expect(try Self.text(apart[index].variants[0], of: apart[index]) == said)
        }
    }

    /// Each of the two is what the other one is compared with.
    @Test func aPatchThatTakesBackTheOneBeforeItIsJudged() throws {
        let variants = try Variants()
        let first = try Self.series(variants)[0]
        let text = String(decoding: first.patches[0].text, as: UTF8.self)
        let reverse = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("+") && !line.hasPrefix("+++")
                ? "-" + line.dropFirst()
                : line.replacing(/^@@ -(\S+) \+(\S+) @@/) { "@@ -\($0.2) +\($0.1) @@" }
        }.joined(separator: "\n")
        let patch = try Patch.parse(
            Array(reverse.utf8), name: "2", path: "2.patch", subject: nil)
        let second = BuildRequest(
            name: "patch 2", tree: variants.tree, patches: first.patches + [patch], below: 1)
        let report = try Self.makeSession(variants).check([first, second])
        #expect(report.variants.allSatisfy { $0.outcome == .judged && $0.runs > 10_000 })
    }
}
