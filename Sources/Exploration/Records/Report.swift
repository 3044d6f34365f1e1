// SPDX-License-Identifier: GPL-2.0-only

// What a check found, as values: one column of verdicts for each variant. Whatever is shown
// to anybody, in any format, is made from this.

import Expectations
import Machine

/// The verdicts of one or more variants of one tree.
package struct Report: Sendable {
    package var tree: Witness.TreeIdentity
    package var variants: [VariantReport]

    package init(tree: Witness.TreeIdentity, variants: [VariantReport]) {
        self.tree = tree
        self.variants = variants
    }

    package var hasFailures: Bool { variants.contains { $0.hasFailures } }

    /// Some runs ended in an error of the harness: there are verdicts, but not on everything.
    package var hasHarnessErrors: Bool { variants.contains { !$0.harnessErrors.isEmpty } }
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
    /// The patches by content.
    package var patchTexts: [Witness.PatchText]
    /// One for each of `Expectations.all`, in that order.
    package var verdicts: [ExpectationVerdict]
    /// Nil where no coverage was asked for or nothing was added.
    package var coverage: Coverage?
    /// What was not run or not looked at, in sentences.
    package var notes: [String]
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
        Filesystem.allCases.compactMap { filesystem in
            let mine = unsupported.filter { $0.key.filesystem == filesystem }
            let count = mine.values.reduce(0, +)
            guard count > 0 else { return nil }
            let all = Catalogue.scenarios.count { $0.geometry.filesystem == filesystem }
            let kinds = Operation.Kind.allCases.filter { kind in
                mine.keys.contains { $0.kind == kind }
            }
            return NotRun(
                scenarios: count, filesystem: filesystem, operations: kinds, isAll: count == all)
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

/// Pass, fail, or not applicable.
package enum Verdict: String, Codable, Sendable {
    case pass
    case fail
    /// No run says anything about it.
    case notApplicable = "not-applicable"
}

/// One expectation's verdict on one variant.
package struct ExpectationVerdict: Sendable {
    package var expectation: Expectation
    package var verdict: Verdict
    /// Runs that say something about it.
    package var runs: Int
    /// Runs that broke it.
    package var failures: Int
    /// Present exactly when the verdict is `fail`.
    package var witness: Witness?
    /// Runs that broke it in a way that is on record; they are not among the failures.
    package var known: [KnownFailures]

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
