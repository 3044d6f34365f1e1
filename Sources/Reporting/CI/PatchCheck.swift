// SPDX-License-Identifier: GPL-2.0-only

// What b4 reads of a check of one patch. The commands of `prep-perpatch-check-cmd` and
// `am-perpatch-check-cmd` answer like checkpatch: a line with "ERROR:" is a failure, any other line
// a warning, silence is success. That of `review-perpatch-check-cmd` answers with a JSON array. A
// line that never ran was not judged, so it is a warning. What the code does without the patch, too,
// is not the patch's failure but worth one, unless it is on record of released kernels: that would
// be said of every patch.

import Exploration

/// What became of the check of one patch.
package enum PatchCheck: Sendable {
    /// It was run, and what it is applied to.
    case judged(VariantReport)
    /// It changes nothing that is compiled.
    case nothingToJudge(String)
    /// The patch is at fault: it asks for what is refused, or does not compile.
    case refused(String)
    /// Nobody is: it stands on something that is not there.
    case notJudged(String)

    /// The command's: 1 for a failure, 2 where there is no verdict for the patch's own fault.
    package var exitCode: Int32 {
        switch self {
        case .refused: 2
        case .judged(let patched):
            PatchCheck.remarks(patched).contains { $0.status == .fail } ? 1 : 0
        case .nothingToJudge, .notJudged: 0
        }
    }

    /// In b4's words.
    enum Status: String, Encodable { case pass, warn, fail }

    /// A line of the answer.
    struct Remark {
        var status: Status
        var text: String
        var details = ""
    }

    /// One line each, for b4's checks of a branch and of what it fetches.
    package var checkpatch: String {
        remarks.filter { $0.status != .pass }.map {
            "\($0.status == .fail ? "ERROR" : "WARNING"): \(Layout.plain($0.text))\n"
        }.joined()
    }

    /// A JSON array, for b4's review.
    package func review() throws -> String {
        let all = remarks
        let worst: Status =
            all.contains { $0.status == .fail }
            ? .fail : all.contains { $0.status == .warn } ? .warn : .pass
        let first = all.first { $0.status == worst }?.text ?? ""
        let more = all.count { $0.status != .pass } - 1
        let details = all.map { remark in
            remark.details.isEmpty ? remark.text : "\(remark.text)\n\n\(remark.details)"
        }.joined(separator: "\n\n")
        let summary = Layout.plain(first) + (more > 0 ? " (and \(more) more)" : "")
        let entry: JSONObject = [
            "tool": "faultline", "status": worst, "summary": summary, "url": "",
            "details": details,
        ]
        return try JSONObject.text(of: [entry])
    }

    private var remarks: [Remark] {
        switch self {
        case .judged(let patched): return PatchCheck.remarks(patched)
        case .nothingToJudge(let why): return [Remark(status: .pass, text: why)]
        case .refused(let why): return [Remark(status: .fail, text: why)]
        case .notJudged(let why): return [Remark(status: .warn, text: why)]
        }
    }

    private static func remarks(_ patched: VariantReport) -> [Remark] {
        if patched.outcome == .sameCode {
            return [
                Remark(status: .pass, text: "nothing to judge: the patch compiles to the same code")
            ]
        }
        var remarks: [Remark] = []
        if patched.hasNothingToRun {
            return [
                Remark(
                    status: .pass,
                    text: "nothing to judge: the patch touches no file of the slice")
            ]
        }
        if let reason = patched.notJudged {
            let sentence = reason.sentence(beside: patched.notRun)
            remarks.append(
                Remark(status: .warn, text: sentence.prefix(1).lowercased() + sentence.dropFirst()))
        }
        for verdict in patched.verdicts {
            if let witness = verdict.witness {
                remarks.append(
                    Remark(
                        status: .fail, text: sentence(verdict, witness),
                        details: WitnessText(witness).render(for: verdict.expectation)))
            }
            let recorded = verdict.known.reduce(0) { $0 + $1.runs }
            let isOnRecord = verdict.asBefore + verdict.hidden == recorded
            if verdict.asBefore > 0, !isOnRecord {
                remarks.append(
                    Remark(
                        status: .warn,
                        text: "\(verdict.expectation.name) fails in \(verdict.asBefore.grouped) of "
                            + "\(verdict.runs.of("run")); it fails without the patch, too"))
            }
        }
        for error in patched.harnessErrors {
            remarks.append(
                Remark(
                    status: .warn,
                    text: "the harness could not make every run: \(error.sentence)"))
        }
        if remarks.isEmpty {
            remarks.append(
                Remark(
                    status: .pass,
                    text: "every expectation that applies holds, in \(patched.runs.of("run"))"))
        }
        if let text = patched.neverRan { remarks.append(Remark(status: .warn, text: text)) }
        for verdict in patched.verdicts {
            guard let text = verdict.mendedText else { continue }
            remarks.append(
                Remark(status: .pass, text: "\(verdict.expectation.name) is mended: \(text)"))
        }
        let coverage = CoverageText(patched).lines().drop { $0.isEmpty }
        if !coverage.isEmpty {
            remarks.append(Remark(status: .pass, text: coverage.joined(separator: "\n")))
        }
        return remarks
    }

    private static func sentence(_ verdict: ExpectationVerdict, _ witness: Witness) -> String {
        let entries = WitnessSummary(witness).entries(for: verdict.expectation)
        let end = entries.first { $0.label == "run" }?.text ?? ""
        // Where a run ended is all that some rules have to say.
        let actual = entries.first { $0.label == "actual" }?.text ?? ""
        let held = entries.filter { $0.label == "held" }.map { "; held: \($0.text)" }.joined()
        let story = (end.hasPrefix(actual) ? end : "\(actual); \(end)") + held
        return "\(verdict.expectation.name) fails in \(verdict.failedRuns): \(story)"
            + " (\(WitnessSummary(witness).replay))"
    }
}
