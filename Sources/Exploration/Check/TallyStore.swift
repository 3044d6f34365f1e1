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
        let path = path(of: variant, hunks)
        guard let bytes = cache.kept(at: path),
            let known = try? JSONDecoder().decode(Tally.self, from: Data(bytes))
        else { return nil }
        Disk.touch(path)
        return known
    }

    /// Only a saving of time: a cache that cannot be written fails elsewhere.
    func keep(_ tally: Tally, of variant: Variant, _ hunks: HunkCounters?) {
        guard tally.deaths.isEmpty, tally.harnessErrors.isEmpty, tally.leftOut.isEmpty,
            let data = try? JSONEncoder().encode(tally)
        else { return }
        try? cache.keep(Array(data), at: path(of: variant, hunks))
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

extension CheckSession {
    /// The runs of each variant: made now, or kept from an earlier check.
    ///
    /// - Parameters:
    ///   - hunks: for each variant the added lines to watch, or nil.
    ///   - selections: for each variant the runs that count, or nil for all.
    func judge(
        _ variants: [Variant], _ hunks: [HunkCounters?], _ selections: [RunSelection?]
    ) throws -> [JudgedRuns] {
        // Part of a check is quickly made, and seldom asked for again.
        let reuses = filter.isEmpty && keepsRuns
        let store = try TallyStore(of: self)
        let hunks = hunks + Array(repeating: nil, count: variants.count - hunks.count)
        let kept = zip(variants, hunks).map { reuses && reusesRuns ? store.find($0, $1) : nil }
        let new = variants.indices.filter { kept[$0] == nil }
        let checked = try reportingPool.check(
            new.map { .file(variants[$0].image) }, orders: orders, only: filter.scenarios,
            hunks: new.map { hunks[$0] }, selections: new.map { selections[$0] })
        if reuses, pool.isInterrupted?() != true {
            for (index, result) in zip(new, checked) {
                store.keep(result.tally, of: variants[index], hunks[index])
            }
        }
        var rest = checked[...]
        return kept.map { tally in
            if let tally { return JudgedRuns(tally: tally, seconds: 0, areKept: true) }
            let result = rest.removeFirst()
            return JudgedRuns(tally: result.tally, seconds: result.seconds, areKept: false)
        }
    }
}

/// All runs of a variant.
struct JudgedRuns {
    var tally: Tally
    /// Wall-clock time from the first worker's start to the last one's end.
    var seconds: Double
    /// An earlier check made them.
    var areKept: Bool
}
