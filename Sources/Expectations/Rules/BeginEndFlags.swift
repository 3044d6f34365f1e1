// SPDX-License-Identifier: GPL-2.0-only

/// `begin-end-flags`: `iomap_end` gets exactly the flags that `iomap_begin` got.
///
/// Models the contract of `iomap_apply()`, which passes the same `flags` to both: a filesystem that
/// started a transaction because IOMAP_WRITE was set must see IOMAP_WRITE to end it.
///
/// Does not apply to runs in which no begin has an end; `begin-end-balanced` does.
enum BeginEndFlags: Rule {
    static let name = "begin-end-flags"
    static let rule = "iomap_end sees the flags that iomap_begin saw"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        var applicable = false
        for index in 0..<facts.spans.count {
            let span = facts.spans[index]
            guard span.end >= 0 else { continue }
            applicable = true
            let flags = facts.events[span.end].arg2
            if flags != span.flags {
                return .broken(RuleFailure(event: span.end, expected: span.flags, actual: flags))
            }
        }
        return .keptIf(applicable: applicable)
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        Explanation(
            expected: "iomap_end with flags 0x" + String(failure.expected, radix: 16)
                + ", as iomap_begin saw",
            actual: "iomap_end with flags 0x" + String(failure.actual, radix: 16),
            event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        "iomap_end with other flags than iomap_begin"
    }
}
