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

    func variants() throws -> Variants { try Variants(filesystems: [slice]) }

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
                    let variants = try variants()
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
        let variants = try variants()
        let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
        let requests = try seeds.map {
            BuildRequest(name: $0.name, tree: kernel, patches: try $0.patches(for: tree, variants))
        }
        let report = try session(variants).check(requests)
        for (seed, variant) in zip(seeds, report.variants) {
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

    /// Where nobody asks for it, and no patch changes it, nothing of it is there.
    func expectNothingUnlessAsked(_ tree: KernelTree) throws {
        let path = try tree.directory.path
        let plain = try Variants().builder.trees.tree(at: path)
        let asked = try variants().builder.trees.tree(at: path)
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
        let built = try tree.withFilesystems
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
