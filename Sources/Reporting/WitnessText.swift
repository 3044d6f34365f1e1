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
    package func render(for expectation: Expectation) -> String {
        var lines = header(expectation)
        lines += story()
        lines += findings(only: expectation.name)
        switch expectation.mask {
        case .locksReleased: lines += leftHeld()
        case .noLeak: lines += lost()
        case .noWarning: lines += warnings()
        default: break
        }
        lines += TaskColumns(witness: witness).lines()
        if let splat = SplatText(witness: witness).lines() {
            lines += callChain() + [""] + splat
        } else {
            lines += callChain()
        }
        lines += ["", "  see all of it: faultline replay \(witness.id)"]
        return lines.joined(separator: "\n")
    }

    /// The run in full, as `replay` prints it: story, findings, trace, splat.
    package func renderReplay() -> String {
        var lines = ["witness \(witness.id)"]
        lines += story()
        lines += findings(only: nil) + leftHeld() + lost() + warnings()
        lines += TaskColumns(witness: witness).lines()
        lines += ["", "trace:"] + TraceText(witness: witness).lines()
        lines += callChain()
        if let splat = SplatText(witness: witness).lines() { lines += [""] + splat }
        lines += ["", "  as a test in Swift: faultline replay \(witness.id) --format swift"]
        return lines.joined(separator: "\n")
    }

    private func header(_ expectation: Expectation) -> [String] {
        [
            "\(expectation.name): FAIL  (witness \(witness.id))",
            Layout.entry("rule", expectation.rule),
        ]
    }

    /// What was done, and what became of it.
    private func story() -> [String] {
        let subject = witness.subject
        var lines = [
            Layout.entry(
                "code",
                "\(subject.variant), on \(TreeText.inSentence(subject.tree))"),
            Layout.entry("scenario", witness.words), "             (\(witness.scenario))",
        ]
        let tasks = Set(witness.run.operations.map(\.task)).count
        if witness.run.geometry.hasBadMedium {
            lines.append(Layout.entry("failure", "the medium under the file reports errors"))
        } else if witness.run.injections.isEmpty {
            lines.append(Layout.entry("failure", "none is needed: every call succeeds"))
        }
        for call in witness.failedCalls {
            var words = OperationText.failure(call, of: tasks)
            if let place = witness.place(of: call.pc) {
                words += ", called by \(Layout.unbroken(place))"
            }
            lines.append(Layout.entry("failure", words))
        }
        if witness.run.schedule != .inOrder {
            let marks = witness.order ?? []
            let words = marks.map(\.description).joined(separator: "; ")
            lines.append(
                Layout.entry("order", marks.isEmpty ? witness.run.schedule.text : words))
        }
        for (index, operation) in witness.run.operations.enumerated() {
            let label = operation.isSetup ? "before" : "op"
            var words = tasks > 1 ? TaskName.of(Int(operation.task)) + ": " : ""
            words += OperationText.describe(operation)
            if record.death == nil {
                words += " -> " + OperationText.result(record.operations[safe: index])
            }
            lines.append(Layout.entry(label, words))
        }
        lines.append(Layout.entry("run", end()))
        if let story = DeadlockStory(witness: witness).sentences() {
            lines.append(Layout.entry("that is", story))
        }
        return lines
    }

    private func end() -> String {
        if let death = record.death { return "the process \(death.words)" }
        var words = "the run \(record.end.description)"
        if record.end.isHarnessError { return words + ": " + missing() }
        if let chain = record.endChain.flatMap({ record.chains[safe: $0] }) {
            if let frame = witness.frames(of: chain).first {
                words += ", in " + Layout.unbroken(frame.text)
            }
            if !chain.text.isEmpty { words += ": \(chain.text)" }
        }
        return words
    }

    /// What an error of the harness is about, and who ran into it: even if that is the machine,
    /// whose own mistake it is then.
    func missing() -> String {
        let chain = record.endChain.flatMap { record.chains[safe: $0] }
        let frames = (chain?.pcs ?? []).flatMap { witness.frames[$0] ?? [] }
        guard let frame = frames.first(where: { !$0.file.isEmpty }) else { return record.message }
        return record.message + ", called by "
            + Layout.unbroken(frame.text)
    }

    private func findings(only name: String?) -> [String] {
        var lines: [String] = []
        for finding in record.findings where name == nil || finding.expectation == name {
            if name == nil {
                lines.append(Layout.entry("breaks", finding.expectation))
            }
            if !finding.expected.isEmpty {
                lines.append(Layout.entry("expected", finding.expected))
            }
            if !finding.actual.isEmpty { lines.append(Layout.entry("actual", finding.actual)) }
            // A run that was ended says where above; its last event is only the one before.
            if record.endChain == nil,
                let step = finding.event.flatMap({ record.steps[safe: $0] }),
                let place = witness.place(of: step.pc)
            {
                lines.append(Layout.entry("at", place))
            }
        }
        return lines
    }

    /// What an operation returned with, and where that was taken.
    private func leftHeld() -> [String] {
        record.held.filter { $0.operation >= 0 }.map { held in
            let name = held.lockClass.isEmpty ? "\(held.object)" : held.lockClass
            return Layout.entry("held", name + taken(at: held.pc))
        }
    }

    private func lost() -> [String] {
        record.lost.map { lost in
            let isNamed = !lost.what.isEmpty && lost.what != lost.kind
            let what = isNamed ? "\(lost.kind) (\(lost.what))" : lost.kind
            return Layout.entry("lost", what + taken(at: lost.pc))
        }
    }

    private func taken(at pc: UInt64) -> String {
        witness.place(of: pc).map { ", taken at " + Layout.unbroken($0) } ?? ""
    }

    /// The warnings of the run, each once.
    private func warnings() -> [String] {
        var known: Set<String> = []
        return record.steps.filter { $0.kind == .warn || $0.kind == .misuse }.compactMap { step in
            guard let chain = step.arguments.first.flatMap({ record.chains[safe: Int($0)] }) else {
                return nil
            }
            var words = chain.text
            while words.last?.isWhitespace == true { words.removeLast() }
            if let frame = witness.frames(of: chain).first {
                words += ", in " + Layout.unbroken(frame.text)
            }
            return known.insert(words).inserted ? Layout.entry("warning", words) : nil
        }
    }

    /// How the code got to where it ended, or to its first warning: outermost first.
    private func callChain() -> [String] {
        let chain =
            record.endChain.flatMap { record.chains[safe: $0] }
            ?? record.blocked.first.flatMap { record.chains[safe: $0.chain] }
            ?? record.chains.first
        guard let chain else { return [] }
        let frames = Array(witness.frames(of: chain).reversed())
        guard !frames.isEmpty else { return [] }
        var lines = ["", "  call chain of \(TaskName.of(chain.task)), outermost first:"]
        for (depth, frame) in frames.enumerated() {
            let name = String(repeating: " ", count: 4 + min(depth, 8)) + frame.function
            lines.append(name.padded(to: 44) + frame.place)
        }
        return lines
    }
}
