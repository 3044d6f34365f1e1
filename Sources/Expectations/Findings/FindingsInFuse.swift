// SPDX-License-Identifier: GPL-2.0-only

// The shapes of findings about the window of virtiofs.

import Machine

extension Findings {
    private static let setUpMapping: Int64 = 48
    private static let removeMapping: Int64 = 49

    /// A read() or write() that frees a range for itself has waited for a pin in it, another task freed
    /// it meanwhile, and it is taken without the lock under which a free one is.
    static func takesFreeRange(_ facts: borrowing RunFacts, _ failure: RuleFailure) -> Bool {
        guard facts.scenario.geometry.filesystem == .fuse else { return false }
        for taken in 0..<facts.events.count {
            let event = facts.events[taken]
            guard event.kind == .request, event.arg0 == setUpMapping,
                let operation = event.operation,
                [.read, .write].contains(facts.scenario.operations[operation].kind),
                let slept = facts.events[..<taken].lastIndex(where: {
                    $0.task == event.task && $0.operation == operation && $0.kind == .wait
                }),
                let lock = lockOfFreedRange(facts, slept..<taken, but: event.task)
            else { continue }
            let hasAsked = facts.events[slept..<taken].contains {
                $0.task == event.task && $0.kind == .lock && $0.object == lock
            }
            if !hasAsked { return true }
        }
        return false
    }

    /// A store that had to wait for the lock of the ranges gets the one that a load has made meanwhile: it
    /// gives its own back, asks the server for nothing, and maps a page that may only be read.
    static func storesToReadRange(_ facts: borrowing RunFacts, _ failure: RuleFailure) -> Bool {
        guard facts.scenario.geometry.filesystem == .fuse,
            warningText(of: failure, facts)?.hasSuffix("writable in a range that may only be read")
                == true
        else { return false }
        return facts.events.indices.contains { mapped in
            let event = facts.events[mapped]
            guard event.kind == .pteInsert || event.kind == .pmdInsert,
                let operation = event.operation
            else { return false }
            let own = facts.events[..<mapped].filter {
                $0.task == event.task && $0.operation == operation
            }
            let setUpByOthers = facts.events[..<mapped].contains {
                $0.task != event.task && $0.kind == .request && $0.arg0 == setUpMapping
            }
            return setUpByOthers && own.contains { $0.kind == .wake }
                && !own.contains { $0.kind == .request && $0.arg0 == setUpMapping }
        }
    }

    /// The lock under which another task has put a range among the free ones.
    private static func lockOfFreedRange(
        _ facts: borrowing RunFacts, _ events: Range<Int>, but task: UInt8
    ) -> ObjectName? {
        for index in events {
            let event = facts.events[index]
            guard event.kind == .wake, event.task != task,
                facts.events[events.lowerBound..<index].contains(where: {
                    $0.task == event.task && $0.kind == .request && $0.arg0 == removeMapping
                })
            else { continue }
            let last = facts.events[..<index].last { $0.task == event.task && $0.kind == .lock }
            if let last { return last.object }
        }
        return nil
    }
}
