// SPDX-License-Identifier: GPL-2.0-only

/// `written-truthful`: the `written` that `iomap_end` is told is what was really done.
///
/// For a fault that is all or nothing: the size of the fault if nothing failed, 0 if anything did.
/// Failing is any call on which the handler gives up (no storage, no page, no page table entry, an
/// extent that does not fit a PMD): the fault then ends in SIGBUS, OOM or FALLBACK. `-EBUSY` from
/// `vm_insert_mixed()` is no failure, another task has mapped the page. A failing `iomap_end` comes
/// too late to change what it was told.
///
/// For read() and write() it is the bytes that were copied between begin and end, for the zeroing
/// of a truncate the cut length, or 0 when the zeroing failed.
///
/// Models what the author of the series found, that "a plain bug to call iomap_end() with length !=
/// written" is one in both directions: a filesystem commits what it is told was written and undoes
/// the rest. Not applied to an end that belongs to no begin, nor where none came.
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
                if facts.someSize(
                    of: fault, keeps: { written == (facts.isFailure($0) ? 0 : span.length) })
                {
                    applicable = true
                    continue
                }
                // What it did where another task got in between is not to be told from outside.
                if fault.order == .pmd, fault.insertion < 0, facts.maySeeOthers(fault) {
                    continue
                }
                // What failed after end has still made `written` wrong, so the whole call counts,
                // unless it hangs in end: then everything before has happened already.
                expected = facts.isFailure(fault) ? 0 : span.length
            } else if facts.scenario.operations[span.operation].kind == .truncate {
                expected = span.error == 0 ? span.cutLength : 0
            } else {
                expected = span.copied
            }
            applicable = true
            if written != expected {
                return .broken(RuleFailure(event: span.end, expected: expected, actual: written))
            }
        }
        return .keptIf(applicable: applicable)
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
