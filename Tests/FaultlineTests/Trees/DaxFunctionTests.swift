// SPDX-License-Identifier: GPL-2.0-only

// Which functions of fs/dax.c the scenarios of `check` run. Those that none of them runs are listed
// here, each with the reason: a function that is new in a tree, or that no scenario reaches any more,
// is told.

import Expectations
import Foundation
import Machine
import Testing
import VariantTesting

@testable import Exploration
@testable import Slices

@Suite struct DaxFunctionTests {
    /// Functions that no scenario runs, and why.
    static let notRun: [KernelTree: [String: String]] = {
        let references = [
            "dax_delete_mapping_entry": "truncation meets no entry: dax_break_layout() was there "
                + "first"
        ]
        return [.v612: [:], .v72: references]
    }()

    @Test(arguments: KernelTree.there.filter { DaxFunctionTests.notRun[$0] != nil })
    func everyFunctionRunsOrIsListed(_ tree: KernelTree) throws {
        let variants = try Variants()
        let kernel = try variants.builder.trees.tree(at: try tree.directory.path)
        let variant = try variants.builder.build([
            BuildRequest(name: "base", tree: kernel, patches: [])
        ])[0].get()
        let image = try KernelImage(contentsOf: variant.image)
        // One run of each is enough to enter a function; what waits for another task needs both.
        for scenario in Catalogue.scenarios
        where scenario.geometry.filesystem == .strict && image.supports(scenario) {
            image.run(scenario.run()) { _ in }
        }
        for scenario in ScenarioIndex.races
        where scenario.geometry.filesystem == .strict && image.supports(scenario) {
            for seed in 0..<10 {
                image.run(scenario.run(schedule: Schedule(policy: .random, seed: UInt64(seed)))) {
                    _ in
                }
            }
        }
        let functions = try FunctionsOfFile("fs/dax.c", of: variant, image)
        #expect(functions.count > 60, "\(functions.count): the map is not that of fs/dax.c")
        #expect(functions.notRun == Set(Self.notRun[tree]!.keys))
        try tree.noteTested()
    }
}
