// SPDX-License-Identifier: GPL-2.0-only

/// `fault-code`: each call of a fault handler returns the right VM_FAULT code.
///
/// For a PTE fault: SIGBUS beyond EOF; OOM if the first failure is -ENOMEM, SIGBUS for any other,
/// except that -EBUSY from the insertion is success; for a copy on write LOCKED if the slot holds a
/// hole page and DAX_LOCKED if it holds an entry; LOCKED for a read of a hole; otherwise NOPAGE.
/// MAJOR is added when the fault of a mapped extent gets IOMAP_F_NEW, and is no matter beside an
/// error. An extent that does not cover the page, and a hole under a write, are -EIO. For the fallbacks of a PMD
/// fault see `pmd-rules`; otherwise its code is what the insertion returned, never with MAJOR.
/// pfn_mkwrite is SIGBUS beyond EOF and NOPAGE otherwise. This is the kernel of 4.9;
/// `KernelQuirks` has what later ones return instead.
///
/// When `iomap_end` fails after a successful fault, the entry is in the page table already, and
/// upstream has returned both the fault's own code and the code of end's error. Both are right
/// here. Does not apply to a call that did not return.
enum FaultCode: Rule {
    static let name = "fault-code"
    static let rule = "the VM_FAULT code is the one the rules give for this outcome"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        var applicable = false
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            guard fault.hasReturned else { continue }
            applicable = true
            let expected = facts.faultCode(of: fault)
            guard fault.returned != expected else { continue }
            if facts.someSize(of: fault, keeps: { isRight($0, facts) }) { continue }
            return .broken(
                RuleFailure(
                    event: fault.exit, what: index, expected: Int64(expected.rawValue),
                    actual: Int64(fault.returned.rawValue)))
        }
        return .keptIf(applicable: applicable)
    }

    private static func isRight(_ fault: FaultCall, _ facts: borrowing RunFacts) -> Bool {
        if facts.mayReturn(fault.returned, fault) { return true }
        return fault.endError != 0 && !facts.isFailure(fault)
            && fault.returned == facts.codeAfterFailedEnd(fault)
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let fault = facts.faults[failure.what]
        return Explanation(
            expected: "\(facts.code(failure.expected)): "
                + facts.reason(of: fault),
            actual: facts.code(failure.actual), event: failure.event)
    }

    static func description(ofCase what: Int) -> String {
        "another VM_FAULT code than the rules give"
    }
}
