// SPDX-License-Identifier: GPL-2.0-only

// What an examination found, as values: one column of verdicts for each variant. Whatever is shown
// to anybody, in any format, is made from this.

import Expectations
import Machine

/// The verdicts of one or more variants of one tree.
public struct Report: Sendable {
    public var tree: Witness.TreeIdentity
    public var variants: [VariantReport]

    public init(tree: Witness.TreeIdentity, variants: [VariantReport]) {
        self.tree = tree
        self.variants = variants
    }

    public var hasFailures: Bool { variants.contains { $0.hasFailures } }

    /// Some runs ended in an error of the harness: there are verdicts, but not on everything.
    public var hasHarnessErrors: Bool { variants.contains { !$0.harnessErrors.isEmpty } }
}

/// The verdicts of one variant.
public struct VariantReport: Sendable {
    public var name: String
    /// As the user gave them.
    public var patches: [String]
    /// The same for a reader: a mail on standard input by its subject.
    public var titles: [String]
    public var scenarios: Int
    public var runs: Int
    public var seconds: Double
    /// The patches by content.
    public var patchTexts: [Witness.PatchText]
    /// One for each of `Expectations.all`, in that order.
    public var verdicts: [ExpectationVerdict]
    /// Nil where no coverage was asked for or nothing was added.
    public var coverage: Coverage?
    /// What was not run or not looked at, in sentences.
    public var notes: [String]
    /// Of the notes, those without which the patches would have been judged in full.
    public var leftOut: [String] = []
    /// The patches as mails, in order.
    public var mails: [PatchMail] = []
    /// Scenarios of the catalogue that this tree cannot be asked.
    public var notRun: [NotRun]
    /// Runs that no verdict rests on, because they ended in an error of the harness.
    public var harnessErrors: [HarnessError]
    /// Scenarios with at least one such run.
    public var scenariosWithErrors: Int
    /// In which orders races were run; nil where none were asked for.
    public var orders: OrdersCovered?

    public init(
        name: String, patches: [String], scenarios: Int, runs: Int, seconds: Double,
        verdicts: [ExpectationVerdict], coverage: Coverage? = nil, notes: [String] = [],
        titles: [String]? = nil, notRun: [NotRun] = [], harnessErrors: [HarnessError] = [],
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

    public var hasFailures: Bool { verdicts.contains { $0.verdict == .fail } }
}

/// Scenarios that a tree cannot be asked, and why.
public struct NotRun: Codable, Hashable, Sendable {
    public var scenarios: Int
    public var filesystem: String
    public var reason: String

    /// In words, for each filesystem.
    public static func all(_ unsupported: [UnsupportedOperation: Int]) -> [NotRun] {
        Filesystem.allCases.compactMap { filesystem in
            let mine = unsupported.filter { $0.key.filesystem == filesystem }
            let count = mine.values.reduce(0, +)
            guard count > 0 else { return nil }
            let all = Catalogue.scenarios.count { $0.geometry.filesystem == filesystem }
            let kinds = Operation.Kind.allCases.filter { kind in
                mine.keys.contains { $0.kind == kind }
            }
            return NotRun(
                scenarios: count, filesystem: filesystem.name,
                reason: reason(filesystem, kinds, isAll: count == all))
        }
    }

    /// - Parameter kinds: the operations that stand in the way.
    private static func reason(
        _ filesystem: Filesystem, _ kinds: [Operation.Kind], isAll: Bool
    ) -> String {
        let names = kinds.map(\.name).joined(separator: ", ")
        switch filesystem {
        case .ext2 where isAll: return "no DAX in this tree's ext2"
        case _ where isAll: return "this tree's fs/dax.c cannot be driven with it"
        case _ where kinds.contains(.readFault) && kinds.contains(.writeFault):
            return "faults cannot be driven on this tree (\(names))"
        default: return "cannot be driven on this tree: \(names)"
        }
    }
}

/// An error of the harness in which runs ended: a function that nobody provides, a limit reached.
public struct HarnessError: Sendable {
    public var end: RunEnd
    /// Which function, which limit.
    public var message: String
    public var runs: Int
    public var scenarios: Int
    /// The first such run, with who called what is missing.
    public var witness: Witness
}

/// Pass, fail, or not applicable.
public enum Verdict: String, Codable, Sendable {
    case pass
    case fail
    /// No run says anything about it.
    case notApplicable = "not-applicable"
}

/// One expectation's verdict on one variant.
public struct ExpectationVerdict: Sendable {
    public var expectation: Expectation
    public var verdict: Verdict
    /// Runs that say something about it.
    public var runs: Int
    /// Runs that broke it.
    public var failures: Int
    /// Present exactly when the verdict is `fail`.
    public var witness: Witness?
    /// Runs that broke it in a way that is on record; they are not among the failures.
    public var known: [KnownFailures]

    public init(
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
