// SPDX-License-Identifier: GPL-2.0-only

// What a patch changes, in words that every form shares: what is new, what is as before, and what it
// mends. "Before" is the baseline; one line of the report says which code that is.

import Expectations
import Exploration

extension BaselineDescription: CustomStringConvertible {
    /// Which code it is.
    package var description: String {
        let code =
            switch kind {
            case .unpatched: "the same code without the patch"
            case .revision: "the tree at \(name)"
            case .report: "the report \(name)"
            }
        return "\(code) (\(runs.of("run"))); what fails there in the same way does not count"
    }
}

extension VariantReport {
    /// Why the patches have no verdict in the usual sense: they change nothing that runs, or nothing
    /// of them ran; nil if they have.
    var withoutVerdict: String? {
        switch outcome {
        case .judged: return nil
        case .sameCode:
            return "The patch compiles to the same code, so there is nothing to run."
        case .notJudged(let reason): return reason.sentence(beside: notRun)
        }
    }
}

extension NotJudged {
    /// - Parameter notRun: what the tree cannot be asked.
    func sentence(beside notRun: [NotRun]) -> String {
        guard !isOutside else {
            return "Not judged: the patch touches no file of the slice, but \(location)."
        }
        let names = functions.prefix(3).map { "\($0)()" }.joined(separator: ", ")
        var text = "Not judged: "
        text +=
            lines == 0
            ? "nothing ran of what the patch changes"
            : "none of the \(lines.of("added line")) with code ran"
        // The function around it may well be entered.
        text +=
            names.isEmpty
            ? " (\(location))" : ": no scenario reaches the change in \(names) (\(location))"
        if !notRun.isEmpty {
            text += ". Not run on this tree: "
            text += notRun.map(\.description).joined(separator: "; ")
        }
        return text + "."
    }
}

extension ExpectationVerdict {
    /// Runs that break it as before, with the findings that describe them; nil if there are none.
    var asBeforeText: String? {
        guard asBefore > 0 else { return nil }
        return
            "\(asBefore.grouped) of \(runs.of("run")), as before\(Self.brackets(known.map(\.finding)))"
    }

    /// Runs that break it as is on record, which another failure hid before; nil if there are none.
    var hiddenText: String? {
        guard hidden > 0 else { return nil }
        return "\(hidden.grouped) by \(known.findings), hidden before"
    }

    /// Runs that broke it before, and do not; nil if there are none.
    var mendedText: String? {
        guard mended > 0 else { return nil }
        return "\(mended.grouped) failed before\(Self.brackets(mendedFindings))"
    }

    static func brackets(_ findings: [Int]) -> String {
        findings.isEmpty ? "" : " (\(findings.asFindings))"
    }
}

extension VariantReport {
    /// Expectations that fail in the ways of the baseline, and in no other.
    var failingAsBefore: [ExpectationVerdict] { verdicts.filter { $0.verdict == .failAsBefore } }

    /// The verdict on the variant as a whole, in a few sentences: what every form says first or last.
    package var summary: String {
        if let withoutVerdict { return withoutVerdict }
        var text = baseline == nil ? verdictAlone : change
        if failing.isEmpty, !harnessErrors.isEmpty, baseline != nil {
            text += " Some runs the harness could not make."
        }
        if filter != nil {
            text += (text.hasSuffix(".") ? " " : ". ") + "Only a part of the check was asked for."
        }
        if let neverRan { text += (text.hasSuffix(".") ? " " : ". ") + neverRan }
        return text
    }

    /// Without a baseline.
    private var verdictAlone: String {
        guard failing.isEmpty else {
            return "\(failing.count.of("expectation")) of \(verdicts.count) "
                + "\(failing.count == 1 ? "fails" : "fail"): \(failing.names)"
        }
        var text = "Every expectation that applies holds"
        if !known.isEmpty { text += ", except for \(known.findings)" }
        if !harnessErrors.isEmpty { text += ", in the runs that the harness could make" }
        return text + "."
    }

    /// What the patch changes.
    private var change: String {
        let new = failing.filter { $0.newFailures > 0 }
        let counted = failing.filter { $0.newFailures <= 0 }
        let mended = verdicts.filter(\.isMended)
        let inPart = verdicts.filter { $0.mended > 0 && !$0.isMended }
        var sentences: [String] = []
        if !new.isEmpty {
            sentences.append(
                "\(new.count.of("expectation")) of \(verdicts.count) "
                    + "\(new.count == 1 ? "fails as it" : "fail as they") did not before: "
                    + "\(new.names).")
        }
        if !mended.isEmpty {
            sentences.append(
                "Fixed: \(mended.names) \(mended.count == 1 ? "holds" : "hold"), and did not "
                    + "before.")
        }
        sentences += inPart.map { verdict in
            "Fixed in part: \(verdict.mended.of("run")) broke \(verdict.expectation.name) before, "
                + "and \(verdict.mended == 1 ? "does" : "do") not now"
                + ExpectationVerdict.brackets(verdict.mendedFindings) + "."
        }
        if !counted.isEmpty {
            sentences.append(
                "\(counted.count.of("expectation")) of \(verdicts.count) "
                    + "\(counted.count == 1 ? "fails" : "fail") as before, counted as asked: "
                    + "\(counted.names).")
        }
        if failing.isEmpty {
            sentences.append(whatStays(isFix: !mended.isEmpty || !inPart.isEmpty))
        }
        return sentences.joined(separator: " ")
    }

    /// Where nothing new fails.
    private func whatStays(isFix: Bool) -> String {
        let old = failingAsBefore
        guard old.isEmpty else {
            return "Nothing fails that did not before; \(old.names) "
                + "\(old.count == 1 ? "fails" : "fail") as before."
        }
        return "Every expectation that applies holds" + (isFix ? "." : ", as before.")
    }

    /// Added lines that never ran, where others did; nil if there are none.
    var neverRan: String? {
        guard filter == nil, let coverage, !coverage.missed.isEmpty, coverage.executed > 0 else {
            return nil
        }
        let missed = coverage.missed
        let places = missed.prefix(4).map { "\($0.file):\($0.line)" }.joined(separator: ", ")
        let more = missed.count > 4 ? " and \(missed.count - 4) more" : ""
        return "\(missed.count.grouped) of \(coverage.addedLines.of("added line")) never ran: "
            + "\(places)\(more)."
    }
}

extension [ExpectationVerdict] {
    fileprivate var names: String { map(\.expectation.name).joined(separator: ", ") }
}

extension [Int] {
    /// "findings 1, 2 and 6".
    var asFindings: String {
        let numbers = Set(self).sorted().map(String.init)
        guard numbers.count > 1 else { return "finding \(numbers.first ?? "")" }
        return "findings " + numbers.dropLast().joined(separator: ", ") + " and \(numbers.last!)"
    }
}
