// SPDX-License-Identifier: GPL-2.0-only

// Operations and what became of them, in words.

import Exploration
import Machine

/// Writes operations.
enum OperationText {
    /// What is done, without who does it.
    static func describe(_ operation: Operation) -> String {
        switch operation.kind {
        case .truncate where operation.length > 0 && operation.position == 0:
            "open with O_TRUNC"
        case .truncate: "truncate to \(operation.position) bytes"
        case .fsync where operation.length == 0: "fsync"
        case .yield: "yield"
        case .mutexSection: "mutex section"
        case .freeze: "freeze and thaw"
        case .mapSync: "map with MAP_SYNC"
        case .evict where operation.position == Operation.allInodes: "unmount"
        case .evict where operation.position == Operation.allInodesAndMount:
            "unmount, and mount again"
        case .evict: operation.position == 0 ? "evict the inode" : "evict the other inode"
        case .memoryFailure, .mappingFailure:
            "\(operation.kind.name) of the page at byte \(operation.position)"
        case .pin, .unpin: "\(operation.kind.name) the page at byte \(operation.position)"
        default:
            "\(operation.kind.name) at byte \(operation.position), "
                + (operation.length == 1 ? "1 byte" : "\(operation.length) bytes")
        }
    }

    /// What it returned.
    static func result(_ end: RunRecord.OperationEnd?) -> String {
        guard let end else { return "nothing" }
        switch end.state {
        case .notRun: return "not begun"
        case .running: return "never returned"
        case .done: break
        }
        var parts: [String] = []
        if !end.vmFault.isEmpty { parts.append(end.vmFault.description) }
        if !end.pteFault.isEmpty, end.pteFault != end.vmFault {
            parts.append("then \(end.pteFault)")
        }
        if end.value != 0 || parts.isEmpty { parts.append(Machine.Errno.name(of: end.value)) }
        return parts.joined(separator: ", ")
    }

    /// The error of an injection; a positive number is the bytes that a copy manages first.
    static func error(_ number: Int32) -> String {
        number > 0 ? Int(number).of("byte") : Errno.name(of: number)
    }

    /// A call that was made to fail, in the notation of fail-nth.
    static func failure(_ call: RunRecord.FailedCall, of tasks: Int) -> String {
        // Some points are no single function, and their names are words.
        let name =
            call.call.isEmpty
            ? "a call that was not reached"
            : call.call.contains(" ") ? call.call : "\(call.call)()"
        let how =
            call.injection.error > 0
            ? "stops after \(error(call.injection.error))"
            : "fails with \(error(call.injection.error))"
        let whose = tasks > 1 ? " in \(TaskName.of(Int(call.injection.task)))" : ""
        return "\(name) \(how)\(whose) (fail_nth: \(call.injection.nth))"
    }
}
