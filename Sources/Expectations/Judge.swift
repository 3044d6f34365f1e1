// SPDX-License-Identifier: GPL-2.0-only

// The judge looks at one run at a time: it gathers the facts in one pass over the trace, asks every
// rule, and remembers across runs nothing but the order in which lock classes were nested. Its
// buffers are kept from run to run, so that a run that breaks nothing allocates nothing.

import Machine

/// What the expectations say of one run.
@frozen
public struct Judgement: Sendable, Hashable {
    /// The expectations that this run can say something about.
    public var applies: ExpectationSet
    /// Those of them that it breaks. `lock-order` is never among them: it is decided at the end,
    /// from `Judge.lockOrder`.
    public var fails: ExpectationSet
    /// The bugs on record that it shows, bit by bit those of `Findings.all`; what they break is not
    /// among `fails`.
    public var findings: UInt32 = 0
    /// The harness failed (a trap, a limit, a refused run): nothing applies, and no verdict may
    /// rest on this run.
    public var isHarnessError: Bool

    /// It breaks something, in a way on record or not.
    @inlinable public var hasFailure: Bool { !fails.isEmpty || findings != 0 }
}

/// Judges the runs of one image.
public struct Judge {
    private let image: KernelImage
    private let generation: QuirkAnswers
    private var workspace = Workspace()
    /// Bit b of `knownEdges[a]`: the order a, b has been seen.
    private var knownEdges = [UInt32](repeating: 0, count: 32)
    private var firstSeen: [FirstSeen] = []
    /// Of the run judged last, by expectation; what is not among its `fails` is of another one.
    private(set) var failures = [Failure](
        repeating: Failure(event: -1), count: Expectations.all.count)

    private struct FirstSeen {
        let held: Int
        let taken: Int
        let runKey: UInt64
        let scenario: String
        let injections: [Injection]
        let choices: [UInt8]
    }

    public init(image: KernelImage) {
        self.image = image
        generation = QuirkAnswers(image.interfaces)
    }

    /// Judges a run of this judge's image.
    ///
    /// - Parameter runKey: the run's place among all runs, ascending from call to call; it decides
    ///   which run is the witness of a lock order when the graphs of several judges are merged.
    public mutating func judge(
        _ outcome: borrowing Outcome, of scenario: Scenario, injections: [Injection],
        runKey: UInt64 = 0
    ) -> Judgement {
        guard !outcome.end.isHarnessError else {
            return Judgement(applies: [], fails: [], isHarnessError: true)
        }
        let hasEdges = noteLockOrder(outcome, scenario, injections, runKey)
        let facts = RunFacts(outcome, scenario, generation, &workspace)
        var judgement = Judgement(applies: [], fails: [], isHarnessError: false)
        judgement.ask(NoSelfDeadlock.self, facts, &failures)
        judgement.ask(NoDeadlock.self, facts, &failures)
        judgement.ask(LocksReleased.self, facts, &failures)
        judgement.ask(BeginEndBalanced.self, facts, &failures)
        judgement.ask(BeginEndFlags.self, facts, &failures)
        judgement.ask(WrittenTruthful.self, facts, &failures)
        judgement.ask(FaultKeepsBlocks.self, facts, &failures)
        judgement.ask(ShortWriteTrims.self, facts, &failures)
        judgement.ask(FaultCode.self, facts, &failures)
        judgement.ask(ErrorKept.self, facts, &failures)
        judgement.ask(PMDRules.self, facts, &failures)
        judgement.ask(DataIntact.self, facts, &failures)
        judgement.ask(NoLeak.self, facts, &failures)
        judgement.ask(NoWarning.self, facts, &failures)
        if hasEdges { judgement.applies.insert(.lockOrder) }
        facts.returnBuffers(to: &workspace)
        return judgement
    }

    /// Why a run breaks an expectation; nil if it does not. Not for `lock-order`, which no single
    /// run breaks: see `lockOrder`.
    public mutating func explain(
        _ expectation: Expectation, _ outcome: borrowing Outcome, of scenario: Scenario,
        injections: [Injection]
    ) -> Explanation? {
        guard !outcome.end.isHarnessError else { return nil }
        guard let rule = Judge.rules.first(where: { $0.set == expectation.mask }) else {
            return nil
        }
        let facts = RunFacts(outcome, scenario, generation, &workspace)
        var explanation: Explanation?
        if case .broken(let failure) = rule.judge(facts) {
            explanation = rule.explain(failure, facts)
        }
        facts.returnBuffers(to: &workspace)
        return explanation
    }

    /// The order of lock classes over all runs judged so far.
    public var lockOrder: LockOrderGraph {
        let names = image.lockClassNames()
        var graph = LockOrderGraph()
        for edge in firstSeen {
            graph.insert(
                LockOrderGraph.Edge(
                    held: names[edge.held], taken: names[edge.taken], runKey: edge.runKey,
                    scenario: edge.scenario, injections: edge.injections,
                    choices: edge.choices))
        }
        return graph
    }

    /// Returns whether this run says something about the order of locks.
    private mutating func noteLockOrder(
        _ outcome: borrowing Outcome, _ scenario: Scenario, _ injections: [Injection],
        _ runKey: UInt64
    ) -> Bool {
        if outcome.end == .selfDeadlock { return false }
        for index in 0..<outcome.held.count where outcome.held[index].operation >= 0 {
            return false
        }
        var seen: UInt32 = 0
        for held in 0..<32 {
            let taken = outcome.lockEdges(from: held)
            guard taken != 0 else { continue }
            seen |= taken
            var new = taken & ~knownEdges[held]
            guard new != 0 else { continue }
            knownEdges[held] |= new
            while new != 0 {
                let bit = new.trailingZeroBitCount
                if isOnRecord(held, bit, scenario) {
                    knownEdges[held] &= ~(1 << UInt32(bit))
                    new &= new - 1
                    continue
                }
                firstSeen.append(
                    FirstSeen(
                        held: held, taken: bit, runKey: runKey, scenario: scenario.name,
                        injections: injections, choices: outcome.takenOrder().choices))
                new &= new - 1
            }
        }
        return seen != 0
    }

    /// The order that the strict filesystem's second mode puts the two in, on purpose, is one that
    /// kernels as released cannot keep to: finding 12.
    private func isOnRecord(_ held: Int, _ taken: Int, _ scenario: Scenario) -> Bool {
        guard generation.isReleased, scenario.geometry.flags.contains(.strictTruncateLock) else {
            return false
        }
        let names = image.lockClassNames()
        return names[held] == "&si->extent_lock" && names[taken] == "dax entry"
    }

    private static var rules: [any Rule.Type] {
        [
            NoSelfDeadlock.self, NoDeadlock.self, LocksReleased.self, BeginEndBalanced.self,
            BeginEndFlags.self, WrittenTruthful.self, FaultKeepsBlocks.self, ShortWriteTrims.self,
            FaultCode.self, ErrorKept.self, PMDRules.self, DataIntact.self, NoLeak.self,
            NoWarning.self,
        ]
    }

    /// - Parameter expectation: its position in `Expectations.all`.
    static func rule(of expectation: Int) -> any Rule.Type {
        rules.first { $0.set.rawValue == 1 << UInt32(expectation) } ?? LockOrder.self
    }
}

extension Judgement {
    @inline(__always)
    fileprivate mutating func ask<R: Rule>(
        _ rule: R.Type, _ facts: borrowing RunFacts, _ failures: inout [Failure]
    ) {
        switch R.judge(facts) {
        case .notApplicable: break
        case .kept: applies.insert(R.set)
        case .broken(let failure):
            applies.insert(R.set)
            failures[R.set.rawValue.trailingZeroBitCount] = failure
            if facts.generation.isReleased,
                let finding = Findings.index(of: failure, breaking: R.set, facts)
            {
                findings |= 1 << UInt32(finding)
            } else {
                fails.insert(R.set)
            }
        }
    }
}
