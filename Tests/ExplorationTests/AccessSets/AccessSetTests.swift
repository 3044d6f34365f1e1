// SPDX-License-Identifier: GPL-2.0-only

// The reduction of orders knows of a step what the machine notes of it. An access that a function
// of the machine forgets to note loses orders, and nothing else shows it. Here the machine is
// compiled so that each load and store is seen, and run in many orders: whenever steps of two tasks
// really conflict about some bytes, what was noted must have put one before the other.

import Expectations
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration
@testable import Interleavings

@Suite(.serialized) struct AccessSetTests {
    /// What two steps note in common, whatever else: see HarmlessAccess.Condition.
    private struct Common: OptionSet {
        let rawValue: UInt8
        static let lock = Common(rawValue: 1)
        static let locks = Common(rawValue: 2)
        static let pages = Common(rawValue: 4)
        static let all: Common = [.lock, .locks, .pages]

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ one: AccessSet, _ other: AccessSet) {
            self = []
            for mine in one.elements {
                for theirs in other.elements where mine.thing == theirs.thing {
                    if mine.thing == .lock { insert(.locks) }
                    guard mine.object == theirs.object else { continue }
                    if mine.thing == .lock { insert(.lock) }
                    if mine.thing == .pages { insert(.pages) }
                }
            }
        }

        func meets(_ condition: HarmlessAccess.Condition) -> Bool {
            switch condition {
            case .always: true
            case .bothNoteTheLock: contains(.lock)
            case .bothNoteLocks: contains(.locks)
            case .bothNotePages: contains(.pages)
            }
        }
    }

    /// Two places in the code that accessed the same bytes in steps that nothing orders.
    private struct Unordered {
        /// In all steps that were met.
        var common = Common.all
        var count = 0
        /// The first of them.
        var place: String
        var scenario: String
    }

    private func expectAccessesToBeNoted(_ logged: LoggedImage, orders: UInt64) throws {
        var found: [[UInt64]: Unordered] = [:]
        var runs = 0
        var accesses = 0
        var pairs = 0
        for scenario in ConcurrentScenarios.scenarios
        where scenario.operations.allSatisfy({
            logged.image.supports($0.kind, on: scenario.geometry.filesystem)
        }) {
            // What matters only where a call can fail is noted only in a run in which one does.
            var run = scenario.run(injections: [Injection(task: 3, nth: 60_000, error: -5)])
            run.recordsSteps = true
            for seed in 0..<orders {
                run.schedule =
                    seed == 0
                    ? Schedule(policy: .unstuck) : Schedule(policy: .random, seed: seed)
                logged.image.run(run) { outcome in
                    guard outcome.steps.count > 0, let logs = LoggedImage.readPairs() else {
                        Issue.record("\(scenario.name): no log of a run")
                        return
                    }
                    runs += 1
                    accesses += LoggedImage.accessCount
                    pairs += logs.count
                    let trace = Self.trace(of: outcome)
                    for pair in logs where !trace.orders(pair.first, before: pair.second) {
                        let common = Common(
                            trace.accessSets[pair.first], trace.accessSets[pair.second])
                        found[
                            pair.pcs,
                            default: Unordered(place: pair.place, scenario: scenario.name)
                        ].common.formIntersection(common)
                        found[pair.pcs]!.count += 1
                    }
                }
            }
        }
        // The log works at all.
        #expect(accesses > 100 * runs && pairs > runs)
        let lost = try Self.lost(found, in: logged)
        #expect(lost.isEmpty, "\(lost.count) kinds of accesses: \(lost.joined(separator: "\n"))")
    }

    private static func trace(of outcome: borrowing Outcome) -> StepTrace {
        var trace = StepTrace()
        for index in 0..<outcome.steps.count {
            let step = outcome.steps[index]
            let end =
                index + 1 < outcome.steps.count
                ? outcome.steps[index + 1].firstAccess : outcome.accesses.count
            trace.append(
                task: step.task, runnable: step.runnable, stuck: step.stuck,
                accesses: AccessSet(outcome.accesses[step.firstAccess..<end]))
        }
        return trace
    }

    /// Descriptions of those that no claim covers.
    private static func lost(
        _ found: [[UInt64]: Unordered], in logged: LoggedImage
    ) throws -> [String] {
        let keys = Array(found.keys)
        let frames = try Symbolizer(toolchain: logged.toolchain).frames(
            image: logged.path, pcs: keys.flatMap { $0 })
        var lost: [String] = []
        for (index, key) in keys.enumerated() {
            let sides = [frames[2 * index], frames[2 * index + 1]]
            let unordered = found[key]!
            if isHarmless(unordered.common, sides[0], sides[1])
                || isHarmless(unordered.common, sides[1], sides[0])
            {
                continue
            }
            let words = sides.map { side in
                side.prefix(3).map { "\($0.function) \($0.file ?? "?"):\($0.line)" }
                    .joined(separator: " < ")
            }
            lost.append(
                "\(unordered.place) (\(unordered.count) times, first in \(unordered.scenario)): "
                    + "\(words[0]) | \(words[1])")
        }
        return lost.sorted()
    }

    /// Whether something is claimed of the innermost function of one side of which anything is.
    private static func isHarmless(_ common: Common, _ one: [SourceFrame], _ other: [SourceFrame])
        -> Bool
    {
        let claims = one.lazy.compactMap { HarmlessAccess.all[$0.function] }.first ?? []
        return claims.contains { claim in
            common.meets(claim.condition)
                && (claim.other == nil || other.contains { $0.function == claim.other })
        }
    }

    @Test func whatTheMachineAccessesIsNoted() throws {
        try expectAccessesToBeNoted(LoggedImage(of: Variants().tree), orders: 12)
    }

    /// There the index is an XArray; in 7.2 pages of the device have references, too.
    @Test(arguments: KernelTree.there.filter { $0 == .v612 || $0 == .v72 })
    func whatTheMachineAccessesOnAKernelsOwnCodeIsNoted(_ tree: KernelTree) throws {
        let logged = try LoggedImage(
            of: Variants().builder.trees.tree(at: try tree.directory.path))
        try expectAccessesToBeNoted(logged, orders: 6)
    }
}

extension StepTrace {
    /// Whether a step happened before a later one, by what was noted.
    fileprivate func orders(_ first: Int, before second: Int) -> Bool {
        items[second].clock.count(of: items[first].task) >= items[first].number
    }
}
