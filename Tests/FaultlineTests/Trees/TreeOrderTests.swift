// SPDX-License-Identifier: GPL-2.0-only

// The reduction on a kernel's own code, against every order: of races that are short enough for that,
// both come to the same ends. What a tree's code touches is told to the reduction by stubs that the
// embedded slice does not use, so that it is right there says nothing of it here.

import Expectations
import Interleavings
import Machine
import OrderTesting
import Testing
import VariantTesting

@testable import Exploration

@Suite struct TreeOrderTests {
    private static func scenario(
        _ filesystem: Filesystem, _ operations: [Machine.Operation]
    ) -> Scenario {
        let setup = Machine.Operation(.writeFault, at: 100, length: 8, isSetup: true)
        return Scenario(
            name: "test", description: "test",
            geometry: Geometry(
                filesystem: filesystem, size: 3 * 4096,
                extents: [Extent(block: 0, count: 2, fill: 0x41)], mappedPages: 0..<8, skew: 0),
            operations: [setup] + operations)
    }

    private static let short: [[Machine.Operation]] = [
        [.init(.unmap, at: 0, length: 4096), .init(.unmap, at: 0, length: 4096, task: 1)],
        [.init(.writeFault, at: 104, length: 8), .init(.unmap, at: 0, length: 4096, task: 1)],
        [.init(.read, at: 0, length: 8), .init(.writeFault, at: 0, length: 8, task: 1)],
        [.init(.fsync, at: 0), .init(.unmap, at: 0, length: 4096, task: 1)],
    ]

    @Test(arguments: KernelTree.withExt2, Filesystem.allCases)
    func shortRacesComeToTheSameInAllOrders(_ tree: KernelTree, filesystem: Filesystem) throws {
        let image = try KernelImage(contentsOf: try JudgedTree.of(tree).fixedImage)
        for operations in Self.short {
            let scenario = Self.scenario(filesystem, operations)
            let reduced = TriedOrders(scenario, by: DPOR(), image: image, fate)
            let all = TriedOrders(
                scenario, by: ExhaustiveOrders(), limit: 20_000, image: image, fate)
            let bounded = TriedOrders(
                scenario, by: BoundedOrders(preemptions: 64), limit: 20_000, image: image, fate)
            #expect(reduced.worth.isComplete && reduced.worth.diverged == 0)
            #expect(all.ends.isSubset(of: reduced.ends))
            #expect(bounded.ends.isSubset(of: reduced.ends))
            // Where all of them were run, the reduction has made nothing up either.
            #expect(!all.worth.isComplete || all.ends == reduced.ends)
            #expect(!bounded.worth.isComplete || bounded.ends == reduced.ends)
        }
    }

    /// Races of the catalogue, which are too long for all orders: other strategies find nothing that
    /// the reduction has not.
    @Test(arguments: KernelTree.withExt2)
    func whatOtherOrdersFindTheReductionHasFound(_ tree: KernelTree) throws {
        let image = try KernelImage(contentsOf: try JudgedTree.of(tree).fixedImage)
        let names = [
            "race/ext2/hole/write-fault+write-fault", "race/ext2/block/write-fault+truncate-to-0",
            "race/ext2/block/pfn-mkwrite+fsync", "race/ext2/hole/read-fault+overwrite",
            "race/strict/huge-block/pmd-read-fault+read-fault",
            "race/strict/huge-entry/pmd-read-fault+write-fault",
            "race/ext2/block/write-fault+freeze",
        ]
        for name in names {
            let scenario = try #require(ConcurrentScenarios.scenario(named: name))
            let reduced = TriedOrders(
                scenario, by: DPOR(), limit: 20_000, image: image, fate)
            let random = TriedOrders(
                scenario, by: RandomOrders(seed: 5), limit: 500, image: image, fate)
            let bounded = TriedOrders(
                scenario, by: BoundedOrders(preemptions: 2), limit: 500, image: image, fate)
            #expect(reduced.worth.isComplete && reduced.worth.diverged == 0, "\(name)")
            #expect(random.ends.isSubset(of: reduced.ends), "\(name)")
            #expect(bounded.ends.isSubset(of: reduced.ends), "\(name)")
        }
    }
}
