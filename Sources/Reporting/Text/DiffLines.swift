// SPDX-License-Identifier: GPL-2.0-only

// A run as the lines of one column of a diff: what the kinds at hand are about, and what it takes
// to understand it, in the order in which it happened. What two variants may do differently without
// anybody noticing is left out here, or it would be marked as a difference.

import Comparison
import Exploration
import Machine

/// One line of a column, and where in the code it happened.
struct DiffLine {
    var text: String
    var location: String?
    /// How far it is indented.
    var depth = 0
}

/// Writes the lines of a run.
struct DiffLines {
    let witness: Witness
    let kinds: Set<ObservableKind>
    private var record: RunRecord { witness.record }

    init(_ witness: Witness, kinds: Set<ObservableKind>) {
        self.witness = witness
        self.kinds = kinds
    }

    /// - Parameter isByTask: task after task, where two runs have orders of their own.
    func all(isByTask: Bool = false) -> [DiffLine] {
        if record.death != nil { return [DiffLine(text: record.endDescription)] }
        var lines: [DiffLine] = []
        var steps = record.steps
        if isByTask {
            steps = (0..<4).flatMap { task in record.steps.filter { $0.task == task } }
        }
        for step in steps {
            guard let operation = witness.run.operations[safe: step.operation],
                !operation.isSetup
            else { continue }
            if let line = line(step, operation) { lines.append(line) }
        }
        lines += ending()
        if let state = record.endState { lines += describe(state) }
        return lines
    }

    // MARK: - Steps

    private func line(_ step: RunRecord.Step, _ operation: Operation) -> DiffLine? {
        let who = witness.taskCount > 1 ? "\(TaskName.of(step.task)): " : ""
        switch step.kind {
        case .opEnter: return DiffLine(text: who + OperationText.describe(operation))
        case .opReturn:
            let result = OperationText.result(record.operations[safe: step.operation])
            return DiffLine(text: "\(who)returns \(result)")
        default:
            guard let text = describe(step) else { return nil }
            return DiffLine(text: who + text, location: witness.location(of: step.pc), depth: 1)
        }
    }

    private func describe(_ step: RunRecord.Step) -> String? {
        let (first, second, third) = (step.arguments[0], step.arguments[1], step.arguments[2])
        let errno = step.result < 0 ? " = \(Errno.name(of: step.result))" : ""
        switch step.kind {
        case .begin:
            return "iomap_begin pos \(first), length \(second), \(IomapNames.flags(third))\(errno)"
        case .map:
            return "extent at \(first), length \(second), \(IomapNames.type(third))"
                + IomapNames.behindComma(extentFlags: step.arguments[3])
        case .end:
            return "iomap_end pos \(first), length \(second), written \(step.arguments[3]), "
                + "\(IomapNames.flags(third))\(errno)"
        case .warn, .misuse:
            return "WARNING: " + (record.chains[safe: Int(first)]?.text ?? "")
        case .point: return point(step)
        case .size: return shows(.data, .blocks, .verdict) ? "i_size \(first) -> \(second)" : nil
        case .times:
            return shows(.data, .verdict)
                ? "mtime \(first) -> \(second), ctime \(third) -> \(step.arguments[3])" : nil
        case .blockAllocate where step.result >= 0:
            return shows(.data, .blocks, .verdict) ? "allocate \(Int(second).of("block"))" : nil
        case .blockFree:
            return shows(.data, .blocks, .verdict) ? "free \(Int(second).of("block"))" : nil
        case .lockWait where record.end.isDeadlock:
            return "wait for \(step.lockName)\(mode(step))"
        default: return shows(.locks) ? lock(step) : nil
        }
    }

    private func shows(_ wanted: ObservableKind...) -> Bool {
        wanted.contains(where: kinds.contains)
    }

    private func point(_ step: RunRecord.Step) -> String? {
        guard step.result != 0 || kinds.contains(.points) else { return nil }
        let kind = InjectionPoint(rawValue: UInt32(truncatingIfNeeded: step.arguments[1]))
        let call = kind?.description ?? "a call"
        return step.result == 0
            ? "can fail: \(call)"
            : "FAILS: \(call) = \(OperationText.error(Int32(truncatingIfNeeded: step.result)))"
    }

    private func lock(_ step: RunRecord.Step) -> String? {
        let (name, mode) = (step.lockName, mode(step))
        switch step.kind {
        case .lock: return "lock \(name)\(mode)"
        case .trylock where step.result != 0: return "lock \(name)\(mode)"
        case .unlock: return "unlock \(name)\(mode)"
        case .downgrade: return "downgrade \(name)"
        case .freezeEnter: return "take \(freeze(step))"
        case .freezeExit: return "give back \(freeze(step))"
        case .indexInsert where step.result >= 0: return entry(step)
        case .indexReplace: return entry(step)
        default: return nil
        }
    }

    private func mode(_ step: RunRecord.Step) -> String {
        step.arguments[1] != 0 ? " for read" : ""
    }

    private func freeze(_ step: RunRecord.Step) -> String {
        ["freeze protection", "sb_writers", "sb_pagefaults", "sb_internal"][
            safe: Int(step.arguments[0])] ?? "freeze protection"
    }

    private func entry(_ step: RunRecord.Step) -> String {
        (step.arguments[2] != 0 ? "locked" : "unlocked") + " entry put at index "
            + "\(step.arguments[0])"
    }

    // MARK: - The end

    private func ending() -> [DiffLine] {
        guard record.end != .finished else { return [] }
        var text = record.endDescription
        let chain = record.lastChain
        if let said = chain?.text, !said.isEmpty { text += ": \(said)" }
        return [
            DiffLine(
                text: text, location: chain.flatMap { witness.frames(of: $0).first?.description })
        ]
    }

    private func describe(_ state: RunRecord.EndState) -> [DiffLine] {
        var lines: [DiffLine] = []
        if shows(.locks, .verdict) {
            for held in record.held where held.operation >= 0 {
                lines.append(
                    DiffLine(
                        text: "still held: \(held.lockName)",
                        location: witness.location(of: held.pc)))
            }
        }
        if shows(.data) {
            for (index, bytes) in state.seen.enumerated() where !bytes.isEmpty {
                guard let operation = witness.run.operations[safe: index] else { continue }
                lines.append(
                    DiffLine(text: "\(operation.kind.name) saw \(describe(bytes))"))
            }
            lines.append(DiffLine(text: "i_size: \(record.size)"))
            lines.append(DiffLine(text: "contents: \(describe(state.contents))"))
            lines += state.mappings.map { DiffLine(text: describe($0)) }
            lines += state.dirty.map { DiffLine(text: "dirty entry at index \($0)") }
        }
        if shows(.blocks, .verdict) {
            let owned = state.blocks.count { $0 >= 0 }
            lines.append(
                DiffLine(
                    text: "the file has \(owned.of("block")), and "
                        + "\((state.blocks.count - owned).of("block")) of block map"))
            lines.append(
                DiffLine(text: "blocks taken from the free ones: \(state.blocksTaken)"))
            for lost in record.lost {
                lines.append(
                    DiffLine(
                        text: "lost: \(lost.description)",
                        location: witness.location(of: lost.pc)))
            }
        }
        return lines
    }

    private func describe(_ bytes: [RunRecord.EndState.Bytes]) -> String {
        guard !bytes.isEmpty else { return "nothing" }
        let pieces = bytes.prefix(8).map { run in
            "\(run.from)..\(run.to) "
                + (run.value == 0 ? "zeroes" : "0x" + String(run.value, radix: 16))
        }
        return pieces.joined(separator: ", ") + (bytes.count > 8 ? ", ..." : "")
    }

    private func describe(_ mapping: RunRecord.EndState.Mapping) -> String {
        let size = mapping.order == 0 ? "page \(mapping.page)" : "2 MiB at page \(mapping.page)"
        let what =
            mapping.deviceBlock >= 0
            ? "storage" : mapping.deviceBlock == -2 ? "the huge zero page" : "memory"
        return "\(size) mapped to \(what), \(mapping.isWritable ? "writable" : "read-only")"
            + (mapping.isPrivate ? ", private" : "")
    }
}
