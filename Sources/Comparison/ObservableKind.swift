// SPDX-License-Identifier: GPL-2.0-only

// The sides from which a run is looked at when two variants are compared: what a developer would
// call a change of behaviour, and nothing else. Which basic blocks ran, in which functions, how
// often a page was looked up or a reference taken is the code's own business: two variants that
// differ in that alone behave alike.

/// What a developer would call a change, the most important one first.
package enum ObservableKind: String, CaseIterable, Codable, Sendable {
    /// An expectation that one of them keeps and the other one breaks.
    case verdict
    /// What an operation returned, whether it returned, how the run ended, what was warned of.
    case result = "op-result"
    /// What is in the file, what was read, how large it is, what is mapped, what is dirty.
    case data
    /// Blocks allocated, freed and owned, and everything that was lost.
    case blocks
    /// Calls of iomap_begin and iomap_end, their arguments and answers.
    case calls = "begin-end"
    /// Locks by class, in the order in which they were taken and given back.
    case locks = "lock-sequence"
    /// Calls that can fail.
    case points = "injection-points"

    /// Those that are read off a run itself; the verdict is read off its judgement.
    package static let observed: [ObservableKind] = [
        .result, .data, .blocks, .calls, .locks, .points,
    ]

    /// Place in order of importance.
    package var place: Int { ObservableKind.allCases.firstIndex(of: self)! }
}
