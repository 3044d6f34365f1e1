// SPDX-License-Identifier: GPL-2.0-only

// A run that took its process with it. That is a finding about the code under test, and the run that
// was noted on the worker's page is its witness.

import Machine
import System
import Workers

/// A run that killed the process that made it.
package struct Death: Codable, Hashable, Sendable {
    package typealias Cause = WorkerEnd

    package var ordinal: RunOrdinal
    package var injections: [Injection]
    /// As it was asked for; nil where scenario and injections say all.
    package var run: Run?
    package var cause: Cause
    /// Died while the run was being judged: its memory was smashed, or the judge has a bug.
    package var whileJudging: Bool
    /// The last lines that it wrote to standard error.
    package var said: String

    package init(
        ordinal: RunOrdinal, injections: [Injection], cause: Cause, whileJudging: Bool,
        said: String
    ) {
        self.ordinal = ordinal
        self.injections = injections
        self.cause = cause
        self.whileJudging = whileJudging
        self.said = said
    }

    /// The death of a worker.
    ///
    /// - Parameter scenarios: how many there are.
    /// - Throws: `WorkerError` where the worker was not at a run, so that none has killed it.
    package init<Checkpoint>(
        of worker: WorkerDeath<Checkpoint>, scenarios: Int
    ) throws(WorkerError) {
        guard worker.isOfRun, let end = worker.end, let note = worker.page.run(of: scenarios)
        else {
            throw WorkerError(
                "a worker died outside of any run"
                    + (worker.lastWords.isEmpty ? "" : ": \(worker.lastWords)"))
        }
        self.init(
            ordinal: note.ordinal, injections: note.injections, cause: end,
            whileJudging: worker.page.phase == .judging, said: worker.lastWords)
    }

    package var isHang: Bool {
        if case .hang = cause { true } else { false }
    }

    /// In words that continue "the process".
    package var words: String {
        var words: String
        switch cause {
        case .exit(let status): words = "died: it called exit with status \(status)"
        case .signal(let number): words = "died of \(signalName(number))"
        case .closedDescriptors: words = "closed the descriptors through which it answers"
        case .memory(let mebibytes):
            words = "used \(mebibytes) MiB of memory, and was killed"
        case .hang(let seconds):
            words =
                "stood still for \(seconds) s in code that the machine does not count, "
                + "and was killed"
        }
        if whileJudging { words += ", after the run was over: memory of the harness was smashed" }
        if !said.isEmpty { words += "; it said: \(said)" }
        return words
    }
}

/// Runs that have killed one worker. A process can be killed from outside, or by a limit that is not
/// ours: what a run does it does again, and counts only then.
package struct SuspectRuns: Codable, Hashable, Sendable {
    private var ordinals: Set<RunOrdinal> = []

    package init() {}

    /// Whether a run has killed a worker before; if not, it is to be made once more.
    ///
    /// - Throws: `WorkerError` if many runs killed a worker and did not do it again.
    package mutating func confirm(_ death: Death) throws(WorkerError) -> Bool {
        if ordinals.remove(death.ordinal) != nil { return true }
        ordinals.insert(death.ordinal)
        guard ordinals.count <= SuspectRuns.limit else {
            throw WorkerError(
                "\(ordinals.count) workers died in runs that go well when they are repeated: is something "
                    + "else ending them? The last one \(death.words)")
        }
        return false
    }

    private static let limit = 20

    package func contains(scenario: Int) -> Bool {
        ordinals.contains { Int($0.scenario) == scenario }
    }
}

/// How many runs may kill their workers before the rest is left out.
package struct DeathLimit: Codable, Hashable, Sendable {
    package var deaths = 20
    /// Of those, workers that stood still: each of them costs the watchdog's time.
    package var hangs = 2

    package init() {}

    package func isReached(by deaths: some Collection<Death>) -> Bool {
        deaths.count >= self.deaths || deaths.count(where: \.isHang) >= hangs
    }

    /// The first of some deaths with which it is reached; nil for none.
    ///
    /// - Parameter deaths: in the order of the plan.
    package func end(of deaths: [Death]) -> Int? {
        deaths.indices.first { isReached(by: deaths[...$0]) }
    }
}
