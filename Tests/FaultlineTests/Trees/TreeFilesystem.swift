// SPDX-License-Identifier: GPL-2.0-only

// What is asked of every filesystem whose files are taken from a tree when somebody asks for it: the trees as
// they are under every expectation, seeded bugs, and which functions no run enters.

import Expectations
import Foundation
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration

/// A filesystem that trees have and no check is about by itself.
struct TreeFilesystem {
    let filesystem: Filesystem
    let slice: SliceFilesystem

    init(_ filesystem: Filesystem) {
        self.filesystem = filesystem
        slice = SliceFilesystem.named(filesystem.name)!
    }

    var trees: [KernelTree] { KernelTree.there(with: slice) }
    var seeds: [TreeSeed] { TreeSeed.all(in: filesystem.name) }

    // MARK: - A check

    typealias Reports = [KernelTree: Result<VariantReport, any Error>]

    /// The oldest tree and the newest have this filesystem alone, the others all side by side: each way is a
    /// slice of its own.
    private func slices(of tree: KernelTree) -> [SliceFilesystem] {
        [.v61, .v73].contains(tree) ? [slice] : SliceFilesystem.all
    }

    func variants(of tree: KernelTree) throws -> Variants {
        try Variants(filesystems: slices(of: tree))
    }

    private func session(_ variants: Variants) -> CheckSession {
        var session = CheckSession(builder: variants.builder, pool: variants.pool)
        session.filter.scope = CheckScope([filesystem])
        return session
    }

    /// All trees as they are.
    func judged() -> Reports {
        Dictionary(
            uniqueKeysWithValues: trees.map { tree in
                let report = Result {
                    let variants = try variants(of: tree)
                    let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
                    let base = BuildRequest(name: "base", tree: kernel, patches: [])
                    return try session(variants).check([base]).variants[0]
                }
                return (tree, report)
            })
    }

    /// A tree breaks nothing that is not on record.
    func expectNothingFails(_ report: VariantReport) {
        #expect(report.harnessErrors.isEmpty, "\(report.harnessErrors.map(\.sentence))")
        for verdict in report.verdicts {
            let name = verdict.expectation.name
            let story = verdict.witness?.text(for: verdict.expectation)
            #expect(verdict.verdict != .fail, "\(name)\n\(story ?? "")")
        }
    }

    /// Each seed in a tree breaks the rule that it names, which the tree keeps.
    func expectSeedsAreNoticed(in tree: KernelTree, _ base: VariantReport) throws {
        let variants = try variants(of: tree)
        let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
        let requests = try seeds.map {
            BuildRequest(name: $0.name, tree: kernel, patches: try $0.patches(for: tree, variants))
        }
        var broken = try firstBroken(by: requests, variants)
        // What no run breaks may be broken by all of them, as an order of locks is.
        let rest = zip(seeds, requests).filter { seed, _ in
            broken[seed.name]?.contains(seed.fails) != true
        }
        let report = rest.isEmpty ? nil : try session(variants).check(rest.map(\.1))
        for variant in report?.variants ?? [] {
            broken[variant.name] =
                variant.verdicts.filter { $0.verdict == .fail }.map(\.expectation.name)
        }
        for seed in seeds {
            let names = broken[seed.name] ?? []
            #expect(
                names.contains(seed.fails),
                "\(seed.name) must break \(seed.fails); it breaks \(names.joined(separator: ", "))"
            )
            #expect(
                base.verdict(of: seed.fails).verdict != .fail,
                "it fails without the seed, so it proves nothing")
        }
    }

    /// What each seed breaks by the scenario that breaks the rule it names: whether there is one is known in
    /// a part of the time that all take.
    private func firstBroken(
        by requests: [BuildRequest], _ variants: Variants
    ) throws -> [String: [String]] {
        let images = try variants.builder.build(requests).map { try $0.get().image }
        let scenarios = session(variants).filter.only(with: .standard)
        let states = try variants.pool.run(
            zip(seeds, images).map { seed, image in
                CheckJob(
                    image: .file(image), shard: .whole, orders: .standard, only: scenarios,
                    until: try #require(Expectations.named(seed.fails)).index)
            })
        var broken: [String: [String]] = [:]
        for (seed, state) in zip(seeds, states) {
            let lines = state.results.last?.lines ?? []
            broken[seed.name] =
                zip(Expectations.all, lines).filter { $1.failures > 0 }.map(\.0.name)
        }
        return broken
    }

    /// Where nobody asks for it, and no patch changes it, nothing of it is there.
    func expectNothingUnlessAsked(_ tree: KernelTree) throws {
        let path = try tree.directory.path
        let plain = try Variants().builder.trees.tree(at: path)
        let asked = try variants(of: tree).builder.trees.tree(at: path)
        #expect(plain.digest != asked.digest)
        #expect(try !tree.image.supports(.read, on: filesystem))
        #expect(
            !ScenarioIndex.places(nil, with: .standard).contains {
                ScenarioIndex.scenario(at: $0).geometry.filesystem == filesystem
            })
    }

    // MARK: - What runs

    /// The functions of a file that its scenarios enter, the races in some orders.
    func functions(of file: String, in tree: KernelTree) throws -> FunctionsOfFile {
        let built = try tree.built(with: slices(of: tree))
        let image = built.image
        for scenario in FilesystemScenarios.all
        where scenario.geometry.filesystem == filesystem && image.supports(scenario) {
            image.run(scenario.run()) { _ in }
            for seed in 0..<(scenario.tasks > 1 ? 60 : 0) {
                image.run(scenario.run(schedule: Schedule(policy: .random, seed: UInt64(seed)))) {
                    _ in
                }
            }
        }
        return try FunctionsOfFile(file, of: built.variant, image)
    }
}
