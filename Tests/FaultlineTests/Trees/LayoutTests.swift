// SPDX-License-Identifier: GPL-2.0-only

// What changes where the bytes of a file are, on each tree that has it: what must come first, and
// what must stay.

import Expectations
import Machine
import Testing
import VariantTesting

@testable import Exploration

@Suite struct LayoutTests {
    /// Runs a scenario of the catalogue; nothing where the tree lacks an operation of it.
    private func run(
        _ name: String, on tree: KernelTree, injections: [Injection] = [],
        _ body: (borrowing Outcome, Scenario) throws -> Void
    ) throws {
        let image = try tree.image
        let scenario = try #require(Catalogue.scenario(named: "strict/\(name)"))
        guard image.supports(scenario) else { return }
        try image.run(scenario.run(injections: injections)) { outcome in
            #expect(outcome.end == .finished, "\(name): \(outcome.message)")
            try body(outcome, scenario)
        }
    }

    @Test(arguments: KernelTree.there)
    func aStoreThroughMapSyncIsMappedWhenItsBlockIsCommitted(_ tree: KernelTree) throws {
        try run("layout-hole/write-fault/synchronous", on: tree) { outcome, _ in
            let ended = try #require(outcome.events.firstIndex { $0.kind == .endReturn })
            let committed = try #require(outcome.events.firstIndex { $0.kind == .metadataWrite })
            let mapped = try #require(
                outcome.events.firstIndex { $0.kind == .pteInsert && $0.arg2 != 0 })
            #expect(ended < committed && committed < mapped)
        }
    }

    @Test(arguments: KernelTree.there)
    func aStoreThroughMapSyncToWhatIsCommittedWaitsForNothing(_ tree: KernelTree) throws {
        try run("layout/write-fault/synchronous", on: tree) { outcome, _ in
            #expect(!outcome.events.contains { $0.kind == .metadataWrite })
        }
    }

    @Test(arguments: KernelTree.there)
    func aHoleTakesTheBlockAndLeavesTheSize(_ tree: KernelTree) throws {
        try run("layout/punch-page/after-write-fault", on: tree) { outcome, scenario in
            #expect(outcome.events.contains { $0.kind == .blockFree })
            #expect(!outcome.blocks.contains { $0.fileBlock == 0 })
            #expect(outcome.size == scenario.geometry.size)
        }
    }

    @Test(arguments: KernelTree.there)
    func aPageWhoseMediumFailedIsMappedNoMore(_ tree: KernelTree) throws {
        for name in ["memory-failure", "mapping-failure"] {
            try run("layout/\(name)/after-read-fault", on: tree) { outcome, _ in
                #expect(outcome.mappings.count == 0, "\(name)")
                #expect(outcome.results[outcome.results.count - 1].value == -Int64(Errno.efault))
            }
        }
    }

    @Test(arguments: KernelTree.there)
    func aStoreToASharedPageIsMadeInACopy(_ tree: KernelTree) throws {
        try run("layout-full/write-fault/shared", on: tree) { outcome, _ in
            let allocated = try #require(outcome.events.first { $0.kind == .blockAllocate })
            let block = try #require(outcome.blocks.first { $0.fileBlock == 0 })
            #expect(Int64(block.deviceBlock) == allocated.arg0)
            #expect(!outcome.events.contains { $0.kind == .blockFree })
        }
    }

    @Test(arguments: KernelTree.there)
    func equalPagesGetOneBlockAndOthersKeepTheirs(_ tree: KernelTree) throws {
        for (name, areEqual) in [
            ("layout-full/dedupe/fresh", true), ("layout-full/dedupe-others/fresh", false),
        ] {
            try run(name, on: tree) { outcome, _ in
                let first = try #require(outcome.blocks.first { $0.fileBlock == 0 })
                let second = try #require(outcome.blocks.first { $0.fileBlock == 1 })
                #expect((first.deviceBlock == second.deviceBlock) == areEqual)
                #expect(outcome.results[0].value == (areEqual ? 4096 : -Int64(Errno.ebade)))
            }
        }
    }

    @Test(arguments: KernelTree.there)
    func whatIsBehindARangeThatIsTakenOutMovesToTheFront(_ tree: KernelTree) throws {
        try run("layout-full/collapse-two/fresh", on: tree) { outcome, scenario in
            #expect(outcome.size == scenario.geometry.size - 2 * 4096)
            #expect(outcome.blocks.count == 3)
        }
    }

    @Test(arguments: KernelTree.there)
    func aWriteThatMustNotWaitGetsNoBlock(_ tree: KernelTree) throws {
        for (name, value) in [
            ("layout/write-nowait/fresh", 4096),
            ("layout-hole/write-nowait/fresh", -Int64(Errno.eagain)),
        ] {
            try run(name, on: tree) { outcome, _ in
                #expect(outcome.results[0].value == value)
                #expect(!outcome.events.contains { $0.kind == .blockAllocate })
            }
        }
    }

    @Test(arguments: KernelTree.there)
    func aReadOfNoBytesAsksForNone(_ tree: KernelTree) throws {
        try run("layout/read-nothing/fresh", on: tree) { outcome, _ in
            #expect(outcome.results[0].value == 0)
            #expect(!outcome.events.contains { $0.kind == .begin })
        }
    }

    @Test(arguments: KernelTree.there)
    func anInodeThatGoesWaitsForPins(_ tree: KernelTree) throws {
        try run("layout/evict/pinned", on: tree) { outcome, _ in
            let waits = try #require(outcome.events.firstIndex { $0.kind == .wait })
            let given = try #require(outcome.events[waits...].firstIndex { $0.kind == .pagePut })
            let gone = try #require(outcome.events.firstIndex { $0.kind == .indexDelete })
            #expect(given < gone)
        }
    }
}
