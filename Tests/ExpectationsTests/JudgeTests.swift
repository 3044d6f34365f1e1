// SPDX-License-Identifier: GPL-2.0-only

// The judge on the working copy: it explains every failure, judges the same run alike, and never
// makes a verdict of a harness error. Other tests check what it finds.

import Machine
import Testing

@testable import Expectations

@Suite struct JudgeTests {
    private let image = KernelImage.workingCopy

    /// The order of verdict tables and JSON, which scripts rely on: a new name goes in, none goes
    /// out.
    private static let names = [
        "no-self-deadlock", "no-deadlock", "lock-order", "locks-released", "begin-end-balanced",
        "begin-end-flags", "written-truthful", "fault-keeps-blocks", "short-write-trims",
        "fault-code", "error-kept", "error-has-cause", "pmd-rules", "data-intact", "durability",
        "times-marked", "no-leak", "no-warning",
    ]

    @Test func expectationsAreInTheOrderOfTheTable() {
        #expect(Expectations.all.map(\.name) == Self.names)
        #expect(Expectations.all.map(\.index) == Array(Self.names.indices))
        for expectation in Expectations.all {
            #expect(Expectations.named(expectation.name) == expectation)
            #expect(expectation.mask.members == [expectation])
        }
    }

    @Test func aHarnessErrorIsNoVerdict() {
        let scenario = Scenario(
            name: "refused", description: "Refused.",
            geometry: Geometry(
                filesystem: .ext2, size: 1, deviceBlocks: 1, mappedPages: 0..<1, skew: 0),
            operations: [Operation(.fsync, at: 0)])
        var judge = Judge(image: image)
        image.run(scenario.run()) { outcome in
            let judgement = judge.judge(outcome, of: scenario, injections: [])
            #expect(judgement.isHarnessError)
            #expect(judgement.applies.isEmpty && judgement.fails.isEmpty)
        }
    }

    /// Every twentieth scenario: no harness error, the same judgement twice, every failure
    /// explained, nothing that fails without applying.
    @Test func judgementsAreStableAndExplained() {
        var judge = Judge(image: image)
        var other = Judge(image: image)
        for scenario in Catalogue.scenarios.enumerated().filter({ $0.offset % 20 == 0 }).map(
            \.element)
        where !scenario.isLeftOut({ image.supports($0, on: scenario.geometry.filesystem) }) {
            let first = image.run(scenario.run()) { outcome in
                let judgement = judge.judge(outcome, of: scenario, injections: [])
                #expect(!judgement.isHarnessError, "\(scenario.name): \(outcome.message)")
                #expect(judgement.applies.isSuperset(of: judgement.fails))
                for expectation in Expectations.all where expectation.name != "lock-order" {
                    let explanation = judge.explain(
                        expectation, outcome, of: scenario, injections: [])
                    #expect(
                        (explanation != nil) == judgement.fails.contains(expectation.mask),
                        "\(expectation) of \(scenario.name)")
                }
                return judgement
            }
            image.run(scenario.run()) { outcome in
                #expect(other.judge(outcome, of: scenario, injections: []) == first)
            }
        }
        #expect(judge.lockOrder == other.lockOrder)
        #expect(!judge.lockOrder.edges.isEmpty)
    }

    @Test func anUneventfulRunKeepsWhatItCanSpeakOf() {
        let scenario = Catalogue.scenario(named: "ext2/1-page/last-full/read-page/fresh")!
        var judge = Judge(image: image)
        image.run(scenario.run()) { outcome in
            let judgement = judge.judge(outcome, of: scenario, injections: [])
            #expect(
                judgement.applies.contains(
                    ExpectationSet(DataIntact.self, NoLeak.self, WrittenTruthful.self)))
            // No fault, no 2 MiB, no failure: those rules have nothing to say.
            #expect(
                judgement.applies.isDisjoint(
                    with: ExpectationSet(
                        FaultCode.self, FaultKeepsBlocks.self, PMDRules.self, ErrorKept.self,
                        ShortWriteTrims.self)))
        }
    }
}
