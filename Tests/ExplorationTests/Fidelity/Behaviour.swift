// SPDX-License-Identifier: GPL-2.0-only

// What a run did, as far as two kernels that do the same must agree on it: what operations returned
// and saw, which blocks the file owns, what is in it, and in which order begin, end and the locks
// that the contract names were taken and given back. Device blocks, allocations and the inner
// locks of an index are each kernel's own business.

import Machine
import VariantTesting

/// What a run did, without what is a kernel's own business.
struct Behaviour: Equatable {
    /// One call that both kernels make.
    enum Step: Hashable, CustomStringConvertible {
        /// Position, length, flags.
        case begin(Int64, Int64, Int64)
        /// Position, length, written.
        case end(Int64, Int64, Int64)
        case lock(String, isRead: Bool)
        case unlock(String)

        var description: String {
            switch self {
            case .begin(let position, let length, let flags):
                "begin(\(position), \(length), flags 0x\(String(flags, radix: 16)))"
            case .end(let position, let length, let written):
                "end(\(position), \(length), written \(written))"
            case .lock(let name, let isRead): "lock \(name)\(isRead ? " for read" : "")"
            case .unlock(let name): "unlock \(name)"
            }
        }
    }

    /// A run of equal bytes.
    struct Bytes: Equatable {
        var position: UInt64
        var end: UInt64
        var byte: UInt8
    }

    struct Operation: Equatable {
        var kind: Machine.Operation.Kind
        var position: UInt64
        var value: Int64
        /// What the first handler returned, and the page handler at last.
        var codes: [VMFault]
        var seen: [Bytes]
        var steps: [Step]
    }

    var end: RunEnd
    var operations: [Operation]
    var size: UInt64
    /// Blocks of the file, and how many others hold its block map.
    var blocks: [Int64]
    var mapBlocks: Int
    var contents: [Bytes]

    init(_ outcome: borrowing Outcome, _ run: Run, lockClasses: () -> [String]) {
        end = outcome.end
        size = outcome.size
        blocks = outcome.blocks.map(\.fileBlock).filter { $0 >= 0 }
        mapBlocks = outcome.blocks.count - blocks.count
        contents = Behaviour.runs(outcome.contents)
        operations = []
        for (index, operation) in run.operations.enumerated() {
            let result = outcome.results[index]
            operations.append(
                Operation(
                    kind: operation.kind, position: operation.position, value: result.value,
                    codes: result.entries == 0 ? [] : [result.vmFault, result.pteFault],
                    seen: Behaviour.runs(result.seen.map { outcome.seen[$0] }), steps: []))
        }
        collectSteps(outcome, lockClasses())
    }

    private static func runs(_ records: some Sequence<DataRun>) -> [Bytes] {
        var runs: [Bytes] = []
        for record in records {
            if let last = runs.last, last.end == record.position, last.byte == record.byte {
                runs[runs.count - 1].end = record.end
            } else {
                runs.append(
                    Bytes(position: record.position, end: record.end, byte: record.byte))
            }
        }
        return runs
    }

    // MARK: - Steps

    /// Locks that the contract names, as both kernels call them here.
    private static let names = [
        "&mm->mmap_sem": "mmap_sem", "&mm->mmap_lock": "mmap_sem", "&ei->dax_sem": "dax_sem",
        "&ei->truncate_mutex": "truncate_mutex", "&inode->i_rwsem": "i_rwsem",
        "&sb->s_type->i_mutex_key": "i_rwsem", "page lock": "page",
        "&mapping->i_mmap_rwsem": "i_mmap_rwsem",
    ]

    private mutating func collectSteps(_ outcome: borrowing Outcome, _ classes: [String]) {
        /// Indices whose entry is locked.
        var locked: Set<Int64> = []
        for event in outcome.events {
            guard let operation = event.operation, operations.indices.contains(operation) else {
                continue
            }
            func add(_ step: Step) { operations[operation].steps.append(step) }
            func name() -> String? {
                if event.object.kind == .page { return "page" }
                let number = Int(event.arg0)
                return classes.indices.contains(number) ? Behaviour.names[classes[number]] : nil
            }
            switch event.kind {
            case .begin where event.result >= 0:
                add(.begin(event.arg0, event.arg1, event.arg2))
            case .end: add(.end(event.arg0, event.arg1, event.arg3))
            case .lock:
                if let name = name() { add(.lock(name, isRead: event.arg1 == 1)) }
            case .trylock where event.result != 0:
                if let name = name() { add(.lock(name, isRead: event.arg1 == 1)) }
            case .unlock:
                if let name = name() { add(.unlock(name)) }
            case .freezeEnter: add(.lock("freeze level \(event.arg0)", isRead: true))
            case .freezeExit: add(.unlock("freeze level \(event.arg0)"))
            case .indexInsert where event.result >= 0, .indexReplace, .indexDelete:
                let isLocked = event.kind != .indexDelete && event.arg2 != 0
                if isLocked, locked.insert(event.arg0).inserted {
                    add(.lock("entry \(event.arg0)", isRead: false))
                } else if !isLocked, locked.remove(event.arg0) != nil {
                    add(.unlock("entry \(event.arg0)"))
                }
            default: break
            }
        }
    }

    // MARK: - Words

    /// Where two differ, in a few lines.
    static func difference(_ one: Behaviour, _ other: Behaviour) -> String {
        var lines: [String] = []
        func compare<Value: Equatable>(_ what: String, _ first: Value, _ second: Value) {
            if first != second { lines.append("\(what): \(first) and \(second)") }
        }
        compare("end", one.end, other.end)
        compare("size", one.size, other.size)
        compare("blocks", one.blocks, other.blocks)
        compare("map blocks", one.mapBlocks, other.mapBlocks)
        compare("contents", one.contents, other.contents)
        for (index, (first, second)) in zip(one.operations, other.operations).enumerated() {
            let name = "op \(index), \(first.kind.name)"
            compare("\(name), value", first.value, second.value)
            compare("\(name), codes", first.codes, second.codes)
            compare("\(name), seen", first.seen, second.seen)
            if first.steps != second.steps {
                lines.append("\(name), steps:")
                lines.append("    " + first.steps.map(\.description).joined(separator: "; "))
                lines.append("    " + second.steps.map(\.description).joined(separator: "; "))
            }
        }
        return lines.joined(separator: "\n")
    }
}
