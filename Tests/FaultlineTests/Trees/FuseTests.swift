// SPDX-License-Identifier: GPL-2.0-only

// virtiofs: the trees' own fs/fuse/dax.c under every expectation, in a window of few ranges, with each
// request to the server failing; and seeded bugs in it. Without --fs fuse nothing of it is there.

import Expectations
import Foundation
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration

@Suite struct FuseTests {
    /// A tree that was fetched before this was tested lacks the files.
    static let trees: [KernelTree] = KernelTree.there.filter { tree in
        guard tree != .v510, let directory = try? tree.directory else { return false }
        return FileManager.default.fileExists(
            atPath: directory.appending(path: "fs/fuse/dax.c").path)
    }
    static let seeds = TreeSeed.all(in: "fuse")

    @Test(arguments: trees) func linuxIsJudged(_ tree: KernelTree) throws {
        let report = try Self.judged(tree)
        #expect(report.runs > 10_000)
        #expect(report.harnessErrors.isEmpty, "\(report.harnessErrors.map(\.sentence))")
        for verdict in report.verdicts {
            let name = verdict.expectation.name
            let story = verdict.witness?.text(for: verdict.expectation)
            #expect(verdict.verdict != .fail, "\(name)\n\(story ?? "")")
        }
    }

    /// What a rule says of a run that no scenario makes is worth nothing.
    @Test(arguments: trees) func theRulesThatMatterApply(_ tree: KernelTree) throws {
        let report = try Self.judged(tree)
        for name in [
            "no-self-deadlock", "no-deadlock", "locks-released", "begin-end-balanced",
            "fault-code", "error-kept", "error-has-cause", "data-intact", "no-leak", "no-warning",
        ] {
            #expect(report.verdict(of: name).runs > 0, "\(name)")
        }
    }

    @Test func thereAreEnoughSeeds() {
        #expect(Self.seeds.count >= 8)
        #expect(Set(Self.seeds.map(\.fails)).isSubset(of: Set(Expectations.all.map(\.name))))
    }

    @Test(.enabled(if: trees.contains(.v72), KernelTree.v72.reason))
    func seedsAreNoticed() throws {
        let variants = try Self.variants()
        let kernel = try variants.builder.trees.tree(at: try KernelTree.v72.directory.path)
        let requests = try Self.seeds.map {
            BuildRequest(
                name: $0.name, tree: kernel, patches: try $0.patches(for: .v72, variants))
        }
        let report = try Self.session(variants).check(requests)
        let base = try Self.judged(.v72)
        for (seed, variant) in zip(Self.seeds, report.variants) {
            let broken = variant.verdicts.filter { $0.verdict == .fail }.map(\.expectation.name)
            #expect(
                broken.contains(seed.fails),
                "\(seed.name) must break \(seed.fails); it breaks \(broken.joined(separator: ", "))"
            )
            #expect(
                base.verdict(of: seed.fails).verdict != .fail,
                "it fails without the seed, so it proves nothing")
        }
    }

    @Test(arguments: trees) func aTreeHasNothingOfItUnlessAsked(_ tree: KernelTree) throws {
        let path = try tree.directory.path
        let plain = try Variants().builder.trees.tree(at: path)
        let asked = try Self.variants().builder.trees.tree(at: path)
        #expect(plain.digest != asked.digest)
        let image = try KernelImage(
            contentsOf: Variants().builder.build(plain, named: "base").image)
        #expect(!image.supports(.read, on: .fuse))
        #expect(
            !ScenarioIndex.places(nil, with: .standard).contains {
                ScenarioIndex.scenario(at: $0).geometry.filesystem == .fuse
            })
    }

    // MARK: - Judged once for all tests

    private static func variants() throws -> Variants {
        try Variants(filesystems: [try #require(SliceFilesystem.named("fuse"))])
    }

    private static func session(_ variants: Variants) -> CheckSession {
        var session = CheckSession(builder: variants.builder, pool: variants.pool)
        session.filter.scenarios = ScenarioIndex.places(on: .fuse, with: session.orders)
        session.filter.scenarioWords = "scenarios on fuse"
        return session
    }

    private static func judged(_ tree: KernelTree) throws -> VariantReport {
        try reports[tree]!.get()
    }

    private static let reports: [KernelTree: Result<VariantReport, any Error>] = {
        var reports: [KernelTree: Result<VariantReport, any Error>] = [:]
        for tree in trees {
            reports[tree] = Result {
                let variants = try variants()
                let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
                let base = BuildRequest(name: "base", tree: kernel, patches: [])
                return try session(variants).check([base]).variants[0]
            }
        }
        return reports
    }()
}
