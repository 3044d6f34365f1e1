// SPDX-License-Identifier: GPL-2.0-only

// A run written down: all that a report or a replay says about it, copied out of the machine's
// memory in the worker that made it. Code addresses stay offsets into the image, and lock classes
// become names, so that a record means the same in every process.

import Expectations
import Machine

/// All that is to be told of one run.
package struct RunRecord: Codable, Sendable {
    /// One boundary call.
    package struct Step: Codable, Sendable {
        package var kind: Event.Kind
        package var task: Int
        /// Index of the operation; `noOperation`: in none, as what the audit of the end finds.
        package var operation: Int
        package var object: ObjectName
        /// Of a lock, its class; empty for everything else.
        package var lockClass: String
        package var pc: UInt64
        package var arguments: [Int64]
        package var result: Int64

        package static let noOperation = 255
    }

    /// What became of an operation.
    package struct OperationEnd: Codable, Sendable {
        package enum State: String, Codable, Sendable { case notRun, running, done }
        package var state: State
        package var value: Int64
        package var vmFault: VMFault
        package var pteFault: VMFault
        package var entries: Int
        package var events: Range<Int>
    }

    package struct Chain: Codable, Sendable {
        package var task: Int
        package var event: Int
        /// Innermost first.
        package var pcs: [UInt64]
        package var text: String
    }

    package struct Held: Codable, Sendable {
        package var task: Int
        /// The operation that returned with it; -1: the end of the run.
        package var operation: Int
        package var object: ObjectName
        package var kind: HeldKind
        package var lockClass: String
        package var isRead: Bool
        package var pc: UInt64
    }

    package struct Blocked: Codable, Sendable {
        package var task: Int
        package var object: ObjectName
        /// Of a wait queue its own name; empty where it has none.
        package var lockClass: String
        package var isRead: Bool
        /// The task in its way; -1: nobody.
        package var owner: Int
        package var pc: UInt64
        /// An index into `chains`.
        package var chain: Int
        package var isInCycle: Bool
    }

    package struct Lost: Codable, Sendable {
        package var kind: String
        package var object: ObjectName
        package var size: UInt64
        package var pc: UInt64
        package var what: String
    }

    /// What was there when the run had finished, and what operations had seen.
    package struct EndState: Codable, Sendable {
        /// Equal bytes: from, to, value.
        package struct Bytes: Codable, Sendable, Hashable {
            package var from: UInt64
            package var to: UInt64
            package var value: UInt8

            package init(from: UInt64, to: UInt64, value: UInt8) {
                self.from = from
                self.to = to
                self.value = value
            }
        }

        package struct Mapping: Codable, Sendable, Hashable {
            package var page: Int
            /// 0 for a PTE, 9 for a PMD.
            package var order: Int
            package var isPrivate: Bool
            package var isWritable: Bool
            /// -1: a page of memory; -2: the huge zero page.
            package var deviceBlock: Int
        }

        package var contents: [Bytes]
        /// One for each operation.
        package var seen: [[Bytes]]
        /// Blocks of the file, ascending; -1 for each block of its block map.
        package var blocks: [Int]
        /// Blocks fewer in the bitmap than before.
        package var blocksTaken: Int
        package var mappings: [Mapping]
        /// Indices of dirty entries.
        package var dirty: [Int]
    }

    /// What an expectation has to say of the run.
    package struct Finding: Codable, Sendable {
        package var expectation: String
        package var expected: String
        package var actual: String
        /// The event at which it shows.
        package var event: Int?
        /// In which way, as signatures have it, and the code addresses that belong to it.
        package var kind: String?
        package var chain: [UInt64]?
    }

    package var end: RunEnd
    /// Instead of everything else, when the run killed its process.
    package var death: Death?
    package var endChain: Int?
    package var faultAddress: UInt64 = 0
    package var steps: [Step] = []
    package var operations: [OperationEnd] = []
    package var chains: [Chain] = []
    package var held: [Held] = []
    package var blocked: [Blocked] = []
    package var lost: [Lost] = []
    package var size: UInt64 = 0
    /// Nil where the run did not finish, or was written down before this was kept.
    package var endState: EndState?
    package var basicBlocks: UInt64 = 0
    package var diverged = 0
    package var message = ""
    package var findings: [Finding] = []
    /// Which lock class was taken with which other one held; absent in what was written before.
    package var lockOrder: [LockOrderGraph.Edge]?
    /// Names of the calls that were made to fail, in the order of the injections.
    package var failedCalls: [FailedCall] = []

    /// A call that was made to fail.
    package struct FailedCall: Codable, Sendable {
        package var injection: Injection
        /// E.g. `vm_insert_mixed`; empty if the run never got there.
        package var call: String
        package var pc: UInt64

        package init(injection: Injection, call: String, pc: UInt64) {
            self.injection = injection
            self.call = call
            self.pc = pc
        }
    }

    /// The record of a run that nothing could be read from.
    package init(death: Death) {
        end = .oops
        self.death = death
    }

    /// The record of a run that has not been made yet.
    package init() { end = .finished }

    /// Every code address that the record mentions, each once, ascending.
    package var codeAddresses: [UInt64] {
        var addresses = Set(steps.map(\.pc))
        for chain in chains { addresses.formUnion(chain.pcs) }
        addresses.formUnion(held.map(\.pc))
        addresses.formUnion(blocked.map(\.pc))
        addresses.formUnion(lost.map(\.pc))
        for finding in findings { addresses.formUnion(finding.chain ?? []) }
        addresses.remove(0)
        return addresses.sorted()
    }
}

extension RunRecord {
    /// Copies a run out of the machine's memory.
    package init(copying outcome: borrowing Outcome, of image: KernelImage, injections: [Injection])
    {
        let classes = image.lockClassNames()
        func className(_ number: Int) -> String {
            number >= 0 && number < classes.count ? classes[number] : ""
        }
        end = outcome.end
        endChain = outcome.endStack
        faultAddress = outcome.faultAddress
        size = outcome.size
        basicBlocks = outcome.basicBlocks
        diverged = outcome.diverged
        message = outcome.message
        for event in outcome.events {
            var lockClass = ""
            switch event.kind {
            case .lock, .lockWait, .trylock, .unlock, .downgrade:
                lockClass = className(Int(event.arg0))
            default: break
            }
            steps.append(
                Step(
                    kind: event.kind, task: Int(event.task),
                    operation: event.operation ?? Step.noOperation,
                    object: event.object, lockClass: lockClass, pc: event.pc,
                    arguments: [event.arg0, event.arg1, event.arg2, event.arg3],
                    result: event.result))
        }
        for result in outcome.results {
            operations.append(
                OperationEnd(
                    state: result.state == .done
                        ? .done : result.state == .running ? .running : .notRun,
                    value: result.value, vmFault: result.vmFault, pteFault: result.pteFault,
                    entries: Int(result.entries), events: result.events))
        }
        for stack in outcome.stacks {
            chains.append(
                Chain(
                    task: Int(stack.task), event: stack.event, pcs: stack.pcs, text: stack.text))
        }
        for lock in outcome.held {
            held.append(
                Held(
                    task: Int(lock.task), operation: lock.operation, object: lock.object,
                    kind: lock.kind,
                    lockClass: lock.kind.nameWithoutClass ?? className(lock.lockClass),
                    isRead: lock.isRead, pc: lock.pc))
        }
        for wait in outcome.waits {
            blocked.append(
                Blocked(
                    task: Int(wait.task), object: wait.object,
                    lockClass: className(wait.lockClass),
                    isRead: wait.isRead, owner: wait.owner, pc: wait.pc, chain: wait.stack,
                    isInCycle: wait.isInCycle))
        }
        for leak in outcome.leaks {
            lost.append(
                Lost(
                    kind: "\(leak.kind)", object: leak.object, size: leak.size, pc: leak.pc,
                    what: leak.what))
        }
        if end == .finished { endState = EndState(outcome) }
        failedCalls = injections.map { injection in
            let point = steps.first {
                $0.kind == .point && $0.task == Int(injection.task)
                    && $0.arguments[0] == Int64(injection.nth)
            }
            let kind = point.flatMap {
                InjectionPoint(rawValue: UInt32(truncatingIfNeeded: $0.arguments[1]))
            }
            return FailedCall(
                injection: injection, call: kind.map(image.name(of:)) ?? "",
                pc: point?.pc ?? 0)
        }
    }
}

extension RunRecord.EndState {
    fileprivate init(_ outcome: borrowing Outcome) {
        func merged(_ records: some Sequence<DataRun>) -> [Bytes] {
            var runs: [Bytes] = []
            for record in records {
                if let last = runs.last, last.to == record.position, last.value == record.byte {
                    runs[runs.count - 1].to = record.end
                } else {
                    runs.append(
                        Bytes(from: record.position, to: record.end, value: record.byte))
                }
            }
            return runs
        }
        let all = outcome.seen
        contents = merged(outcome.contents)
        seen = outcome.results.map { result in merged(result.seen.map { all[$0] }) }
        blocks = outcome.blocks.map { Int($0.fileBlock) }
        blocksTaken = Int(outcome.freeBlocksBefore) - Int(outcome.freeBlocks)
        mappings = outcome.mappings.map {
            Mapping(
                page: Int($0.page), order: Int($0.order), isPrivate: $0.isPrivate,
                isWritable: $0.isWritable, deviceBlock: Int($0.deviceBlock))
        }
        dirty = outcome.entries.filter(\.isDirty).map { Int($0.index) }
    }
}

extension HeldKind {
    /// What is held that is of no lock class; nil for a lock.
    fileprivate var nameWithoutClass: String? {
        switch self {
        case .storage: "mapped storage"
        case .preload: "preload"
        case .atomic: "atomic section"
        case .waitQueue, .lock, .entry, .pageLock, .freeze: nil
        }
    }
}
