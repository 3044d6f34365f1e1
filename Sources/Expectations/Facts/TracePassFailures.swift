// SPDX-License-Identifier: GPL-2.0-only

// Which failures count, and whose they are. A call can fail without consequence: the code may try
// it again, or the filesystem may deal with it inside `iomap_begin` or `iomap_end`. All rules share
// the answer that is given here. It must hold that a failure is kept as the first error of a fault,
// a span or a system call only if nothing below the code under test makes it good.

import Machine

extension RunFacts {
    /// A fault that looks up its slot again now has the memory that was missing, or needs none.
    mutating func noteAnotherTry(_ event: Event, _ position: TracePosition) {
        guard quirks.retriesInsertions, position.fault >= 0, event.operation < calls.count,
            faults[position.fault].span < 0,
            calls[event.operation].innerErrorEvent > faults[position.fault].enter
        else { return }
        calls[event.operation].innerError = 0
    }

    mutating func noteStorage(
        _ event: Event, _ index: Int, _ position: inout TracePosition
    ) {
        if event.result < 0 {
            if position.unrecovered == 0 && isRecoverable(event, position) {
                position.unrecovered = event.result
                calls[event.operation].hasFailure = true
                return
            }
            position.unrecovered = 0
            return fail(event.result, event, index, position)
        }
        guard position.fault >= 0 else { return }
        faults[position.fault].storageBlock = event.arg0
        faults[position.fault].storageBytes = event.result
    }

    /// Whether the code under test may answer this failure of a write() with a second try.
    func isRecoverable(_ event: Event, _ position: TracePosition) -> Bool {
        quirks.recoversWrites && event.result == quirks.recoverableError
            && position.isOpen && position.fault < 0 && event.operation < calls.count
            && scenario.operations[event.operation].kind == .write
    }

    mutating func notePoint(_ event: Event, _ index: Int, _ position: TracePosition) {
        guard event.result != 0 else { return }
        if event.operation < calls.count { calls[event.operation].hasFailure = true }
        switch InjectionPoint(rawValue: UInt32(truncatingIfNeeded: event.arg1)) {
        case .hugeZeroPage:
            if position.fault >= 0 { faults[position.fault].lacksZeroPage = true }
        case .signal: fail(event.result, event, index, position)
        case .allocation, .pageTable: failInside(event.result, event, index, position)
        default: break
        }
    }

    mutating func noteUnreadableMap(_ event: Event, _ position: TracePosition) {
        guard event.operation < calls.count else { return }
        if position.isEnding || scenario.operations[event.operation].kind == .truncate {
            calls[event.operation].isMapUnreadable = true
        }
    }

    func isPMD(_ position: TracePosition) -> Bool {
        position.fault >= 0 && faults[position.fault].order == .pmd
    }

    /// Notes a failure that nothing below the code under test makes good.
    mutating func fail(
        _ error: Int64, _ event: Event, _ index: Int, _ position: TracePosition
    ) {
        if event.operation < calls.count { calls[event.operation].hasFailure = true }
        if position.isEnding { return }
        if position.isOpen && spans[position.span].error == 0 {
            spans[position.span].error = error
        }
        if position.fault >= 0 {
            if faults[position.fault].error == 0 {
                faults[position.fault].error = error
                faults[position.fault].errorEvent = index
            }
        } else if event.operation < calls.count && calls[event.operation].error == 0 {
            calls[event.operation].error = error
            calls[event.operation].errorEvent = index
        }
    }

    /// Notes a failure that, while no span is open, the filesystem may deal with itself: only what
    /// the filesystem then returns counts.
    mutating func failInside(
        _ error: Int64, _ event: Event, _ index: Int, _ position: TracePosition
    ) {
        if position.isOpen { return fail(error, event, index, position) }
        guard event.operation < calls.count else { return }
        calls[event.operation].hasFailure = true
        if calls[event.operation].innerError == 0 && !position.isEnding {
            calls[event.operation].innerError = error
            calls[event.operation].innerErrorEvent = index
        }
    }
}
