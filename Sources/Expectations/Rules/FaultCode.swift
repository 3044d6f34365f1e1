// SPDX-License-Identifier: GPL-2.0-only

/// `fault-code`: each call of a fault handler returns the VM_FAULT code that the rules give.
///
/// For a PTE fault: beyond EOF SIGBUS; a first failure of -ENOMEM is OOM, any other SIGBUS, but
/// -EBUSY from the insertion is success; a copy on write ends LOCKED if the slot holds a hole page
/// and DAX_LOCKED if it holds an entry; a read of a hole ends LOCKED; everything else NOPAGE. MAJOR
/// is or'ed in when the fault of a mapped extent met IOMAP_F_NEW, failing or not. An extent that
/// does not cover the page, and a hole under a write, are -EIO. For a PMD fault see `pmd-rules`;
/// beyond those FALLBACK conditions the code is what the insertion returned, and never MAJOR.
/// pfn_mkwrite is SIGBUS beyond EOF and NOPAGE otherwise. That is the kernel of 4.9; what later
/// ones answer instead stands in `KernelQuirks`.
///
/// Whether an `iomap_end` that fails after the fault has succeeded is reported has been answered
/// both ways upstream (the entry is in the page table already): the fault's own code and that of
/// end's error are both right then. Not applied to a call that did not return.
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
        if fault.returned == facts.faultCode(of: fault) { return true }
        // The pmd was populated by another task before it could be.
        if fault.order == .pmd, fault.insertion < 0, fault.returned == .fallback,
            facts.maySeeOthers(fault)
        {
            return true
        }
        if facts.gaveWayToPageTable(fault) { return true }
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
