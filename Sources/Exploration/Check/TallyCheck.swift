// SPDX-License-Identifier: GPL-2.0-only

// Whether a tally can be what a worker of ours has counted. Code under test runs in the process that
// counts, so what comes out of it is a claim: numbers that do not add up, failures that have no run to
// show them, and scenarios that nobody accounts for say that somebody has written to it. Then there is
// no verdict.
//
// A claim that passes may still be forged. This holds off what writes a message of its own, and keeps
// a number out of range from ending the parent.

import Expectations
import Interleavings

/// The check of one shard's tally.
struct TallyCheck {
    let shard: Shard
    let orders: OrderLimit?
    /// Indices of the scenarios that are run; nil for all.
    let only: [Int]?
    /// The scenarios are those before this one; nil for all.
    var end: Int?
    var canaries: [Canary] = []
    /// Behind a failure of this expectation, an index, nothing more is run.
    var until: Int?

    /// What is wrong with a tally, as a part of a sentence; nil for nothing.
    ///
    /// - Parameter isWhole: the shard has come to its end.
    func objection(to tally: Tally, isWhole: Bool) -> String? {
        guard tally.lines.count == Expectations.all.count,
            tally.findings.count == Findings.all.count
        else { return "it answers for \(tally.lines.count) expectations" }
        guard isInRange(tally) else { return "a count is out of range" }
        if let objection = tally.failures.objection(scenarios: ScenarioIndex.placeCount) {
            return objection
        }
        do {
            return objection(toPlain: try tally.without(canaries), isWhole: isWhole)
        } catch {
            return error.description
        }
    }

    /// - Parameter tally: without canaries.
    private func objection(toPlain tally: Tally, isWhole: Bool) -> String? {
        guard isInRange(tally) else { return "a count is out of range" }
        for (line, expectation) in zip(tally.lines, Expectations.all) {
            if let objection = objection(to: line, of: tally) {
                return "\(expectation.name): \(objection)"
            }
        }
        for line in tally.findings {
            if let objection = objection(to: line, of: tally) { return objection }
        }
        return objection(toScenariosOf: tally, isWhole: isWhole)
    }

    private func isInRange(_ tally: Tally) -> Bool {
        counts(of: tally).allSatisfy(CountCheck.isCount)
            && tally.lockOrder.edges.allSatisfy { isScenario(RunOrdinal(packed: $0.runKey)) }
            && tally.harnessErrors.allSatisfy {
                isScenario($0.ordinal) && CountCheck.isCount($0.runs)
                    && CountCheck.isCount($0.scenarios)
            }
    }

    private func isScenario(_ ordinal: RunOrdinal) -> Bool {
        Int(ordinal.scenario) < scenarioCount
    }

    private func counts(of tally: Tally) -> [Int] {
        let lines = (tally.lines + tally.findings).flatMap { [$0.runs, $0.failures] }
        let races = tally.races
        return lines + [
            tally.nextScenario, tally.runs, tally.scenarios, tally.callsNotFailed, tally.absent,
            tally.scenariosWithHarnessErrors, races.scenarios, races.runs, races.failing,
            races.complete,
            races.bounded, races.broken, races.unsupported, tally.failures.left,
        ] + tally.unsupported.values + tally.scenariosOfLines
    }

    private func objection(to line: Tally.Line, of tally: Tally) -> String? {
        if line.failures > 0, line.witness == nil {
            return "failures without a run that shows them"
        }
        if line.failures == 0, line.witness != nil { return "a failing run that was not counted" }
        if line.failures > tally.runs || line.runs > tally.runs {
            return "more runs than there were"
        }
        if let witness = line.witness, Int(witness.rank.ordinal.scenario) >= scenarioCount {
            return "a failing run of no scenario"
        }
        return nil
    }

    private var scenarioCount: Int { ScenarioIndex.end(of: only, with: orders) }

    private func objection(toScenariosOf tally: Tally, isWhole: Bool) -> String? {
        guard tally.nextScenario <= scenarioCount else { return "it ends behind the last scenario" }
        let mine = ScenarioIndex.scenarios(of: shard, orders: orders, only: only, end: end)
        let done = mine.count { $0 < tally.nextScenario }
        let isEnough = until.map { tally.lines[$0].failures > 0 } ?? false
        if isWhole, done < mine.count, !isEnough {
            return "\(mine.count - done) scenarios were not run, and nobody has asked it to stop"
        }
        let races = tally.races
        let counted =
            tally.scenarios + tally.absent + tally.unsupported.values.reduce(0, +)
            + races.scenarios + races.unsupported
        if counted != done { return "it accounts for \(counted) of \(done) scenarios" }
        if races.complete + races.bounded + races.broken != races.scenarios {
            return "its races do not add up"
        }
        if races.failing > races.scenarios * RaceFailures.budget {
            return "more failing calls in races than are tried"
        }
        return nil
    }
}

extension FailureLog {
    /// What cannot be in a log that a worker of ours wrote; nil for nothing.
    ///
    /// - Parameter scenarios: how many there are.
    func objection(scenarios: Int) -> String? {
        let areKnown = entries.allSatisfy { entry in
            ways.indices.contains(entry.way) && calls.indices.contains(entry.calls)
                && orders.indices.contains(entry.order)
                && Int(entry.ordinal.scenario) < scenarios
        }
        let haveFindings = ways.allSatisfy { way in
            way.finding.map { 0...Findings.all.count ~= $0 } ?? true
        }
        return areKnown && haveFindings ? nil : "its list of failing runs is damaged"
    }
}
