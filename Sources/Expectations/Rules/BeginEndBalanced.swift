// SPDX-License-Identifier: GPL-2.0-only

/// `begin-end-balanced`: on every return path, each successful `iomap_begin` is followed by exactly
/// one `iomap_end` of the same task, for the same position and length, before the operation
/// returns.
///
/// Models the contract above `iomap_apply()`: what a filesystem takes in begin it gives back in
/// end. For read, write and truncate, `iomap_apply()` cuts the length to the extent that begin
/// returned, and end is told the cut length. The length of a fault is cut only where `iomap_iter()`
/// calls end (`cutsFaults` in KernelQuirks.swift).
///
/// Does not apply to runs without a successful begin and without an end, nor to a begin whose
/// operation neither called end nor returned, nor to a filesystem whose table has no `iomap_end`.
enum BeginEndBalanced: Rule {
    static let name = "begin-end-balanced"
    static let rule =
        "every successful iomap_begin has exactly one iomap_end with the same pos and length, on "
        + "every return path"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        if facts.strayEnd >= 0 {
            return .broken(RuleFailure(event: facts.strayEnd, what: 1))
        }
        var applicable = false
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.end >= 0 else {
                if span.hasNoEnd { continue }
                let exit = facts.exit(of: span.operation)
                if exit < 0 { continue }
                return .broken(RuleFailure(event: exit, what: 0, actual: Int64(index)))
            }
            applicable = true
            let end = facts.events[span.end]
            if end.arg0 != span.position {
                return .broken(
                    RuleFailure(
                        event: span.end, what: 2, expected: span.position, actual: end.arg0))
            }
            let isWhole = span.fault >= 0 && !facts.quirks.cutsFaults
            let length = isWhole ? span.length : span.cutLength
            if end.arg1 != length {
                return .broken(
                    RuleFailure(event: span.end, what: 3, expected: length, actual: end.arg1))
            }
        }
        return .keptIf(applicable: applicable)
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        switch failure.what {
        case 0:
            let span = facts.spans[Int(failure.actual)]
            return Explanation(
                expected: "one iomap_end for the iomap_begin at position \(span.position), "
                    + "\(span.length) bytes",
                actual: "\(facts.name(of: span.operation)) returned without iomap_end",
                event: failure.event)
        case 1:
            return Explanation(
                expected: "exactly one iomap_end for each successful iomap_begin",
                actual: "iomap_end was called with no iomap_begin outstanding",
                event: failure.event)
        default:
            let what = failure.what == 2 ? "pos" : "length"
            return Explanation(
                expected: "iomap_end with \(what) \(failure.expected)",
                actual: "iomap_end with \(what) \(failure.actual)", event: failure.event)
        }
    }

    static func description(ofCase what: Int) -> String {
        switch what {
        case 0: "iomap_begin without iomap_end"
        case 1: "iomap_end without iomap_begin"
        case 2: "iomap_end with another pos"
        default: "iomap_end with another length"
        }
    }
}
