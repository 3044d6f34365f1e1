// SPDX-License-Identifier: GPL-2.0-only

// The embedded slice is a re-creation. How true it is can be seen: with what was merged in 4.10
// applied, it does what a kernel that ships does, scenario by scenario, but for a list of
// differences that each have their reason.

import Comparison
import Expectations
import Foundation
import Machine
import Testing
import VariantTesting

@testable import Exploration

@Suite struct FidelityTests {
    /// What came of comparing all scenarios.
    private struct Comparison {
        var compared = 0
        /// Scenarios that differ in what is not listed, and how the first ones do.
        var unlisted = 0
        var examples: [String] = []
        /// Titles of the rows that did something.
        var used: Set<String> = []
    }

    private func compare(_ slice: KernelImage, with tree: KernelImage) -> Comparison {
        var comparison = Comparison()
        for scenario in Catalogue.scenarios
        where slice.supports(scenario) && tree.supports(scenario) {
            let run = scenario.run()
            func behaviour(of image: KernelImage) -> Behaviour {
                image.run(run) { outcome in
                    Behaviour(outcome, run, lockClasses: image.lockClassNames)
                }
            }
            var one = behaviour(of: slice)
            var other = behaviour(of: tree)
            comparison.compared += 1
            if one == other { continue }
            comparison.used.formUnion(KnownDifference.reconcile(scenario, &one, &other))
            guard one != other else { continue }
            comparison.unlisted += 1
            if comparison.examples.count < 5 {
                comparison.examples.append(
                    "\(scenario.name)\n\(Behaviour.difference(one, other))")
            }
        }
        return comparison
    }

    private func slice(_ shipped: Shipped) throws -> KernelImage {
        let variants = try Variants()
        let variant = try variants.builder.build(
            variants.tree, patches: try variants.read(shipped.patches), named: shipped.rawValue)
        return try KernelImage(contentsOf: variant.image)
    }

    @Test(.enabled(if: KernelTree.v510.isThere, KernelTree.v510.reason))
    func theSliceDoesWhatAKernelDoesOrItIsListed() throws {
        let tree = try KernelImage(contentsOf: JudgedTree.of(.v510).baseImage)
        let comparison = compare(try slice(.merged), with: tree)
        for example in comparison.examples { Issue.record("\(example)") }
        #expect(comparison.unlisted == 0, "scenarios that differ in what is not listed")
        #expect(comparison.compared > 6000)
        let gone = KnownDifference.all.map(\.title).filter { !comparison.used.contains($0) }
        #expect(gone.isEmpty, "listed, and not seen any more")
    }

    /// What can see no difference proves nothing.
    @Test(.enabled(if: KernelTree.v510.isThere, KernelTree.v510.reason))
    func aSliceThatDoesSomethingElseIsNoticed() throws {
        let tree = try KernelImage(contentsOf: JudgedTree.of(.v510).baseImage)
        for shipped in [Shipped.base, .option3a, .naive] {
            #expect(compare(try slice(shipped), with: tree).unlisted > 0, "\(shipped)")
        }
    }

    @Test func theDocumentListsTheDifferences() throws {
        let file = CommandRun.home.appending(path: "csrc/kernel/README.md")
        let text = try String(contentsOf: file, encoding: .utf8)
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for row in KnownDifference.all {
            #expect(text.contains("**\(row.title).** \(row.reason)"))
        }
    }
}
