// SPDX-License-Identifier: GPL-2.0-only

// In how many scenarios each added line ran. The counters that clang put into the image count on
// from run to run, so it is enough to look at them once behind every scenario: what has grown ran
// in it. Runs themselves know nothing of this, and a scenario costs a few dozen loads.

import Machine
import Slices

/// Looks at the counters of the added lines between scenarios.
package struct HunkWatch {
    private let counters: HunkCounters
    private let image: KernelImage
    private var values: [UInt64]
    /// Of each sum, as it was behind the last scenario.
    private var last: [UInt64]

    package init(_ counters: HunkCounters, in image: KernelImage) {
        self.counters = counters
        self.image = image
        values = Array(repeating: 0, count: counters.counters.count)
        last = Array(repeating: 0, count: counters.sums.count)
        _ = grown()
    }

    /// Counts a scenario for every line that ran in it.
    ///
    /// - Parameter scenarios: for each line, the number of scenarios so far.
    package mutating func count(into scenarios: inout [Int]) {
        if scenarios.isEmpty { scenarios = Array(repeating: 0, count: counters.lines.count) }
        for index in linesRun() { scenarios[index] += 1 }
    }

    /// Indices of the lines that a run since the last call came to.
    package mutating func linesRun() -> [Int] {
        guard let grown = grown() else { return [] }
        return counters.lines.indices.filter { index in
            counters.lines[index].sums.contains { grown[$0] }
        }
    }

    /// Whether a run since the last call came to any of the lines.
    package mutating func hasRun() -> Bool { grown()?.contains(true) ?? false }

    /// Which sums have grown since the last call; nil for none.
    private mutating func grown() -> [Bool]? {
        let before = values
        image.readProfileCounters(counters.counters, into: &values)
        guard values != before else { return nil }
        return counters.sums.indices.map { index in
            let sum = counters.sums[index]
            let value = zip(sum.slots, sum.factors).reduce(UInt64(0)) {
                $0 &+ values[$1.0] &* UInt64(bitPattern: Int64($1.1))
            }
            defer { last[index] = value }
            return value != last[index]
        }
    }
}
