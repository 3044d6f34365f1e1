// SPDX-License-Identifier: GPL-2.0-only

import Machine

/// `error-kept`: if several calls fail, or one does and the clean-up fails too, the first error is
/// reported.
///
/// For a fault: the code of the first error, whatever `iomap_end` returns after it. For read() and
/// write(): the count of bytes done, or the first error if there are none. For truncate and fsync:
/// the first error.
///
/// Models the comment "keep previous error" in the merged handlers. Applies to operations in which
/// a call failed. Does not apply to failures inside a begin that then succeeds, nor to those of
/// truncation reading block maps, which returns nothing, nor to a call that was made again and then
/// succeeded; one that was made again and failed in another way may be reported as either. An allocation that failed and was not tried again may or may not have been needed:
/// -ENOMEM is right then, and so is what would be right without it.
enum ErrorKept: Rule {
    static let name = "error-kept"
    static let rule = "the first error is reported, not a later one's"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        var applicable = false
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.hasReturned, fault.failures.error != 0 else { continue }
            applicable = true
            if !facts.someSize(of: fault, keeps: { facts.mayReturn(fault.returned, $0) }) {
                return .broken(
                    RuleFailure(
                        event: fault.exit, what: 0, expected: fault.failures.error,
                        actual: Int64(fault.returned.rawValue)))
            }
        }
        for index in 0..<facts.results.count {
            let call = facts.calls[index]
            guard call.exit >= 0, call.hasFailure else { continue }
            let operation = facts.scenario.operations[index]
            guard !operation.kind.isAccess, operation.kind != .pin else { continue }
            let value = facts.results[index].value
            var error = call.failures.error
            if error != 0 {
                applicable = true
                if value > 0 && isTransfer(operation) { continue }
            } else if value < 0 {
                applicable = true
                error = call.failures.inner
            }
            // It is one of two, and which was needed nobody can say.
            if call.failures.mayLackMemory && value == -Int64(Errno.enomem) { continue }
            if error == 0 && value < 0 && call.failures.mayLackMemory {
                error = -Int64(Errno.enomem)
            }
            let expected = facts.quirks.result(of: error)
            let again = call.failures.again
            if again != 0 && value == facts.quirks.result(of: again) { continue }
            if error != 0 && value != expected {
                return .broken(
                    RuleFailure(event: call.exit, what: 1, expected: expected, actual: value))
            }
        }
        return .keptIf(applicable: applicable)
    }

    private static func isTransfer(_ operation: Operation) -> Bool {
        operation.kind.isRead || operation.kind.isWrite
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        Explanation(
            expected: "the first error, \(Errno.name(of: failure.expected)), is reported",
            actual: failure.what == 0
                ? "the fault returned \(facts.code(failure.actual))"
                : "the call returned \(Errno.name(of: failure.actual))",
            event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        what == 0
            ? "a fault reports another error than the first"
            : "a call reports another error than the first"
    }
}
