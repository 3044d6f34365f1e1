// SPDX-License-Identifier: GPL-2.0-only

/// `fault-keeps-blocks`: a page fault, failing or not, never frees a block that the file owned
/// before it, never frees a block that it has put into a page table, and never makes the file
/// shorter.
///
/// Models why a fault must not reach `ext2_write_failed()`: the blocks beyond i_size that it frees
/// may be in page tables, and no other task would notice. A failing fault may free what it
/// allocated itself, as a filesystem's rollback in `iomap_end` does, and one that has stored to a copy
/// frees what the file had instead.
///
/// Does not apply to runs without a call of a fault handler, and looks only inside those calls: a
/// write() or truncate() may free blocks.
enum FaultKeepsBlocks: Rule {
    static let name = "fault-keeps-blocks"
    static let rule = "a fault, failing or not, never frees a block or shrinks the file"

    static func judge(_ facts: borrowing RunFacts) -> Ruling {
        for index in 0..<facts.faults.count {
            let fault = facts.faults[index]
            let task = facts.events[fault.enter].task
            let last = fault.hasReturned ? fault.exit : facts.events.count
            for at in fault.enter..<last {
                let event = facts.events[at]
                guard event.task == task else { continue }
                if event.kind == .blockFree {
                    let range = RunFacts.blocks(event.arg0, event.arg1)
                    if !isReplaced(at, by: fault, facts),
                        !isOwn(range, facts, fault.enter..<at, task)
                    {
                        return .broken(RuleFailure(event: at, what: 0, actual: event.arg0))
                    }
                    if isMapped(range, facts, fault.enter..<last, task) {
                        return .broken(RuleFailure(event: at, what: 1, actual: event.arg0))
                    }
                } else if event.kind == .size && event.arg1 < event.arg0 {
                    return .broken(
                        RuleFailure(event: at, what: 2, expected: event.arg0, actual: event.arg1))
                }
            }
        }
        return .keptIf(applicable: facts.hasFault)
    }

    /// Whether blocks are freed because the copy that was stored to has taken their place.
    private static func isReplaced(
        _ event: Int, by fault: FaultCall, _ facts: borrowing RunFacts
    ) -> Bool {
        guard fault.span >= 0 else { return false }
        let span = facts.spans[fault.span]
        return span.isShared && span.end >= 0 && span.end < event
            && facts.events[span.end].arg3 > 0
    }

    /// Whether the fault allocated all of these blocks itself.
    private static func isOwn(
        _ blocks: Range<Int64>, _ facts: borrowing RunFacts, _ span: Range<Int>, _ task: UInt8
    ) -> Bool {
        var next = blocks.lowerBound
        while next < blocks.upperBound {
            var found = false
            for at in span {
                let event = facts.events[at]
                guard event.kind == .blockAllocate, event.task == task, event.result >= 0 else {
                    continue
                }
                let allocated = RunFacts.blocks(event.arg0, event.arg1)
                if allocated.contains(next) {
                    next = allocated.upperBound
                    found = true
                    break
                }
            }
            if !found { return false }
        }
        return true
    }

    /// Whether the fault put any of these blocks into a page table.
    private static func isMapped(
        _ blocks: Range<Int64>, _ facts: borrowing RunFacts, _ span: Range<Int>, _ task: UInt8
    ) -> Bool {
        for at in span {
            let event = facts.events[at]
            guard event.task == task, event.arg1 >= 0 else { continue }
            switch event.kind {
            case .pteInsert where event.result == 0:
                if blocks.contains(event.arg1) { return true }
            case .pmdInsert where event.vmFault == .noPage:
                if blocks.overlaps(RunFacts.blocks(event.arg1, 512)) { return true }
            default: continue
            }
        }
        return false
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        switch failure.what {
        case 0:
            Explanation(
                expected: "the fault frees no block that the file had before",
                actual: "it freed device block \(failure.actual)", event: failure.event)
        case 1:
            Explanation(
                expected: "the fault keeps the blocks that it mapped",
                actual: "it freed device block \(failure.actual), which is in a page table",
                event: failure.event)
        default:
            Explanation(
                expected: "i_size stays \(failure.expected)",
                actual: "the fault set i_size to \(failure.actual)", event: failure.event)
        }
    }

    static func description(ofCase what: Int) -> String {
        switch what {
        case 0: "a fault frees a block that was there"
        case 1: "a fault frees a block that it mapped"
        default: "a fault shrinks the file"
        }
    }
}
