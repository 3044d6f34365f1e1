// SPDX-License-Identifier: GPL-2.0-only

/// `written-truthful`: `iomap_end` is told in `written` what was really done.
///
/// For a fault: its size if it succeeded, 0 if it failed. It fails if a call fails and the handler
/// gives up (no storage, no page, no page table entry, an extent that does not fit a PMD) and so
/// ends in SIGBUS, OOM or FALLBACK. `-EBUSY` from `vm_insert_mixed()` is no failure: another task
/// has mapped the page. So it has if the handler finds a huge pmd, or a page table in the way of
/// one, and enters nothing: 0 and the size are both true then. A handler may call end and ask again;
/// each end is told what was done since its own begin. A failing `iomap_end` comes too late to
/// change `written`.
///
/// For read() and write(): the bytes copied between begin and end. For the zeroing of a truncate, and
/// for unsharing: the cut length, or 0 if it failed. Zeroing by fallocate() may say what it did ahead
/// of the page that failed. A store through MAP_SYNC is mapped behind end, so what fails after that is
/// none of end's business.
///
/// Models that a filesystem commits what it is told was written and undoes the rest. Does not apply
/// to an end without a begin, nor to a begin without an end.
enum WrittenTruthful: Rule {
    static let name = "written-truthful"
    static let rule =
        "`written` is what was really done: the size on success, 0 (or the short count) on failure"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        var applicable = false
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.end >= 0 else { continue }
            let written = facts.events[span.end].arg3
            let expected: Int64
            if span.fault >= 0 {
                let fault = facts.faults[span.fault]
                if isTruth(written, of: span, index, fault, facts) {
                    applicable = true
                    continue
                }
                // A failure after end makes `written` wrong too, so the whole call counts.
                expected =
                    fault.span != index || facts.isFailure(fault) ? 0 : span.length
            } else {
                expected = facts.done(by: span, told: written)
            }
            applicable = true
            if written != expected {
                return .broken(RuleFailure(event: span.end, expected: expected, actual: written))
            }
        }
        return .keptIf(applicable: applicable)
    }

    /// Whether `written` is true of a fault's span.
    private static func isTruth(
        _ written: Int64, of span: Span, _ index: Int, _ fault: FaultCall,
        _ facts: borrowing RunFacts
    ) -> Bool {
        // It asked once more later: this time it did no more than what it had done before end.
        if fault.span != index {
            let hasMapped = span.begin < fault.insertion && fault.insertion < span.end
            return written == (hasMapped ? span.length : 0)
        }
        // What is mapped behind end, and fails there, comes too late to change `written`.
        if facts.isSynchronous(fault) {
            return written == (facts.isFailure(facts.before(span.end, fault)) ? 0 : span.length)
        }
        // Another task has mapped what it was to map: it did nothing, or all is done.
        if facts.lostRace(fault), fault.returned.isDisjoint(with: [.errors, .fallback]) {
            return written == 0 || written == span.length
        }
        return facts.someSize(of: fault) {
            written == (facts.isFailure($0) ? 0 : span.length)
        }
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        Explanation(
            expected: failure.expected == 0
                ? "iomap_end with written 0: nothing was done"
                : "iomap_end with written \(failure.expected): that was done",
            actual: "iomap_end with written \(failure.actual)", event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        "iomap_end with a written that is not true"
    }
}
