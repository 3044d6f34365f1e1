// SPDX-License-Identifier: GPL-2.0-only

// What a worker notes of a run before it makes it, as words on its page: which run it is, what fails
// in it, and in which order its tasks go.

import Machine
import Workers

/// A run as it stands on a worker's page.
package struct RunNote {
    package var ordinal: RunOrdinal
    package var injections: [Injection]

    fileprivate static let injectionLimit = 8
    fileprivate static let choiceLimit = 3500
    /// Where words stand on the page: the count of injections, and three words for each; then the
    /// schedule, and its choices as bytes.
    fileprivate static let injections = 0
    fileprivate static let schedule = 28
    fileprivate static let choices = 32
}

extension WorkerPage {
    /// Notes a run and begins it.
    ///
    /// - Parameter runs: made so far by this worker.
    @inline(__always)
    package func begin(_ ordinal: RunOrdinal, runs: UInt64, injections: borrowing [Injection]) {
        willNoteRun()
        let count = min(injections.count, RunNote.injectionLimit)
        self[RunNote.injections] = UInt64(count)
        for index in 0..<count {
            let injection = injections[index]
            let word = RunNote.injections + 1 + 3 * index
            self[word] = UInt64(injection.task)
            self[word + 1] = UInt64(injection.nth)
            self[word + 2] = UInt64(bitPattern: Int64(injection.error))
        }
        begin(at: ordinal.packed, count: runs)
    }

    /// Notes a run's order, where its ordinal does not say it.
    package func note(_ schedule: borrowing Schedule, recordsSteps: Bool) {
        willNoteRun()
        let count = min(schedule.choices.count, RunNote.choiceLimit)
        self[RunNote.schedule] = UInt64(schedule.policy.rawValue)
        self[RunNote.schedule + 1] = schedule.seed
        self[RunNote.schedule + 2] = UInt64(schedule.depth) | UInt64(schedule.length) << 32
        self[RunNote.schedule + 3] = UInt64(count) | (recordsSteps ? 1 << 32 : 0)
        store(schedule.choices, at: RunNote.choices)
    }

    /// The run that was noted last; nil where it cannot be what a worker of ours wrote.
    ///
    /// - Parameter scenarios: how many there are.
    package func run(of scenarios: Int) -> RunNote? {
        let ordinal = RunOrdinal(packed: position)
        let count = self[RunNote.injections]
        guard Int(ordinal.scenario) < scenarios, count <= RunNote.injectionLimit else {
            return nil
        }
        var injections: [Injection] = []
        for index in 0..<Int(count) {
            let word = RunNote.injections + 1 + 3 * index
            guard let task = UInt32(exactly: self[word]),
                let nth = UInt32(exactly: self[word + 1]),
                let error = Int32(exactly: Int64(bitPattern: self[word + 2]))
            else { return nil }
            injections.append(Injection(task: task, nth: nth, error: error))
        }
        return RunNote(ordinal: ordinal, injections: injections)
    }

    /// The order that was noted last; nil where it cannot be what a worker of ours wrote.
    package func order() -> (schedule: Schedule, recordsSteps: Bool)? {
        let sizes = self[RunNote.schedule + 3]
        let count = Int(truncatingIfNeeded: sizes & 0xffff_ffff)
        guard count <= RunNote.choiceLimit, let choices = bytes(count, at: RunNote.choices),
            choices.allSatisfy({ $0 < 4 }),
            let policy = Schedule.Policy(
                rawValue: UInt32(truncatingIfNeeded: self[RunNote.schedule]))
        else { return nil }
        var schedule = Schedule(
            choices: choices, policy: policy, seed: self[RunNote.schedule + 1])
        schedule.depth = UInt32(truncatingIfNeeded: self[RunNote.schedule + 2])
        schedule.length = UInt32(truncatingIfNeeded: self[RunNote.schedule + 2] >> 32)
        return (schedule, sizes >> 32 & 1 != 0)
    }
}
