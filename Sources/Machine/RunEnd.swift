// SPDX-License-Identifier: GPL-2.0-only

// How a run ended. The numbers are the ABI's: `enum fl_end` of csrc/include/faultline.h.

/// How a run ended.
@frozen
public enum RunEnd: UInt32, Hashable, Codable, Sendable {
    case finished
    /// A task waits for something that it holds itself.
    case selfDeadlock
    /// A cycle of several tasks.
    case deadlock
    /// A task waits for ever, but in no cycle.
    case lostWakeup
    /// NULL or wild access, illegal instruction.
    case oops
    /// `BUG_ON`.
    case bug
    case divide
    case stackOverflow
    case stackSmashed
    /// The budget of basic blocks is used up.
    case endlessLoop
    case useAfterFree
    case doubleFree
    case overrun
    case atomicSleep
    /// A call of a function that the machine does not provide: a harness error, never a verdict.
    case trap
    /// A limit of the ABI was reached: a harness error, never a verdict.
    case limit
    /// The run was malformed: a harness error, never a verdict.
    case refused

    /// The harness failed; the run says nothing about the code under test.
    @inlinable public var isHarnessError: Bool { rawValue >= RunEnd.trap.rawValue }
    /// No task could run.
    @inlinable public var isDeadlock: Bool {
        self == .selfDeadlock || self == .deadlock || self == .lostWakeup
    }

    /// As a part of a sentence: "the run ...".
    public var description: String {
        switch self {
        case .finished: "finished"
        case .selfDeadlock: "ended in a self-deadlock"
        case .deadlock: "ended in a deadlock"
        case .lostWakeup: "ended with a task that nobody wakes"
        case .oops: "ended in an oops"
        case .bug: "ended in a BUG"
        case .divide: "ended in a division by zero"
        case .stackOverflow: "ended in a stack overflow"
        case .stackSmashed: "ended with a smashed stack"
        case .endlessLoop: "ended in an endless loop"
        case .useAfterFree: "ended in a use after free"
        case .doubleFree: "ended in a double free"
        case .overrun: "ended in an access outside of an object"
        case .atomicSleep: "ended in a sleep in atomic context"
        case .trap: "called what the machine does not provide"
        case .limit: "reached a limit of the machine"
        case .refused: "was refused as malformed"
        }
    }
}
