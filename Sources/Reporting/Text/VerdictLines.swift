// SPDX-License-Identifier: GPL-2.0-only

// Verdicts of one variant as lines of text: a line for each expectation, what is on record, and one
// sentence at the end.

import Expectations
import Exploration

extension Verdict {
    /// As a table has it.
    var word: StyledText {
        switch self {
        case .pass: StyledText("pass", .good)
        case .fail: StyledText("FAIL", .bad)
        case .failAsBefore: StyledText("xfail", .faint)
        case .notApplicable: StyledText("n.a.", .faint)
        }
    }
}

extension ExpectationVerdict {
    /// As a table has it, with a mark where runs broke the expectation in a way that is on record.
    var word: StyledText {
        if isMended { return StyledText("FIXED", .good) }
        guard !known.isEmpty, before == nil else { return verdict.word }
        return verdict == .pass ? StyledText("pass*", .good) : verdict.word + "*"
    }

    /// "12 of 345 runs".
    var failedRuns: String {
        let onRecord = described.reduce(0) { $0 + $1.runs }
        guard onRecord > 0 else { return "\(failures.grouped) of \(runs.of("run"))" }
        let which = described.findings
        return "\(failures.grouped) of \(runs.of("run")) ("
            + (onRecord >= failures ? which : "\(onRecord.grouped) of them \(which)") + ")"
    }

    /// Why it has no verdict: what every form says of it.
    static let notApplicable = "no run says anything about it"

    /// Name, verdict, and how many runs it rests on.
    fileprivate var line: StyledText {
        let gap = String(repeating: " ", count: max(1, 6 - word.plain.count))
        let head = expectation.name.padded(to: 20)
        let indent = String(repeating: " ", count: 26)
        let filled = Layout.fill(count, first: indent, rest: indent).dropFirst(indent.count)
        return StyledText(head) + word + gap + String(filled)
    }

    private var count: String {
        guard before != nil else { return countAlone }
        let hidden = hiddenText.map { "; \($0)" } ?? ""
        switch verdict {
        case .pass: return runs.of("run") + (mendedText.map { "; \($0)" } ?? "") + hidden
        case .notApplicable: return Self.notApplicable
        case .failAsBefore:
            let mended = mendedText.map { "; \($0) and do not now" } ?? ""
            return (asBeforeText ?? "") + mended + hidden
        case .fail:
            return failedRuns + newness + (witness.map { ", witness \($0.id)" } ?? "")
                + (asBeforeText.map { "; \($0)" } ?? "")
                + (mendedText.map { "; \($0) and do not now" } ?? "") + hidden
        }
    }

    /// Whether what counts is new.
    private var newness: String {
        guard !counted.isEmpty else { return ", new" }
        let which = "as before\(Self.brackets(counted.map(\.finding))), and counted"
        return newFailures > 0
            ? ", \(newFailures.grouped) of them new, others \(which)" : ", \(which)"
    }

    /// Without a baseline.
    private var countAlone: String {
        var count: String
        switch verdict {
        case .pass: count = runs.of("run")
        case .fail, .failAsBefore:
            count = failedRuns + (witness.map { ", witness \($0.id)" } ?? "")
        case .notApplicable: count = Self.notApplicable
        }
        if !known.isEmpty {
            count += "; \(known.reduce(0) { $0 + $1.runs }.grouped) by \(known.findings)"
        }
        return count
    }
}

extension [KnownFailures] {
    /// "findings 1, 2 and 6".
    var findings: String { map(\.finding).asFindings }
}

extension KnownFailures {
    /// The finding and its runs, for forms that list them one by one.
    var description: String {
        "finding \(finding) of FINDINGS.md, in \(runs.of("run")), not counted as failures"
    }
}

extension VariantReport {
    /// A line for each expectation.
    var verdictLines: [StyledText] { verdicts.map(\.line) }

    var failing: [ExpectationVerdict] { verdicts.filter { $0.verdict == .fail } }
    var known: [KnownFailures] { verdicts.flatMap(\.known) }

    /// The verdict on the variant as a whole.
    var conclusion: StyledText {
        StyledText(
            Layout.fill(summary), failing.isEmpty && notJudged == nil ? .good : .bad)
    }
}
