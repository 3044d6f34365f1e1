// SPDX-License-Identifier: GPL-2.0-only

// What a check found, as values: one column of verdicts for each variant. Whatever is shown
// to anybody, in any format, is made from this.

import Expectations
import Machine

/// The verdicts of one or more variants of one tree.
package struct Report: Sendable {
    package var tree: Witness.TreeIdentity
    package var variants: [VariantReport]
    /// What was waited for; nil where that is not known.
    package var time: TimeSpent?
    /// The runs of what the variants are held against were interrupted: what fails here may fail
    /// there as well.
    package var isBaselinePartial = false

    package init(tree: Witness.TreeIdentity, variants: [VariantReport]) {
        self.tree = tree
        self.variants = variants
    }

    package var hasFailures: Bool { variants.contains { $0.hasFailures } }

    /// Some runs ended in an error of the harness: there are verdicts, but not on everything.
    package var hasHarnessErrors: Bool { variants.contains { !$0.harnessErrors.isEmpty } }

    /// Some variant's patches never ran.
    package var isNotJudged: Bool { variants.contains { $0.notJudged != nil } }
}

/// The verdicts of one variant.
package struct VariantReport: Sendable {
    package var name: String
    /// As the user gave them.
    package var patches: [String]
    /// The same for a reader: a mail on standard input by its subject.
    package var titles: [String]
    package var scenarios: Int
    package var runs: Int
    package var seconds: Double
    /// An earlier check made the runs, and nothing that decides them has changed.
    package var areRunsKept = false
    /// Runs that were taken from the code without the patches, because they enter nothing that the
    /// patches change.
    package var runsReused = 0
    /// The patches by content.
    package var patchTexts: [Witness.PatchText]
    /// One for each of `Expectations.all`, in that order.
    package var verdicts: [ExpectationVerdict]
    /// Nil where no coverage was asked for or nothing was added.
    package var coverage: Coverage?
    /// What was not run or not looked at, in sentences.
    package var notes: [String]
    /// How the runs were chosen and what was covered, where that is not what `check` does.
    package var remarks: [Remark] = []
    /// Of the notes, those without which the patches would have been judged in full.
    package var leftOut: [String] = []
    /// The patches as mails, in order.
    package var mails: [PatchMail] = []
    /// Scenarios of the catalogue that this tree cannot be asked.
    package var notRun: [NotRun]
    /// Runs that no verdict rests on, because they ended in an error of the harness.
    package var harnessErrors: [ReportedHarnessError]
    /// Scenarios with at least one such run.
    package var scenariosWithErrors: Int
    /// In which orders races were run; nil where none were asked for.
    package var orders: OrdersCovered?
    /// Runs that killed the process that made them, in order.
    package var deaths: [ReportedDeath] = []
    /// What it is held against; nil where everything that fails counts.
    package var baseline: BaselineDescription?
    /// What the verdicts are worth.
    package var outcome = Outcome.judged
    /// The failures, each by what it is.
    package var failures: [ReportedFailure] = []
    /// Failing runs for which there is no room among them.
    package var failuresLeftOut = 0
    /// Those of the baseline that are not there.
    package var mended: [ReportedFailure] = []
    /// The filesystems that the check was about; nil for those of every check.
    package var scope: ReportedScope?
    /// Which part of a check was asked for, and what was left out; nil for all of it.
    package var filter: String?
    /// Names of the scenarios with a run that fails and counts.
    package var failingScenarios: [String] = []
    /// All runs that fail and count, where they are asked for.
    package var failingGroups: [FailingGroup]?

    package init(
        name: String, patches: [String], scenarios: Int, runs: Int, seconds: Double,
        verdicts: [ExpectationVerdict], coverage: Coverage? = nil, notes: [String] = [],
        titles: [String]? = nil, notRun: [NotRun] = [], harnessErrors: [ReportedHarnessError] = [],
        scenariosWithErrors: Int = 0, orders: OrdersCovered? = nil,
        patchTexts: [Witness.PatchText] = []
    ) {
        self.name = name
        self.patches = patches
        self.scenarios = scenarios
        self.runs = runs
        self.seconds = seconds
        self.verdicts = verdicts
        self.coverage = coverage
        self.notes = notes
        self.titles = titles ?? patches
        self.patchTexts = patchTexts
        self.notRun = notRun
        self.harnessErrors = harnessErrors
        self.scenariosWithErrors = scenariosWithErrors
        self.orders = orders
    }

    package var hasFailures: Bool { verdicts.contains { $0.verdict == .fail } }

    /// A sentence with a word for what it is about.
    package struct Remark: Hashable, Sendable {
        package var label: String
        package var text: String

        package init(label: String, text: String) {
            self.label = label
            self.text = text
        }
    }

    /// What a variant's verdicts are worth.
    package enum Outcome: Hashable, Sendable {
        case judged
        /// The patches compile to the code that is there without them: there is nothing to run.
        case sameCode
        /// What the patches add never ran, so no run says that anything holds.
        case notJudged(NotJudged)
    }

    /// Why there is no verdict; nil if there is one.
    package var notJudged: NotJudged? {
        if case .notJudged(let reason) = outcome { reason } else { nil }
    }

    /// The patches change nothing that runs, so there is nothing to tell of runs.
    package var hasNothingToRun: Bool {
        outcome == .sameCode || notJudged?.isOutside ?? false
    }
}

/// Other filesystems than those of every check.
package struct ReportedScope: Hashable, Sendable {
    package var filesystems: [Filesystem]
    /// Why these.
    package var reason: String

    package init(_ scope: CheckScope, reason: String) {
        filesystems = scope.filesystems
        self.reason = reason
    }
}

/// Changed code of which nothing ran.
package struct NotJudged: Hashable, Codable, Sendable {
    /// Added lines that make code; 0 where the patches only take lines away.
    package var lines: Int
    /// The functions that are changed.
    package var functions: [String]
    /// The first of the lines, `fs/dax.c:991`.
    package var location: String
    /// The patches touch no file of the slice; the location is the first that they touch.
    package var isOutside = false

    /// Of patches that touch no file of the slice.
    package init(outside file: String) {
        self.init(lines: 0, functions: [], location: file)
        isOutside = true
    }

    package init(lines: Int, functions: [String], location: String) {
        self.lines = lines
        self.functions = functions
        self.location = location
    }
}

/// Scenarios that a tree cannot be asked, and what stands in the way.
package struct NotRun: Hashable, Sendable {
    package var scenarios: Int
    package var filesystem: Filesystem
    /// Operations that cannot be driven on that filesystem.
    package var operations: [Operation.Kind]
    /// No scenario of that filesystem can be run.
    package var isAll: Bool

    package init(
        scenarios: Int, filesystem: Filesystem, operations: [Operation.Kind], isAll: Bool
    ) {
        self.scenarios = scenarios
        self.filesystem = filesystem
        self.operations = operations
        self.isAll = isAll
    }

    /// One for each filesystem that has any.
    package static func all(_ unsupported: [UnsupportedOperation: Int]) -> [NotRun] {
        Filesystem.all.compactMap { filesystem in
            let mine = unsupported.filter { $0.key.filesystem == filesystem }
            let count = mine.values.reduce(0, +)
            guard count > 0 else { return nil }
            // What a kernel need not have is not among them, or can be run.
            let all = (Catalogue.scenarios + FilesystemScenarios.ofOneTask).count {
                $0.geometry.filesystem == filesystem
                    && !$0.operations.contains { $0.kind.isOptional }
            }
            let kinds = Operation.Kind.allCases.filter { kind in
                mine.keys.contains { $0.kind == kind }
            }
            return NotRun(
                scenarios: count, filesystem: filesystem, operations: kinds, isAll: count >= all)
        }
    }
}

/// An error of the harness in which runs ended: a function that nobody provides, a limit reached.
package struct ReportedHarnessError: Sendable {
    package var end: RunEnd
    /// Which function, which limit.
    package var message: String
    package var runs: Int
    package var scenarios: Int
    /// The first such run, with who called what is missing.
    package var witness: Witness
}

/// What a report is held against.
package struct BaselineDescription: Hashable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// The same code without the patches.
        case unpatched
        /// Another revision.
        case revision
        /// A report that was kept.
        case report
    }

    package var kind: Kind
    /// As the user named it; `base` for the code without the patches.
    package var name: String
    package var runs: Int

    package init(kind: Kind, name: String, runs: Int) {
        self.kind = kind
        self.name = name
        self.runs = runs
    }
}

/// Pass, fail, or not applicable.
package enum Verdict: String, Codable, Sendable {
    case pass
    /// It counts: with a baseline, some runs break it in a way that the baseline does not.
    case fail
    /// Runs break it, and each of them as the baseline does.
    case failAsBefore = "fail-as-before"
    /// No run says anything about it.
    case notApplicable = "not-applicable"
}

/// One expectation's verdict on one variant.
package struct ExpectationVerdict: Sendable {
    package var expectation: Expectation
    package var verdict: Verdict
    /// Runs that say something about it.
    package var runs: Int
    /// Runs that broke it; with a baseline, those that broke it in a way that the baseline does not.
    package var failures: Int
    /// Present exactly when the verdict is `fail`.
    package var witness: Witness?
    /// Runs that broke it in a way that is on record; they are not among the failures. With a
    /// baseline, they are among those that do so there, too.
    package var known: [KnownFailures]
    /// Without a baseline: of the failures, those in a way that is on record and counts.
    package var described: [KnownFailures] = []
    /// What the baseline's verdict is; nil without one.
    package var before: Verdict?
    /// Runs that break it as the baseline does.
    package var asBefore = 0
    /// Of the failures, those that the baseline has, too: they are on record, and are asked to count.
    package var counted: [KnownFailures] = []
    /// Runs that break it in a way that is on record, where those of the baseline end in another
    /// failure before they come to it; they are not among the failures.
    package var hidden = 0
    /// Runs of the baseline that break it, and that do not here.
    package var mended = 0
    /// The findings on record that no run shows any more.
    package var mendedFindings: [Int] = []

    /// Of the failures, those that the baseline has not.
    package var newFailures: Int { failures - counted.reduce(0) { $0 + $1.runs } }

    /// It holds, and did not before.
    package var isMended: Bool { verdict == .pass && before == .fail && mended > 0 }

    package init(
        expectation: Expectation, verdict: Verdict, runs: Int, failures: Int,
        witness: Witness? = nil, known: [KnownFailures] = []
    ) {
        precondition((verdict == .fail) == (witness != nil), "a failure has a witness")
        self.expectation = expectation
        self.verdict = verdict
        self.runs = runs
        self.failures = failures
        self.witness = witness
        self.known = known
    }
}
