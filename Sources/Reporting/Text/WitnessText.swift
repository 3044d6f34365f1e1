// SPDX-License-Identifier: GPL-2.0-only

// A witness as text, 72 columns wide, to be read by somebody who has never heard of the problem:
// what was asked, what happened, how the code got there, and how to see it again.

import Expectations
import Exploration

/// Writes witnesses.
package struct WitnessText {
    private let witness: Witness

    package init(_ witness: Witness) { self.witness = witness }

    private var record: RunRecord { witness.record }

    /// All that a witness has to say of one expectation that it breaks.
    func styled(for expectation: Expectation) -> StyledText {
        var lines: [StyledText] = [
            StyledText("\(expectation.name): ") + StyledText("FAIL", .bad)
                + "  (witness \(witness.id))",
            StyledText(Layout.entry("rule", expectation.rule)),
        ]
        lines += story()
        lines += findings(only: expectation.name)
        switch expectation.mask {
        case .locksReleased: lines += leftHeld()
        case .noLeak: lines += lost()
        case .noWarning: lines += warnings()
        default: break
        }
        lines += TaskColumns(witness: witness).lines()
        lines += callChain()
        if let splat = SplatText(witness: witness).lines() { lines += [""] + splat }
        lines += ["", "  the full trace: faultline replay \(witness.id)"]
        return lines.joined()
    }

    /// The same without roles.
    package func render(for expectation: Expectation) -> String { styled(for: expectation).plain }

    /// The run in full, as `replay` prints it: story, findings, trace, splat.
    ///
    /// - Parameter around: only the steps so near to where something goes wrong; nil for all.
    package func renderReplay(around: Int? = nil) -> StyledText {
        var lines: [StyledText] = [StyledText("witness \(witness.id)")]
        lines += story()
        lines += findings(only: nil)
        lines += leftHeld() + lost() + warnings()
        lines += TaskColumns(witness: witness).lines()
        lines += ["", "trace:"] + TraceText(witness: witness).lines(around: around)
        lines += callChain()
        if let splat = SplatText(witness: witness).lines() { lines += [""] + splat }
        lines += ["", "  as a test in Swift: faultline replay \(witness.id) --format swift"]
        return lines.joined()
    }

    /// What was done, and what became of it.
    private func story() -> [String] {
        let subject = witness.subject
        var lines = [
            Layout.entry(
                "code",
                "\(subject.variant), on \(subject.tree.inSentence)"),
            Layout.entry("scenario", witness.words), "             (\(witness.scenario))",
        ]
        let tasks = witness.taskCount
        if let reason = witness.noFailure { lines.append(Layout.entry("failure", reason)) }
        for call in witness.failedCalls {
            var text = OperationText.failure(call, of: tasks)
            if let location = witness.location(of: call.pc) {
                text += ", called by \(Layout.unbroken(location))"
            }
            lines.append(Layout.entry("failure", text))
        }
        if witness.run.schedule != .inOrder {
            lines.append(Layout.entry("order", witness.orderDescription))
        }
        for (index, operation) in witness.run.operations.enumerated() {
            let label = operation.isSetup ? "before" : "op"
            var text = tasks > 1 ? TaskName.of(Int(operation.task)) + ": " : ""
            text += OperationText.describe(operation)
            if record.death == nil {
                text += " -> " + OperationText.result(record.operations[safe: index])
            }
            lines.append(Layout.entry(label, text))
        }
        lines.append(Layout.entry("run", end()))
        if let story = DeadlockStory(witness: witness).sentences() {
            lines.append(Layout.entry("that is", story))
        }
        return lines
    }

    private func end() -> String {
        var text = record.endDescription
        if record.death != nil { return text }
        if record.end.isHarnessError { return text + ": " + missing() }
        if let chain = record.lastChain {
            if let frame = witness.frames(of: chain).first {
                text += ", in " + Layout.unbroken(frame.description)
            }
            if !chain.text.isEmpty { text += ": \(chain.text)" }
        }
        return text
    }

    /// What an error of the harness is about, and who ran into it: even if that is the machine,
    /// whose own mistake it is then.
    func missing() -> String {
        let frames = (record.lastChain?.pcs ?? []).flatMap { witness.frames[$0] ?? [] }
        guard let frame = frames.first(where: { !$0.file.isEmpty }) else { return record.message }
        return record.message + ", called by " + Layout.unbroken(frame.description)
    }

    private func findings(only name: String?) -> [StyledText] {
        var lines: [StyledText] = []
        for finding in record.findings where name == nil || finding.expectation == name {
            if name == nil {
                lines.append(Layout.entry("breaks", finding.expectation))
            }
            if !finding.expected.isEmpty {
                lines.append(Layout.entry("expected", finding.expected, role: .good))
            }
            if !finding.actual.isEmpty {
                lines.append(Layout.entry("actual", finding.actual, role: .bad))
            }
            // A run that was ended says where above; its last event is only the one before.
            if record.endChain == nil,
                let step = finding.event.flatMap({ record.steps[safe: $0] }),
                let location = witness.location(of: step.pc)
            {
                lines.append(Layout.entry("at", location))
            }
        }
        return lines
    }

    /// What an operation returned with, and where that was taken.
    private func leftHeld() -> [String] {
        record.held.filter { $0.operation >= 0 }.map {
            Layout.entry("held", $0.lockName + taken(at: $0.pc))
        }
    }

    private func lost() -> [String] {
        record.lost.map { Layout.entry("lost", $0.description + taken(at: $0.pc)) }
    }

    private func taken(at pc: UInt64) -> String {
        witness.location(of: pc).map { ", taken at " + Layout.unbroken($0) } ?? ""
    }

    /// The warnings of the run, each once.
    private func warnings() -> [String] {
        var known: Set<String> = []
        return record.steps.filter { $0.kind == .warn || $0.kind == .misuse }.compactMap { step in
            guard let chain = step.arguments.first.flatMap({ record.chains[safe: Int($0)] }) else {
                return nil
            }
            var text = chain.text
            while text.last?.isWhitespace == true { text.removeLast() }
            if let frame = witness.frames(of: chain).first {
                text += ", in " + Layout.unbroken(frame.description)
            }
            return known.insert(text).inserted ? Layout.entry("warning", text) : nil
        }
    }

    /// The first call chain that is not that of a text of the log.
    private var firstComplaint: RunRecord.Chain? {
        let said = Set(
            record.steps.filter { $0.kind == .print }.compactMap { $0.arguments.first }.map {
                Int($0)
            })
        return record.chains.indices.first { !said.contains($0) }.map { record.chains[$0] }
    }

    /// How the code got to where it ended, or to its first warning: outermost first.
    private func callChain() -> [String] {
        let chain =
            record.lastChain
            ?? record.blocked.first.flatMap { record.chains[safe: $0.chain] }
            ?? firstComplaint
        guard let chain else { return [] }
        let frames = Array(witness.frames(of: chain).reversed())
        guard !frames.isEmpty else { return [] }
        var lines = ["", "  call chain of \(TaskName.of(chain.task)), outermost first:"]
        for (depth, frame) in frames.enumerated() {
            let name = String(repeating: " ", count: 4 + min(depth, 8)) + frame.function
            lines.append(name.padded(to: 44) + frame.location)
        }
        return lines
    }
}

extension Witness {
    /// Why no call is made to fail; nil where one is.
    var noFailure: String? {
        if run.geometry.hasBadMedium { return "the medium under the file reports errors" }
        return run.injections.isEmpty ? "none is needed: every call succeeds" : nil
    }
}
