// SPDX-License-Identifier: GPL-2.0-only

// Strategies on files: the orders that a strategy leaves out make no observable difference.

import Expectations
import Interleavings
import Machine
import OrderTesting
import Testing
import VariantTesting

@testable import Exploration

@Suite struct OrdersOnFilesTests {
    /// The slice with a patch that lets faults end what they begin, so that several of them can be
    /// made on the strict filesystem.
    private static let image = Result<KernelImage, any Error> {
        let variants = try Variants()
        let variant = try variants.builder.build(
            variants.tree, patches: variants.read(Shipped.option2.patches), named: "orders")
        return try KernelImage(contentsOf: variant.image)
    }

    private static func file(
        _ filesystem: Filesystem, _ operations: [Machine.Operation]
    ) -> Scenario {
        Scenario(
            name: "test", description: "test",
            geometry: Geometry(
                filesystem: filesystem, size: 3 * 4096,
                extents: [Extent(block: 0, count: 2, fill: 0x41)], mappedPages: 0..<8, skew: 0),
            operations: operations)
    }

    /// Two short operations of which all orders can be run.
    private static let shortPairs: [[Machine.Operation]] = [
        [.init(.unmap, at: 0, length: 4096), .init(.unmap, at: 0, length: 4096, task: 1)],
        [.init(.fsync, at: 0), .init(.unmap, at: 0, length: 4096, task: 1)],
        [.init(.fsync, at: 0), .init(.fsync, at: 0, task: 1)],
    ]

    @Test(arguments: Filesystem.allCases, shortPairs.indices)
    func whatIsLeftOutMakesNoDifference(filesystem: Filesystem, pair: Int) throws {
        let image = try Self.image.get()
        let setup = Machine.Operation(.writeFault, at: 100, length: 8, isSetup: true)
        let scenario = Self.file(filesystem, [setup] + Self.shortPairs[pair])
        let reduced = TriedOrders(scenario, by: DPOR(), image: image, fate)
        let all = TriedOrders(
            scenario, by: ExhaustiveOrders(), limit: 30_000, image: image, fate)
        #expect(reduced.worth.isComplete)
        #expect(all.ends.isSubset(of: reduced.ends))
        #expect(!all.worth.isComplete || all.ends == reduced.ends)
    }

    /// Pairs whose orders are too many for all of them to be run.
    private static let longPairs: [[Machine.Operation]] = [
        [
            .init(.writeFault, at: 8192, length: 8, fill: 1),
            .init(.writeFault, at: 8196, length: 8, fill: 2, task: 1),
        ],
        [
            .init(.readFault, at: 8192, length: 8),
            .init(.writeFault, at: 8200, length: 8, fill: 2, task: 1),
        ],
        [.init(.writeFault, at: 0, length: 8), .init(.truncate, at: 0, task: 1)],
        [.init(.writeFault, at: 0, length: 8), .init(.write, at: 0, length: 4096, task: 1)],
        [.init(.write, at: 12288, length: 4096), .init(.truncate, at: 100, task: 1)],
    ]

    @Test(arguments: Filesystem.allCases, longPairs.indices)
    func whatRandomOrdersFindTheReductionHasFound(filesystem: Filesystem, pair: Int) throws {
        let image = try Self.image.get()
        let scenario = Self.file(filesystem, Self.longPairs[pair])
        let reduced = TriedOrders(scenario, by: DPOR(), limit: 20_000, image: image, fate)
        let random = TriedOrders(
            scenario, by: RandomOrders(seed: 5), limit: 3_000, image: image, fate)
        let bounded = TriedOrders(
            scenario, by: BoundedOrders(preemptions: 2), limit: 3_000, image: image, fate)
        #expect(reduced.worth.isComplete && reduced.worth.diverged == 0)
        #expect(random.ends.isSubset(of: reduced.ends))
        #expect(bounded.ends.isSubset(of: reduced.ends))
        #expect(reduced.runs < 1000)
    }

    @Test func ofEveryRaceTheReductionHasFoundWhatOtherOrdersFind() throws {
        let image = try Self.image.get()
        for scenario in ConcurrentScenarios.scenarios
        where scenario.tasks == 2 && !image.leavesOut(scenario) {
            let reduced = TriedOrders(
                scenario, by: DPOR(), limit: 20_000, image: image, fate)
            let random = TriedOrders(
                scenario, by: RandomOrders(seed: 5), limit: 150, image: image, fate)
            let bounded = TriedOrders(
                scenario, by: BoundedOrders(preemptions: 2), limit: 150, image: image, fate)
            #expect(reduced.worth.isComplete && reduced.worth.diverged == 0, "\(scenario.name)")
            #expect(random.ends.isSubset(of: reduced.ends), "\(scenario.name)")
            #expect(bounded.ends.isSubset(of: reduced.ends), "\(scenario.name)")
        }
    }

    @Test func aScheduleThatWasFoundIsTheSameRunWithoutSteps() throws {
        let image = try Self.image.get()
        let scenario = Self.file(.ext2, Self.longPairs[1])
        var strategy = DPOR()
        var run = scenario.run()
        var count = 0
        while count < 200, strategy.next(&run) {
            count += 1
            let (end, choices) = image.run(run) { outcome -> (Int, [UInt8]) in
                strategy.learn(from: outcome)
                let finding = FoundRun(
                    outcome, scenario, [], RunOrdinal(scenario: 0, run: count))
                return (fate(outcome), finding.choices)
            }
            let again = scenario.run(schedule: Schedule(choices: choices))
            let same = image.run(again) { $0.diverged == 0 ? fate($0) : 0 }
            #expect(same == end)
        }
    }
}
