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
        case .notApplicable: StyledText("n.a.", .faint)
        }
    }
}

extension ExpectationVerdict {
    /// As a table has it, with a mark where runs broke the expectation in a way that is on record.
    var word: StyledText {
        guard !known.isEmpty else { return verdict.word }
        return verdict == .pass ? StyledText("pass*", .good) : verdict.word + "*"
    }

    /// "12 of 345 runs".
    var failedRuns: String { "\(failures.grouped) of \(runs.of("run"))" }

    /// Why it has no verdict: what every form says of it.
    static let notApplicable = "no run says anything about it"

    /// Name, verdict, and how many runs it rests on.
    fileprivate var line: StyledText {
        var count: String
        switch verdict {
        case .pass: count = runs.of("run")
        case .fail: count = failedRuns + (witness.map { ", witness \($0.id)" } ?? "")
        case .notApplicable: count = Self.notApplicable
        }
        if !known.isEmpty {
            count += "; \(known.reduce(0) { $0 + $1.runs }.grouped) by \(known.findings)"
        }
        return StyledText(expectation.name.padded(to: 20)) + verdict.word + "  \(count)"
    }
}

extension [KnownFailures] {
    /// "findings 1, 2 and 6".
    var findings: String {
        let numbers = Set(map(\.finding)).sorted().map(String.init)
        guard numbers.count > 1 else { return "finding \(numbers.first ?? "")" }
        return "findings " + numbers.dropLast().joined(separator: ", ") + " and \(numbers.last!)"
    }
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
        guard failing.isEmpty else {
            let verb = failing.count == 1 ? "fails" : "fail"
            let names = failing.map(\.expectation.name).joined(separator: ", ")
            return StyledText(
                Layout.fill(
                    "\(failing.count.of("expectation")) of \(verdicts.count) \(verb): \(names)"),
                .bad)
        }
        var text = "Every expectation that applies holds"
        if !known.isEmpty { text += ", except for \(known.findings)" }
        if !harnessErrors.isEmpty { text += ", in the runs that the harness could make" }
        return StyledText(Layout.fill(text + "."), .good)
    }
}
