// SPDX-License-Identifier: GPL-2.0-only

// What of a search's failures is the patch's: the same answer as a check's, by the same comparison.
// It travels with the result of a shard, and comparisons of shards add up: a scenario is of one shard,
// so what fails in it is known to be new, or not, by that shard alone. Only an inversion of lock
// classes is made of all runs, so both graphs are kept.

import Expectations

/// A search held against other code.
package struct SearchComparison: Codable, Sendable {
    /// One expectation.
    package struct Line: Codable, Sendable {
        /// Runs that break it as the baseline does.
        package var asBefore = 0
        /// Runs that break it in a way that is on record, where the baseline's end in another failure.
        package var hidden = 0
        /// Runs that count, of which it is not known whether the baseline fails so, too.
        package var untold = 0
        /// Runs of the baseline that break it, and that do not here.
        package var mended = 0
        /// Runs on record that do not count, by the number of the finding.
        package var known: [Int: Int] = [:]
        /// Runs on record that the baseline shows, and that count all the same.
        package var counted: [Int: Int] = [:]
        /// Findings that are shown here, and those that only the baseline shows.
        package var shown: Set<Int> = []
        package var gone: Set<Int> = []
        /// Runs of the baseline that say something, and whether any breaks it.
        package var before = 0
        package var failsBefore = false

        mutating func merge(_ other: Line) {
            asBefore += other.asBefore
            hidden += other.hidden
            untold += other.untold
            mended += other.mended
            known.merge(other.known, uniquingKeysWith: +)
            counted.merge(other.counted, uniquingKeysWith: +)
            shown.formUnion(other.shown)
            gone.formUnion(other.gone)
            before += other.before
            failsBefore = failsBefore || other.failsBefore
        }
    }

    package var kind: BaselineDescription.Kind
    package var name: String
    /// Of the baseline.
    package var runs = 0
    /// One for each of `Expectations.all`.
    package var lines = Expectations.all.map { _ in Line() }
    /// Whether each failure that the search shows is new; nil where that is not known.
    package var changes: [ReportedFailure.Change?] = []
    /// Failures that only the baseline shows.
    package var mended = ShownFailures()
    package var lockOrder = LockOrderGraph()

    init(_ description: BaselineDescription) {
        kind = description.kind
        name = description.name
    }

    package mutating func merge(_ other: SearchComparison) {
        runs += other.runs
        for index in lines.indices { lines[index].merge(other.lines[index]) }
        changes += other.changes
        mended.merge(other.mended)
        lockOrder.merge(other.lockOrder)
    }

    package var description: BaselineDescription {
        BaselineDescription(kind: kind, name: name, runs: runs)
    }

    /// What cannot be in a comparison of ours; nil for nothing.
    ///
    /// - Parameter failures: how many failures the search shows.
    func isSound(beside failures: Int) -> Bool {
        changes.count == failures && lines.count == Expectations.all.count
            && CountCheck.isCount(runs) && mended.areCounts
            && lines.allSatisfy { line in
                CountCheck.areCounts(in: line)
                    && line.known.values.allSatisfy(CountCheck.isCount)
                    && line.counted.values.allSatisfy(CountCheck.isCount)
            }
    }
}
