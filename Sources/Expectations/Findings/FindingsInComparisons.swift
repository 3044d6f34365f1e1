// SPDX-License-Identifier: GPL-2.0-only

// The shapes of findings about two ranges that are compared.

import Machine

extension Findings {
    /// The span is one of two that a comparison opens at once: that of the second range, which the loop
    /// leaves without looking at it again, or any where a call failed.
    private static func isLeftOpen(_ span: Span, _ facts: borrowing RunFacts) -> Bool {
        let operation = facts.scenario.operations[span.operation]
        guard operation.kind == .dedupe, span.end < 0 else { return false }
        return span.position >= Int64(operation.end) || facts.calls[span.operation].hasFailure
    }

    static func leavesComparisonOpen(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        failure.what == 0 && isLeftOpen(facts.spans[Int(failure.actual)], facts)
    }

    /// What such a begin has reserved is lost.
    static func leaksReservationOfComparison(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 0 else { return false }
        var open = 0
        for index in 0..<facts.spans.count where isLeftOpen(facts.spans[index], facts) { open += 1 }
        return facts.leaks.count <= open && facts.leaks.allSatisfy { $0.kind == .reservation }
    }

    /// Storage could not be reached, and the call says how far the iterator was: 1.
    static func losesErrorOfComparison(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        guard failure.what == 1, failure.actual == 1, failure.expected == -Int64(Errno.eio),
            let operation = facts.events[failure.event].operation
        else { return false }
        return facts.scenario.operations[operation].kind == .dedupe
    }

    /// Bytes of unwritten extents were compared as they are on the medium.
    static func comparesUnwritten(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        facts.spans.contains {
            facts.scenario.operations[$0.operation].kind == .dedupe && $0.type == .unwritten
                && facts.results[$0.operation].value > 0
        }
    }
}
