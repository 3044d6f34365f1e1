// SPDX-License-Identifier: GPL-2.0-only

// The tallies of earlier checks. The machine is deterministic: the same image, asked the same question
// by the same program, shows the same. So an unchanged question is answered from the cache, and a series
// that `b4` asks about patch by patch makes each run once.
//
// What must hold: a tally is kept only if every run was made and none killed its process. Where runs
// kill, what is left out depends on the number of workers.

import FoundationEssentials
import Slices
import System
import Workers

/// Tallies in the cache, by what decides them.
struct TallyStore {
    private let cache: BuildCache
    /// Of everything but the image and the lines that are watched.
    private let question: String

    init(of session: CheckSession) throws {
        cache = session.builder.cache
        question = try ObservationStore(of: session).question
    }

    /// Nil if it was not kept.
    ///
    /// - Parameter hunks: the added lines that were watched.
    func find(_ variant: Variant, _ hunks: HunkCounters?) -> Tally? {
        cache.keptValue(at: path(of: variant, hunks))
    }

    /// Only a saving of time: a cache that cannot be written fails elsewhere.
    func keep(_ tally: Tally, of variant: Variant, _ hunks: HunkCounters?) {
        guard tally.isUndisturbed,
            let data = try? JSONEncoder().encode(tally)
        else { return }
        try? cache.keep(Array(data), at: path(of: variant, hunks))
    }

    /// The runs of a variant by the functions that they enter, whatever was watched; nil if they were
    /// not kept.
    func findRuns(of variant: Variant) -> KeptRuns? {
        cache.keptValue(at: pathOfRuns(of: variant))
    }

    func hasRuns(of variant: Variant) -> Bool { Disk.stamp(pathOfRuns(of: variant)) != nil }

    func keepRuns(_ tally: Tally, _ byFunction: RunsByFunction, of variant: Variant) {
        var tally = tally
        tally.scenariosOfLines = []
        guard tally.isUndisturbed,
            let runs = KeptRuns(tally, byFunction), let data = try? JSONEncoder().encode(runs)
        else { return }
        try? cache.keep(Array(data), at: pathOfRuns(of: variant))
    }

    private func pathOfRuns(of variant: Variant) -> String {
        var digest = Digest()
        digest.add("runs 2")
        digest.add(question)
        digest.add(variant.key)
        return "\(cache.observations)/\(digest.hexadecimal).runs"
    }

    private func path(of variant: Variant, _ hunks: HunkCounters?) -> String {
        var digest = Digest()
        digest.add("tally 1")
        digest.add(question)
        digest.add(variant.key)
        // With the image, the lines say which counters are watched.
        for line in hunks?.lines ?? [] {
            digest.add("\(hunks!.areAdded) \(line.location.file):\(line.location.line)")
        }
        return "\(cache.observations)/\(digest.hexadecimal).tally"
    }
}
