// SPDX-License-Identifier: GPL-2.0-only

// Beside the runs of a shard, in its worker: which functions each scenario enters, which lock orders it
// shows and what it adds to the tally. The counters that clang put into the image count on from run to
// run, so one look at them behind each scenario is enough, and runs know nothing of it.

import Expectations
import Machine
import Slices

/// Writes `RunsByFunction` while runs are made.
struct RunRecorder {
    private let counters: EntryCounters
    private let image: KernelImage
    private(set) var record: RunsByFunction
    private var values: [UInt64]
    /// As they were behind the last scenario.
    private var last: [UInt64]
    /// Of the tally, before and behind a scenario.
    private var before: [Int] = []
    private var after: [Int] = []
    private var sets: [[UInt32]: Int] = [:]
    private var orders: [[UInt32]: Int] = [:]

    init(_ counters: EntryCounters, in image: KernelImage) {
        self.counters = counters
        self.image = image
        values = Array(repeating: 0, count: counters.counters.count)
        last = values
        // Where the image was started before, whoever did so has noted what that entered.
        image.readProfileCounters(counters.counters, into: &last)
        image.startUp()
        image.readProfileCounters(counters.counters, into: &values)
        record = RunsByFunction(
            functions: counters.functions,
            atStart: counters.functions(where: values, differFrom: last))
        swap(&values, &last)
    }

    mutating func begin(_ tally: Tally, _ judge: inout Judge) {
        tally.readCounts(into: &before)
        judge.forgetLockEdges()
    }

    /// - Parameter callsNotFailed: of the scenario; the tally learns of them later.
    mutating func end(
        _ scenario: Scenario, at place: Int, _ tally: Tally, _ judge: Judge, callsNotFailed: Int
    ) {
        let entered = enteredFunctions()
        tally.readCounts(into: &after)
        var counts: [(index: Int, number: Int)] = []
        for index in after.indices where after[index] != before[index] {
            counts.append((index, after[index] - before[index]))
        }
        if callsNotFailed > 0 { counts.append((Tally.indexOfCallsNotFailed, callsNotFailed)) }
        // One that the image cannot be asked is no part of it.
        guard !counts.isEmpty else { return }
        record.add(
            RunsByFunction.Scenario(
                place: place, entered: entered,
                taken: lockOrders(judge.lockEdges, of: scenario), counts: counts))
    }

    /// Passes over what has run since.
    mutating func passOver() { image.readProfileCounters(counters.counters, into: &last) }

    private mutating func enteredFunctions() -> Int {
        image.readProfileCounters(counters.counters, into: &values)
        let set = counters.functions(where: values, differFrom: last)
        swap(&values, &last)
        if let known = sets[set] { return known }
        let index = record.add(set)
        sets[set] = index
        return index
    }

    private mutating func lockOrders(_ taken: [UInt32], of scenario: Scenario) -> Int {
        let isApart = scenario.geometry.flags.contains(.strictTruncateLock)
        let key = taken + [isApart ? 1 : 0]
        if let known = orders[key] { return known }
        let names = image.lockClassNames()
        var edges: Set<RunsByFunction.LockEdge> = []
        for (held, bits) in taken.enumerated() {
            for other in 0..<32 where bits & 1 << UInt32(other) != 0 {
                edges.insert(
                    RunsByFunction.LockEdge(
                        held: names[held], taken: names[other], isApart: isApart))
            }
        }
        let index = record.add(edges)
        orders[key] = index
        return index
    }
}

extension EntryCounters {
    /// The functions whose counters differ, a bit for each.
    fileprivate func functions(
        where values: [UInt64], differFrom last: [UInt64]
    ) -> [UInt32] {
        var set = [UInt32](repeating: 0, count: (functions.count + 31) / 32)
        for index in values.indices where values[index] != last[index] {
            set[functionOf[index] / 32] |= 1 << UInt32(functionOf[index] % 32)
        }
        return set
    }
}
