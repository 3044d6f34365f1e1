// SPDX-License-Identifier: GPL-2.0-only

// What an examination found, as values: one column of verdicts for each variant. Whatever is shown
// to anybody, in any format, is made from this.

import Expectations

/// The verdicts of one or more variants of one tree.
public struct Report: Sendable {
    public var tree: Witness.TreeIdentity
    public var variants: [VariantReport]

    public init(tree: Witness.TreeIdentity, variants: [VariantReport]) {
        self.tree = tree
        self.variants = variants
    }

    public var hasFailures: Bool { variants.contains { $0.hasFailures } }
}

/// The verdicts of one variant.
public struct VariantReport: Sendable {
    public var name: String
    /// As the user gave them.
    public var patches: [String]
    public var scenarios: Int
    public var runs: Int
    public var seconds: Double
    /// One for each of `Expectations.all`, in that order.
    public var verdicts: [ExpectationVerdict]
    /// Nil where no coverage was asked for or nothing was added.
    public var coverage: Coverage?
    /// What was not run or not looked at, in sentences.
    public var notes: [String]

    public init(
        name: String, patches: [String], scenarios: Int, runs: Int, seconds: Double,
        verdicts: [ExpectationVerdict], coverage: Coverage? = nil, notes: [String] = []
    ) {
        self.name = name
        self.patches = patches
        self.scenarios = scenarios
        self.runs = runs
        self.seconds = seconds
        self.verdicts = verdicts
        self.coverage = coverage
        self.notes = notes
    }

    public var hasFailures: Bool { verdicts.contains { $0.verdict == .fail } }
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

    public init(
        expectation: Expectation, verdict: Verdict, runs: Int, failures: Int,
        witness: Witness? = nil
    ) {
        precondition((verdict == .fail) == (witness != nil), "a failure has a witness")
        self.expectation = expectation
        self.verdict = verdict
        self.runs = runs
        self.failures = failures
        self.witness = witness
    }
}

/// Which lines that the patches add were run.
public struct Coverage: Sendable, Codable, Hashable {
    public struct Line: Sendable, Codable, Hashable {
        public var file: String
        public var line: Int

        public init(file: String, line: Int) {
            self.file = file
            self.line = line
        }
    }

    /// Lines that the patches add and that make code.
    public var addedLines: Int
    public var executed: Int
    public var missed: [Line]

    public init(addedLines: Int, executed: Int, missed: [Line]) {
        self.addedLines = addedLines
        self.executed = executed
        self.missed = missed
    }
}
