// SPDX-License-Identifier: GPL-2.0-only

/// `pmd-rules`: a 2 MiB fault falls back to PTEs where it must: for a write to a private mapping, a
/// range that does not lie inside the vma, or whose last page is past EOF (SIGBUS where the first
/// one is); an entry that cannot be made (a PTE or page was there when it looked last, or no memory
/// even in a second try), a begin that fails or returns less than 2 MiB, storage that is too short
/// or not aligned, a write to a hole, no huge zero page. After a FALLBACK no 2 MiB entry is in the
/// page tables. Later kernels return another code for no memory: see `KernelQuirks`.
///
/// The facts are the range, the vma, i_size, and what the calls of the fault returned. In which
/// order the handler asks, the filesystem first or the index, is its own affair.
///
/// Models `dax_iomap_pmd_fault()`. A PTE fault follows a FALLBACK; it would fault for ever if the
/// huge pmd were still there. Does not apply to runs without a call of the PMD handler.
enum PMDRules: Rule {
    static let name = "pmd-rules"
    static let rule =
        "private write, range outside the vma, range past EOF, conflicting entry, short or "
        + "unaligned extent: FALLBACK, and the huge pmd is split where one is there"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        var applicable = false
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.order == .pmd, fault.hasReturned else { continue }
            applicable = true
            let code = fault.returned
            let isRight = facts.someSize(of: fault) {
                if let early = facts.earlyPMDCode(of: $0) {
                    return facts.isRightEarly(code, early, $0)
                }
                return !facts.mustFallBack($0) || code == .fallback
                    || facts.mayReturn(code, $0)
            }
            if isRight {
                // Another task may have inserted that 2 MiB entry since.
                if code.contains(.fallback) && fault.leavesHugePage && !facts.maySeeOthers(fault) {
                    return .broken(RuleFailure(event: fault.exit, what: 2))
                }
                continue
            }
            if let early = facts.earlyPMDCode(of: fault) {
                return .broken(
                    RuleFailure(
                        event: fault.exit, what: 0, expected: Int64(early.rawValue),
                        actual: Int64(code.rawValue)))
            }
            return .broken(
                RuleFailure(
                    event: fault.exit, what: 1, expected: Int64(index),
                    actual: Int64(code.rawValue)))
        }
        return .keptIf(applicable: applicable)
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        switch failure.what {
        case 0:
            Explanation(
                expected: "\(facts.code(failure.expected)): its range cannot be mapped",
                actual: facts.code(failure.actual), event: failure.event)
        case 1:
            Explanation(
                expected: "VM_FAULT_FALLBACK: "
                    + facts.reason(of: facts.faults[Int(failure.expected)]),
                actual: facts.code(failure.actual), event: failure.event)
        default:
            Explanation(
                expected: "a fallback leaves no huge pmd behind",
                actual: "the huge pmd is still there", event: failure.event)
        }
    }

    static func description(ofCase what: Int) -> String {
        switch what {
        case 0: "another answer than the early one"
        case 1: "no fallback where one must be"
        default: "a fallback leaves a huge pmd"
        }
    }
}
