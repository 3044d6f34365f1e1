// SPDX-License-Identifier: GPL-2.0-only

// A run as the lines of one column of a diff: what the kinds at hand are about, and what it takes
// to understand it, in the order in which it happened. What two variants may do differently without
// anybody noticing is left out here, or it would be marked as a difference.

import Comparison
import Exploration
import Machine

/// Writes the lines of a run.
struct DiffLines {
    /// One line, and where in the code it happened.
    struct Line {
        var text: String
        var place: String?
        /// How far it is indented.
        var depth = 0
    }

    let witness: Witness
    let kinds: Set<ObservableKind>
    private var record: RunRecord { witness.record }
    private var tasks: Int { Set(witness.run.operations.map(\.task)).count }

    init(_ witness: Witness, kinds: Set<ObservableKind>) {
        self.witness = witness
        self.kinds = kinds
    }

    /// - Parameter isByTask: task after task, where two runs have orders of their own.
    func all(isByTask: Bool = false) -> [Line] {
        if let death = record.death { return [Line(text: "the process \(death.words)")] }
        var lines: [Line] = []
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

    private func line(_ step: RunRecord.Step, _ operation: Operation) -> Line? {
        let who = tasks > 1 ? "\(TaskName.of(step.task)): " : ""
        switch step.kind {
        case .opEnter: return Line(text: who + OperationText.describe(operation))
        case .opReturn:
            let result = OperationText.result(record.operations[safe: step.operation])
            return Line(text: "\(who)returns \(result)")
        default:
            guard let text = describe(step) else { return nil }
            return Line(text: who + text, place: witness.place(of: step.pc), depth: 1)
        }
    }

    private func describe(_ step: RunRecord.Step) -> String? {
        let (first, second, third) = (step.arguments[0], step.arguments[1], step.arguments[2])
        let errno = step.result < 0 ? " = \(Errno.name(of: step.result))" : ""
        switch step.kind {
        case .begin:
            return "iomap_begin pos \(first), length \(second), \(IomapText.flags(third))\(errno)"
        case .map:
            return "extent at \(first), length \(second), \(IomapText.type(third))"
                + IomapText.extentFlags(step.arguments[3])
        case .end:
            return "iomap_end pos \(first), length \(second), written \(step.arguments[3]), "
                + "\(IomapText.flags(third))\(errno)"
        case .warn, .misuse:
            return "WARNING: " + (record.chains[safe: Int(first)]?.text ?? "")
        case .point: return point(step)
        case .size: return shows(.data, .blocks, .verdict) ? "i_size \(first) -> \(second)" : nil
        case .blockAllocate where step.result >= 0:
            return shows(.data, .blocks, .verdict) ? "allocate \(Int(second).of("block"))" : nil
        case .blockFree:
            return shows(.data, .blocks, .verdict) ? "free \(Int(second).of("block"))" : nil
        case .lockWait where record.end.isDeadlock:
            return "wait for \(name(of: step))\(mode(step))"
        default: return shows(.locks) ? lock(step) : nil
        }
    }

    private func shows(_ wanted: ObservableKind...) -> Bool {
        wanted.contains(where: kinds.contains)
    }

    private func point(_ step: RunRecord.Step) -> String? {
        guard step.result != 0 || kinds.contains(.points) else { return nil }
        let kind = InjectionPoint(rawValue: UInt32(truncatingIfNeeded: step.arguments[1]))
        let words = kind?.description ?? "a call"
        return step.result == 0
            ? "can fail: \(words)"
            : "FAILS: \(words) = \(OperationText.error(Int32(truncatingIfNeeded: step.result)))"
    }

    private func lock(_ step: RunRecord.Step) -> String? {
        let (name, mode) = (name(of: step), mode(step))
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

    private func name(of step: RunRecord.Step) -> String {
        step.lockClass.isEmpty ? "\(step.object)" : step.lockClass
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

    private func ending() -> [Line] {
        guard record.end != .finished else { return [] }
        var text = "the run \(record.end.description)"
        let chain = record.endChain.flatMap { record.chains[safe: $0] }
        if let said = chain?.text, !said.isEmpty { text += ": \(said)" }
        return [Line(text: text, place: chain.flatMap { witness.frames(of: $0).first?.text })]
    }

    private func describe(_ state: RunRecord.EndState) -> [Line] {
        var lines: [Line] = []
        if shows(.locks, .verdict) {
            for held in record.held where held.operation >= 0 {
                let name = held.lockClass.isEmpty ? "\(held.object)" : held.lockClass
                lines.append(Line(text: "still held: \(name)", place: witness.place(of: held.pc)))
            }
        }
        if shows(.data) {
            for (index, bytes) in state.seen.enumerated() where !bytes.isEmpty {
                guard let operation = witness.run.operations[safe: index] else { continue }
                lines.append(
                    Line(text: "\(operation.kind.name) saw \(describe(bytes))"))
            }
            lines.append(Line(text: "i_size: \(record.size)"))
            lines.append(Line(text: "contents: \(describe(state.contents))"))
            lines += state.mappings.map { Line(text: describe($0)) }
            lines += state.dirty.map { Line(text: "dirty entry at index \($0)") }
        }
        if shows(.blocks, .verdict) {
            let owned = state.blocks.count { $0 >= 0 }
            lines.append(
                Line(
                    text: "the file has \(owned.of("block")), and "
                        + "\((state.blocks.count - owned).of("block")) of block map"))
            lines.append(
                Line(text: "blocks taken from the free ones: \(state.blocksTaken)"))
            for lost in record.lost {
                let isNamed = !lost.what.isEmpty && lost.what != lost.kind
                lines.append(
                    Line(
                        text: "lost: " + (isNamed ? "\(lost.kind) (\(lost.what))" : lost.kind),
                        place: witness.place(of: lost.pc)))
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
