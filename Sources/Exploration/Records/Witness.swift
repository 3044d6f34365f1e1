// SPDX-License-Identifier: GPL-2.0-only

// A witness is everything that one failing run needs to be understood and made again: the code
// under test by content, the world, the operations, the failures, the order, and what came of it.
// It does not refer to files that may change: a patch travels inside it.

import Expectations
import FoundationEssentials
import Machine
import Slices

/// A run that makes expectations fail, kept so that it can be shown and made again.
package struct Witness: Codable, Sendable {
    /// Which tree the code came from.
    package struct TreeIdentity: Codable, Hashable, Sendable {
        package var kind: String
        /// Where it was found, an absolute path; nil for the embedded slice, and in what is handed
        /// on: another machine has it elsewhere, and the path is nobody else's business.
        package var root: String?
        package var version: String
        /// The commit that was read; nil for files on disk.
        package var rev: String?
        /// The commit that files on disk are based on, and whether any of the slice's differs.
        package var head: String?
        package var isModified: Bool?
        /// Why this tree was chosen.
        package var choice: TreeChoice?
        /// The tree, and the revision, as the user named them.
        package var name: String?
        package var revName: String?
        /// Of the contents of its files: the same path can hold another tree tomorrow. Nil for the
        /// embedded slice.
        package var digest: String?

        package init(
            kind: String, root: String? = nil, version: String, rev: String? = nil,
            name: String? = nil, revName: String? = nil, digest: String? = nil,
            head: String? = nil, isModified: Bool? = nil, choice: TreeChoice? = nil
        ) {
            self.kind = kind
            self.root = root
            self.version = version
            self.rev = rev
            self.name = name
            self.revName = revName
            self.digest = digest
            self.head = head
            self.isModified = isModified
            self.choice = choice
        }

        package var isEmbedded: Bool { kind == Tree.Kind.embedded.rawValue }

        /// The same for others, without the path; where the user has typed it, `name` has it.
        package var portable: TreeIdentity {
            var tree = self
            tree.root = nil
            return tree
        }
    }

    /// A patch by content.
    package struct PatchText: Codable, Hashable, Sendable {
        package var name: String
        package var path: String
        package var subject: String?
        package var text: Data

        package init(name: String, path: String, subject: String?, text: Data) {
            self.name = name
            self.path = path
            self.subject = subject
            self.text = text
        }
    }

    /// What the code under test is, by content.
    package struct Subject: Codable, Hashable, Sendable {
        package var tree: TreeIdentity
        package var variant: String
        package var patches: [PatchText]
        /// Files outside of the slice were ignored in the patches.
        package var allowsOutside: Bool
        /// The build's name for the contents: another key is other code.
        package var key: String

        package init(
            tree: TreeIdentity, variant: String, patches: [PatchText], allowsOutside: Bool,
            key: String
        ) {
            self.tree = tree
            self.variant = variant
            self.patches = patches
            self.allowsOutside = allowsOutside
            self.key = key
        }

        /// The same for others.
        package var portable: Subject {
            var subject = self
            subject.tree = tree.portable
            return subject
        }
    }

    /// Version of this format.
    package var format = 1
    /// Twelve hexadecimal digits over tree, patches, scenario, injections and schedule.
    package let id: String
    package internal(set) var subject: Subject
    /// Name of the scenario in the catalogue.
    package let scenario: String
    /// The scenario in one sentence.
    package let words: String
    package let run: Run
    /// The order in terms of functions and calls, for code that has changed since; absent in
    /// witnesses of before there were any.
    package let order: [PreemptionPoint]?
    package let record: RunRecord
    /// Functions and lines behind the record's code addresses, innermost (inlined) first.
    package let frames: [UInt64: [CodeFrame]]
    /// Runs that break nothing by themselves, but something together with this one: those that
    /// show the other edges of an inversion of lock classes. Empty where this one shows all of them,
    /// and absent where no inversion is asked for.
    package let companions: [Companion]?

    /// A run that belongs to a witness beside its own.
    package struct Companion: Codable, Sendable {
        package var scenario: String
        package var words: String
        package var run: Run

        package init(_ scenario: Scenario, _ run: Run) {
            self.scenario = scenario.name
            words = scenario.description
            self.run = run
        }

        /// The scenario as it was when the witness was found.
        package var scenarioAsFound: Scenario {
            Scenario(
                name: scenario, description: words, geometry: run.geometry,
                operations: run.operations)
        }
    }

    package init(
        subject: Subject, scenario: Scenario, run: Run, record: RunRecord,
        frames: [UInt64: [CodeFrame]], companions: [Companion]? = nil
    ) {
        id = Witness.identify(subject, scenario.name, run)
        self.subject = subject
        self.scenario = scenario.name
        words = scenario.description
        self.run = run
        order = run.schedule == .inOrder ? nil : PreemptionPoint.marks(of: record, frames)
        self.record = record
        self.frames = frames
        self.companions = companions
    }

    /// The same for others.
    package var portable: Witness {
        var witness = self
        witness.subject = subject.portable
        return witness
    }

    /// The scenario as it was when the witness was found, whatever became of the catalogue.
    package var scenarioAsFound: Scenario {
        Scenario(
            name: scenario, description: words, geometry: run.geometry, operations: run.operations)
    }

    package static func identify(_ subject: Subject, _ scenario: String, _ run: Run) -> String {
        var digest = Digest()
        // The contents alone: the same files are one tree, in a directory and in a commit.
        digest.add(subject.tree.isEmbedded ? subject.tree.kind : "tree")
        digest.add(subject.tree.version)
        digest.add("")
        if let contents = subject.tree.digest { digest.add(contents) }
        for patch in subject.patches { digest.add(patch.text) }
        digest.add(scenario)
        for injection in run.injections {
            digest.add("\(injection.task) \(injection.nth) \(injection.error)")
        }
        digest.add(run.schedule.text)
        return String(digest.hexadecimal.prefix(12))
    }
}

/// A function and a line of the tree's own files.
package struct CodeFrame: Codable, Hashable, Sendable {
    package var function: String
    /// Relative to the tree.
    package var file: String
    package var line: Int
    /// Part of the code under test, not of the machine below it.
    package var isOfSlice: Bool

    package init(function: String, file: String, line: Int, isOfSlice: Bool) {
        self.function = function
        self.file = file
        self.line = line
        self.isOfSlice = isOfSlice
    }
}

extension Schedule {
    /// As witnesses have it: the policy, behind it the seed of a random one and the choices.
    package var text: String {
        var text: String
        switch policy {
        case .inOrder: text = "in-order"
        case .roundRobin: text = "round-robin"
        case .random: text = "random:\(seed)"
        case .unstuck: text = "unstuck"
        case .priority: text = "priority:\(seed):\(depth):\(length)"
        }
        if !choices.isEmpty { text += "/" + choices.map(String.init).joined(separator: ",") }
        return text
    }
}

/// A short digest (FNV-1a, 64 bits) for names of things that nobody forges.
package struct Digest {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // A separator that no byte is, so that "ab", "c" differs from "a", "bc".
        state = (state ^ 0x1ff) &* 0x100_0000_01b3
    }

    package mutating func add(_ text: String) { add(text.utf8) }

    package var value: UInt64 { state }

    /// Sixteen digits. The multiplication leaves the low bits best mixed, so they come first.
    package var hexadecimal: String {
        let digits = String(state.byteSwapped, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
