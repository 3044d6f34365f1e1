// SPDX-License-Identifier: GPL-2.0-only

// The judge takes one run at a time: it gathers the facts in one pass over the trace and asks every
// rule. Across runs it remembers only the order in which lock classes were nested. It keeps its
// buffers from run to run, so a run that breaks nothing allocates nothing.

import Machine

/// What the expectations say of one run.
@frozen
public struct Judgement: Sendable, Hashable {
    /// The expectations that this run can say something about.
    public var applies: ExpectationSet
    /// Those of them that it breaks. `lock-order` is never among them: it is decided at the end,
    /// from `Judge.lockOrder`.
    public var fails: ExpectationSet
    /// The known findings that it shows: bit n is `Findings.all[n]`. What they break is not in
    /// `fails`.
    public var findings: UInt64 = 0
    /// The harness failed (a trap, a limit, a refused run): nothing applies, and no verdict may
    /// rest on this run.
    public var isHarnessError: Bool

    /// It breaks an expectation, whether or not that is a known finding.
    @inlinable public var hasFailure: Bool { !fails.isEmpty || findings != 0 }
}

/// Judges the runs of one image.
public struct Judge {
    private let image: KernelImage
    private let quirks: ImageQuirks
    private var workspace = Workspace()
    /// Bit b of `knownEdges[a]`: class b has been taken with class a held.
    private var knownEdges = [UInt32](repeating: 0, count: 32)
    /// The same of edges that only runs with a finding have shown.
    private var excusedEdges = [UInt32](repeating: 0, count: 32)
    private var firstSeen: [FirstSeen] = []
    /// Bit b of element a: since the last `forgetLockEdges` a run took class b with class a held.
    public private(set) var lockEdges = [UInt32](repeating: 0, count: 32)
    /// Failures of the run judged last, by expectation. An element is valid only if that run broke
    /// the expectation; otherwise it is left over from an earlier run.
    private(set) var failures = [RuleFailure](
        repeating: RuleFailure(event: -1), count: Expectations.all.count)

    private struct FirstSeen {
        let held: Int
        let taken: Int
        let runKey: UInt64
        let scenario: String
        let injections: [Injection]
        let choices: [UInt8]
        let finding: Int?
    }

    public init(image: KernelImage) {
        self.image = image
        quirks = ImageQuirks(image.interfaces)
    }

    /// Judges a run of this judge's image.
    ///
    /// - Parameter runKey: the run's number among all runs, ascending from call to call. When the
    ///   graphs of several judges are merged, it decides which run is the witness of a lock order.
    public mutating func judge(
        _ outcome: borrowing Outcome, of scenario: Scenario, injections: [Injection],
        runKey: UInt64 = 0
    ) -> Judgement {
        guard !outcome.end.isHarnessError else {
            return Judgement(applies: [], fails: [], isHarnessError: true)
        }
        let hasEdges = noteLockOrder(outcome, scenario, injections, runKey)
        let facts = RunFacts(outcome, scenario, quirks, &workspace)
        var judgement = Judgement(applies: [], fails: [], isHarnessError: false)
        AllRules.judge(facts) { index, ruling in
            guard facts.nonsense < 0 || Judge.bindsLiars.contains(index) else { return }
            judgement.note(ruling, ofRule: index, facts, &failures)
        }
        if hasEdges, facts.nonsense < 0 { judgement.applies.insert(.lockOrder) }
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
        let rule = Judge.rules[expectation.index]
        let facts = RunFacts(outcome, scenario, quirks, &workspace)
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
                    choices: edge.choices, finding: edge.finding))
        }
        return graph
    }

    /// Starts `lockEdges` anew; `lockOrder` keeps what it knows.
    public mutating func forgetLockEdges() {
        for held in lockEdges.indices { lockEdges[held] = 0 }
    }

    /// Returns whether `lock-order` applies to this run.
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
            lockEdges[held] |= taken
            var new = taken & ~knownEdges[held]
            while new != 0 {
                let bit = new.trailingZeroBitCount
                let mask: UInt32 = 1 << UInt32(bit)
                new &= new - 1
                let isKnown = isKnownInversion(held, bit, scenario)
                if isKnown {
                    if excusedEdges[held] & mask != 0 { continue }
                    excusedEdges[held] |= mask
                } else {
                    knownEdges[held] |= mask
                }
                firstSeen.append(
                    FirstSeen(
                        held: held, taken: bit, runKey: runKey, scenario: scenario.name,
                        injections: injections, choices: outcome.takenOrder().choices,
                        finding: isKnown ? Findings.entryFirst : nil))
            }
        }
        return seen != 0
    }

    /// Finding 12: the strict filesystem's second mode takes the two locks in an order, on purpose,
    /// that faults of every kernel invert.
    private func isKnownInversion(_ held: Int, _ taken: Int, _ scenario: Scenario) -> Bool {
        guard scenario.geometry.flags.contains(.strictTruncateLock) else { return false }
        let names = image.lockClassNames()
        guard names[held] == "&si->extent_lock" else { return false }
        // Up to 4.12 the entry of a hole is a page, and its lock is the page lock.
        return names[taken] == "dax entry" || names[taken] == "page lock"
    }

    /// By index of the expectation.
    static let rules = AllRules.types

    /// What holds, by index, although a filesystem answered nonsense: it is told of, and nothing
    /// crashes. What else comes of it is the filesystem's doing.
    private static let bindsLiars = Set(
        rules.indices.filter { rules[$0] == ErrorHasCause.self || rules[$0] == NoWarning.self })
}

extension Judgement {
    @inline(__always)
    fileprivate mutating func note(
        _ ruling: Ruling, ofRule index: Int, _ facts: borrowing RunFacts,
        _ failures: inout [RuleFailure]
    ) {
        let rule = ExpectationSet(rawValue: 1 << UInt32(truncatingIfNeeded: index))
        switch ruling {
        case .notApplicable: break
        case .kept: applies.insert(rule)
        case .broken(let failure):
            applies.insert(rule)
            failures[index] = failure
            if let finding = Findings.index(of: failure, breaking: rule, facts) {
                findings |= 1 << UInt64(finding)
            } else {
                fails.insert(rule)
            }
        }
    }
}
