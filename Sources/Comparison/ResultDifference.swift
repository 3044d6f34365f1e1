// SPDX-License-Identifier: GPL-2.0-only

// What became of operations and of the run, where it is not the same on both sides. An operation
// that never returned takes those behind it with it: what is told is the first one, for each task.

import Machine
import System

extension DifferenceContext {
    package func describeResults(_ pair: ObservationPair, _ found: inout ShownDifferences) {
        let ends = (DifferenceContext.end(of: pair.before), DifferenceContext.end(of: pair.after))
        for operation in pair.operations where operation != Observation.noOperation {
            let (before, after) = pair.of(operation)
            describeWarnings(before, after, operation, &found)
            guard let one = before.first(where: { $0.kind == .returned }),
                let other = after.first(where: { $0.kind == .returned }), one != other
            else { continue }
            let notRun = Int64(OperationResult.State.notRun.rawValue)
            if one.a == notRun || other.a == notRun { continue }
            let length = scenario[Int(operation)].length
            let old = words(one, length, ends.0, interfaces.0)
            var new = words(other, length, ends.1, interfaces.1)
            if old == new { new += one.b < other.b ? ", more than before" : ", less than before" }
            found.add(
                DifferenceKind(.result, scenario[Int(operation)].kind.name, old, new),
                in: operation)
        }
        let (before, after) = pair.of(Observation.noOperation)
        guard before != after else { return }
        if ends.0 != ends.1 {
            if found.isEmpty {
                found.add(
                    DifferenceKind(.result, "the run", ends.0, ends.1), in: Observation.noOperation)
            }
            return
        }
        let waits = (waits(before), waits(after))
        found.add(
            DifferenceKind(
                .result, "what is waited for at the end", waits.0, waits.1),
            in: Observation.noOperation)
    }

    /// What is said of each operation that began, and what was warned of, as statements.
    package func statements(
        _ marks: [Observation], isAfter: Bool
    ) -> [(words: String, operation: Machine.Operation.Kind)] {
        let end = DifferenceContext.end(of: marks[...])
        let notRun = Int64(OperationResult.State.notRun.rawValue)
        return marks.compactMap { mark in
            guard mark.operation != Observation.noOperation else { return nil }
            let operation = scenario[Int(mark.operation)]
            switch mark.kind {
            case .returned where mark.a != notRun:
                let result = words(
                    mark, operation.length, end, isAfter ? interfaces.1 : interfaces.0)
                let verb = mark.a == Int64(OperationResult.State.done.rawValue) ? "returns " : ""
                return ("\(operation.kind.name) \(verb)\(result)", operation.kind)
            case .warned:
                let text = DifferenceContext.trimmed(names.name(mark.a))
                return ("\(operation.kind.name) warns \"\(text)\"", operation.kind)
            default: return nil
            }
        }
    }

    private static func end(of marks: ArraySlice<Observation>) -> String {
        guard let mark = marks.first(where: { $0.kind == .ended || $0.kind == .died }) else {
            return "unknown"
        }
        guard mark.kind == .ended else {
            switch mark.b {
            case 0: return "its process died of \(signalName(Int32(truncatingIfNeeded: mark.a)))"
            case 1: return "its process exited with status \(mark.a)"
            default: return "its process stood still"
            }
        }
        return RunEnd(rawValue: UInt32(truncatingIfNeeded: mark.a))?.description ?? "ended"
    }

    /// What an operation returned.
    private func words(
        _ mark: Observation, _ length: UInt64, _ end: String, _ interfaces: KernelInterfaces
    ) -> String {
        let state = OperationResult.State(rawValue: UInt32(truncatingIfNeeded: mark.a))
        guard state == .done else { return "never returns (the run \(end))" }
        var parts: [String] = []
        let first = VMFault(rawValue: UInt32(truncatingIfNeeded: mark.c))
        let last = VMFault(rawValue: UInt32(truncatingIfNeeded: mark.d))
        if !first.isEmpty { parts.append(first.name(in: interfaces)) }
        if !last.isEmpty, last != first { parts.append("then \(last.name(in: interfaces))") }
        if mark.b < 0 {
            parts.append(Errno.name(of: mark.b))
        } else if mark.b > 0 {
            parts.append(mark.b == Int64(length) ? "all bytes" : "fewer bytes")
        } else if parts.isEmpty {
            parts.append("0")
        }
        return parts.joined(separator: ", ")
    }

    private func waits(_ marks: [Observation]) -> String {
        let waits = marks.filter { $0.kind == .waits }.map {
            $0.a < 0 ? "a wakeup" : "\(names.name($0.a)) for \($0.b != 0 ? "read" : "write")"
        }
        return waits.isEmpty ? "nothing" : waits.joined(separator: ", ")
    }

    private func describeWarnings(
        _ before: [Observation], _ after: [Observation], _ operation: UInt8,
        _ found: inout ShownDifferences
    ) {
        let old = before.filter { $0.kind == .warned }.map(\.a)
        let new = after.filter { $0.kind == .warned }.map(\.a)
        for text in Set(old).union(new).sorted(by: { names.name($0) < names.name($1) }) {
            let counts = (old.count { $0 == text }, new.count { $0 == text })
            guard counts.0 != counts.1 else { continue }
            found.add(
                DifferenceKind(
                    .result, "warning \"\(DifferenceContext.trimmed(names.name(text)))\"",
                    DifferenceContext.often(counts.0, than: counts.1, "given"),
                    DifferenceContext.often(counts.1, than: counts.0, "given")),
                in: operation)
        }
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    /// "not called", "called", "called more often".
    package static func often(_ count: Int, than other: Int, _ verb: String) -> String {
        if count == 0 { return "not \(verb)" }
        if other == 0 || count < other { return verb }
        return "\(verb) more often"
    }
}
