// SPDX-License-Identifier: GPL-2.0-only

// What a report has to say of lines of the code, for readers that show it there: an editor, a code
// review, a scanner's list. A failure is told where it shows, or where the call that fails is made,
// or at the first changed line; a line that never ran is a warning, because nobody has judged it.

import Expectations
import Exploration

/// Something to be said of a line.
struct Annotation {
    enum Level: String { case error, warning }

    var rule: String
    var level: Level
    /// Nil where it is about no line.
    var frame: CodeFrame?
    /// One line.
    var message: String
    /// All there is to say, as text.
    var details: String
    /// The same for the same thing in the next report.
    var fingerprint: String
    var witness: String?
}

/// The annotations of a report.
struct Annotations {
    /// What no run comes to is told under this name.
    static let neverRan = "line-never-ran"

    private(set) var all: [Annotation] = []

    init(_ report: Report) {
        for variant in report.variants {
            all += variant.verdicts.compactMap { Annotations.failure($0, of: variant) }
            // What a part of a check does not come to says nothing.
            guard variant.filter == nil else { continue }
            all += (variant.coverage?.missed ?? []).map { line in
                Annotation(
                    rule: Annotations.neverRan, level: .warning,
                    frame: CodeFrame(
                        function: "", file: line.file, line: line.line, isOfSlice: true),
                    message: "no run comes to this added line, so it was not judged", details: "",
                    fingerprint: "\(Annotations.neverRan):\(line.file):\(line.line)")
            }
        }
    }

    private static func failure(
        _ verdict: ExpectationVerdict, of variant: VariantReport
    ) -> Annotation? {
        guard let witness = verdict.witness else { return nil }
        let expectation = verdict.expectation
        let finding = witness.record.findings.first { $0.expectation == expectation.name }
        let what = finding.map { $0.actual.isEmpty ? $0.expected : $0.actual } ?? ""
        let calls = witness.failedCalls.map { ", when " + OperationText.failure($0, of: 1) }
        let message =
            "\(expectation.rule): \(what.isEmpty ? witness.record.endDescription : what)"
            + calls.joined() + " (faultline replay \(witness.id))"
        let place = witness.place(of: finding)
        return Annotation(
            rule: expectation.name, level: .error,
            frame: place ?? variant.firstChangedLine, message: Layout.plain(message),
            details: WitnessText(witness).render(for: expectation),
            fingerprint: "\(variant.name):\(expectation.name):\(finding?.kind ?? "")"
                + ":\(place?.function ?? "")", witness: witness.id)
    }
}

extension VariantReport {
    fileprivate var firstChangedLine: CodeFrame? {
        (coverage?.lines.first).map {
            CodeFrame(function: "", file: $0.file, line: $0.line, isOfSlice: true)
        }
    }
}

extension Witness {
    /// Where something shows in the code under test; nil where nothing of it is there.
    fileprivate func place(of finding: RunRecord.Finding?) -> CodeFrame? {
        if let chain = record.lastChain, let frame = frames(of: chain).first { return frame }
        if let step = finding?.event.flatMap({ record.steps[safe: $0] }),
            let frame = frame(at: step.pc)
        {
            return frame
        }
        let held = record.held.first { $0.operation >= 0 }.flatMap { frame(at: $0.pc) }
        return held ?? failedCalls.lazy.compactMap { frame(at: $0.pc) }.first
    }
}
