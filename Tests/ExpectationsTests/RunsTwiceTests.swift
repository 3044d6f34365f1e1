// SPDX-License-Identifier: GPL-2.0-only

// Nothing of one run reaches the next. The machine keeps its state in statics of many files, and a
// reset that somebody forgets shows nowhere but in a run that comes out otherwise than it did
// before. So every run of the catalogue is made twice in one process, with all the others in
// between: forwards, then backwards, so that each has other neighbours the second time.

import Expectations
import Testing

@testable import Machine

@Suite struct RunsTwiceTests {
    private let image = KernelImage.workingCopy

    /// All that an outcome says, part by part, each as a hash: what differs is named by its part.
    private struct Parts: Equatable {
        var end: RunEnd
        var hashes: [(part: String, hash: Int)]

        static func == (one: Parts, other: Parts) -> Bool {
            one.end == other.end && one.hashes.elementsEqual(other.hashes, by: ==)
        }

        init(_ outcome: borrowing Outcome) {
            end = outcome.end
            hashes = [
                ("events", Parts.hash(outcome.events)),
                ("results", Parts.hash(outcome.results)),
                ("seen", Parts.hash(outcome.seen)),
                ("blocks", Parts.hash(outcome.blocks)),
                ("contents", Parts.hash(outcome.contents)),
                ("mappings", Parts.hash(outcome.mappings)),
                ("entries", Parts.hash(outcome.entries)),
                ("leaks", Parts.hash(outcome.leaks)),
                ("held locks", Parts.hash(outcome.held)),
                ("blocked tasks", Parts.hash(outcome.waits)),
                ("steps", Parts.hash(outcome.steps)),
                ("access sets", Parts.hash(outcome.accesses)),
                ("numbers", Parts.numbers(outcome)),
            ]
        }

        private static func hash<Element>(_ records: Records<Element>) -> Int {
            var hasher = Hasher()
            hasher.combine(records.count)
            hasher.combine(
                bytes: UnsafeRawBufferPointer(
                    start: records.base, count: records.count * MemoryLayout<Element>.stride))
            return hasher.finalize()
        }

        private static func numbers(_ outcome: borrowing Outcome) -> Int {
            var hasher = Hasher()
            let raw = outcome.raw.pointee
            hasher.combine(raw.size)
            hasher.combine(raw.inode_blocks)
            hasher.combine(raw.free_blocks_before)
            hasher.combine(raw.free_blocks)
            hasher.combine(raw.basic_blocks)
            hasher.combine(raw.fault_address)
            hasher.combine(raw.nr_choices)
            hasher.combine(raw.diverged)
            hasher.combine(raw.end_stack)
            hasher.combine(outcome.message)
            for task in 0..<4 { hasher.combine(outcome.points(ofTask: task)) }
            for lockClass in 0..<32 { hasher.combine(outcome.lockEdges(from: lockClass)) }
            for stack in outcome.stacks {
                hasher.combine(stack.pcs)
                hasher.combine(stack.text)
            }
            return hasher.finalize()
        }

        /// The names of the parts that differ.
        func difference(from other: Parts) -> String {
            let parts = zip(hashes, other.hashes).filter { $0.hash != $1.hash }.map { $0.0.part }
            return ((end == other.end ? [] : ["end"]) + parts).joined(separator: ", ")
        }
    }

    private struct Made {
        let name: String
        let run: Run
        let parts: Parts
    }

    /// Makes a run and those that grow from it: with its first fallible call failing, and given up in
    /// the middle, with whatever it holds then.
    private func make(_ name: String, _ run: Run, into made: inout [Made]) {
        var point: (task: UInt32, nth: UInt32, error: Int32)?
        var blocks: UInt64 = 0
        let parts = image.run(run) { outcome in
            // What is not there is the same every time.
            #expect(outcome.events.count > 0)
            #expect(!run.recordsSteps || outcome.steps.count > 0 && outcome.accesses.count > 0)
            blocks = outcome.raw.pointee.basic_blocks
            if let event = outcome.events.first(where: { $0.kind == .point }),
                let kind = InjectionPoint(rawValue: UInt32(event.arg1)),
                let error = image.legalErrors(of: kind).first
            {
                point = (UInt32(event.task), UInt32(event.arg0), error)
            }
            return Parts(outcome)
        }
        made.append(Made(name: name, run: run, parts: parts))
        if let point {
            var failing = run
            failing.injections = [Injection(task: point.task, nth: point.nth, error: point.error)]
            made.append(
                Made(
                    name: name + ", first call failing", run: failing,
                    parts: image.run(failing) { Parts($0) }))
        }
        if blocks > 1 {
            var stopped = run
            stopped.budget = blocks / 2
            made.append(
                Made(
                    name: name + ", stopped half-way", run: stopped,
                    parts: image.run(stopped) { Parts($0) }))
        }
    }

    private func expectTheSame(_ made: [Made]) {
        var different: [String] = []
        for made in made.reversed() {
            let again = image.run(made.run) { Parts($0) }
            if again != made.parts {
                different.append("\(made.name): \(again.difference(from: made.parts))")
            }
        }
        let count = different.count
        #expect(count == 0, "\(count) of \(made.count) runs: \(different.prefix(20))")
    }

    @Test func theCatalogueComesOutTheSameBackwards() {
        var made: [Made] = []
        for scenario in Catalogue.scenarios where supports(scenario) {
            make(scenario.name, scenario.run(), into: &made)
        }
        #expect(made.count > Catalogue.scenarios.count)
        expectTheSame(made)
    }

    /// In the order that a search begins with, in another one, and with a quiet run in between, as
    /// benches make them: those use memory again.
    @Test func racesComeOutTheSameBackwards() {
        var made: [Made] = []
        for scenario in ConcurrentScenarios.scenarios + LockToys.all where supports(scenario) {
            var run = scenario.run(schedule: Schedule(policy: .unstuck))
            run.recordsSteps = true
            make(scenario.name, run, into: &made)
            run.schedule = Schedule(policy: .random, seed: 7)
            make(scenario.name + ", at random", run, into: &made)
            run.recordsSteps = false
            run.isQuiet = true
            image.run(run) { _ in }
        }
        #expect(made.count > ConcurrentScenarios.scenarios.count)
        expectTheSame(made)
    }

    private func supports(_ scenario: Scenario) -> Bool {
        scenario.operations.allSatisfy {
            image.supports($0.kind, on: scenario.geometry.filesystem)
        }
    }
}
