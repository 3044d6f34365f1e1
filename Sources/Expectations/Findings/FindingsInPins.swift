// SPDX-License-Identifier: GPL-2.0-only

// The shapes of findings about truncation and pins.

import Machine

extension Findings {
    /// Truncation looked for pins while another task had the entry locked, passed it over, and
    /// deletes it.
    static func missesPin(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        let warning = facts.events[failure.event]
        guard failure.what == 0, warning.kind == .warn,
            !facts.quirks.interfaces.contains(.pageReferences),
            warningText(of: failure, facts) == "trunc && page_ref_count(page) > 1",
            let operation = warning.operation,
            facts.scenario.operations[operation].kind == .truncate,
            let deleted = facts.events[failure.event...].first(where: {
                $0.task == warning.task && $0.kind == .indexDelete
            })
        else { return false }
        func isOwn(_ event: Event) -> Bool { event.operation == operation }
        guard
            let sized = facts.events[..<failure.event].lastIndex(where: {
                isOwn($0) && $0.kind == .size
            }),
            let looked = facts.events[..<sized].lastIndex(where: {
                isOwn($0) && $0.kind == .unmapRange
            })
        else { return false }
        var isLocked = false
        for index in 0..<sized {
            let event = facts.events[index]
            guard event.kind == .indexReplace, event.arg0 == deleted.arg0 else { continue }
            isLocked = event.arg2 != 0
            // It was locked until some moment of the search.
            if index > looked && !isLocked && event.task != warning.task { return true }
        }
        return isLocked
    }

    /// Truncation, what changes a range, or on fuse whoever gives up a range, waits for the last
    /// reference to a page, its pins are gone, and what is left is a mapping that was made during
    /// the wait.
    static func waitsForMapping(
        _ facts: borrowing RunFacts, _ failure: RuleFailure
    ) -> Bool {
        let waiting = facts.waits.map { UInt8($0.task) }
        guard facts.end == .lostWakeup, !waiting.isEmpty,
            waiting.allSatisfy({ task in
                let kind = facts.running(task)
                return facts.scenario.geometry.filesystem.hasWorker || kind == .truncate
                    || kind?.isRange == true
            })
        else { return false }
        return waiting.contains { wasMappedAnew(during: $0, facts) }
    }

    /// Whether a page was mapped since a task that waits has unmapped it.
    private static func wasMappedAnew(
        during task: UInt8, _ facts: borrowing RunFacts
    ) -> Bool {
        guard
            let slept = facts.events.lastIndex(where: { $0.task == task && $0.kind == .wait }),
            let unmapped = facts.events[..<slept].lastIndex(where: {
                $0.task == task && $0.kind == .unmapRange
            })
        else { return false }
        // How many references each page of the device has that was mapped since.
        var left: [ObjectName: Int64] = [:]
        var mapped = 0
        for event in facts.events[unmapped...] {
            switch event.kind {
            case .pteInsert where event.task != task && event.arg1 >= 0 && event.result == 0:
                mapped += 1
            case .pmdInsert where event.task != task && event.arg1 >= 0 && event.vmFault == .noPage:
                mapped += 1
            case .pteClear where event.task != task, .pmdClear where event.task != task:
                return false
            case .pageGet, .pagePut: left[event.object] = event.arg0
            default: break
            }
        }
        return mapped > 0 && left.values.contains { $0 > 0 }
    }
}
