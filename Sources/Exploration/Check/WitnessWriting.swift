// SPDX-License-Identifier: GPL-2.0-only

// Runs made once more and written down as witnesses: with the code under test by content, and the
// functions and lines behind every code address.

import Expectations
import FoundationEssentials
import Machine
import Patches
import Slices
import System

extension CheckSession {
    /// Makes runs once more and writes down all there is to tell of each.
    package func witness(
        _ runs: [(scenario: Scenario, run: Run)], of variant: Variant,
        _ request: BuildRequest
    ) throws -> [Witness] {
        guard !runs.isEmpty else { return [] }
        var distinct: [(scenario: Scenario, run: Run)] = []
        var places: [Int] = []
        for item in runs {
            let known = distinct.firstIndex {
                $0.scenario.name == item.scenario.name && $0.run == item.run
            }
            places.append(known ?? distinct.count)
            if known == nil { distinct.append(item) }
        }
        let records = try pool.record(
            distinct.map { (.file(variant.image), $0.scenario, $0.run) })
        let frames = try symbolize(records, image: variant.image)
        let subject = self.subject(of: variant, request)
        return places.map { place in
            let addresses = records[place].codeAddresses
            return Witness(
                subject: subject, scenario: distinct[place].scenario, run: distinct[place].run,
                record: records[place],
                frames: Dictionary(
                    uniqueKeysWithValues: addresses.map { ($0, frames[$0] ?? []) }))
        }
    }

    /// The code of a variant, as witnesses have it.
    package func subject(of variant: Variant, _ request: BuildRequest) -> Witness.Subject {
        Witness.Subject(
            tree: identity(of: request.tree), variant: variant.name,
            patches: request.patches.map(Witness.PatchText.init),
            allowsOutside: builder.allowsOutside, key: variant.key)
    }

    package func symbolize(
        _ records: [RunRecord], image: String
    ) throws -> [UInt64: [CodeFrame]] {
        let addresses = Set(records.flatMap(\.codeAddresses)).sorted()
        let found = try Symbolizer(toolchain: builder.toolchain).frames(
            image: image, pcs: addresses)
        return Dictionary(
            uniqueKeysWithValues: zip(addresses, found).map { ($0, $1.map(CodeFrame.init)) })
    }
}

extension CheckSession {
    /// What witnesses and reports say of a tree.
    package func identity(of tree: Tree) -> Witness.TreeIdentity {
        var identity = Witness.TreeIdentity(tree)
        if tree.kind == .embedded { identity.choice = sliceChoice }
        return identity
    }
}

extension Witness.TreeIdentity {
    package init(_ tree: Tree) {
        guard tree.kind != .embedded else {
            self.init(kind: tree.kind.rawValue, version: tree.version)
            return
        }
        self.init(
            kind: tree.kind.rawValue, root: tree.root, version: tree.version, rev: tree.rev,
            name: tree.name ?? fileName(tree.root), revName: tree.revName, digest: tree.digest,
            head: tree.head?.commit, isModified: tree.head?.isModified, choice: tree.choice)
    }
}

extension Witness.PatchText {
    package init(_ patch: Patch) {
        self.init(
            name: patch.name, path: patch.path, subject: patch.subject, text: Data(patch.text))
    }
}

extension CodeFrame {
    package init(_ frame: SourceFrame) {
        let file = frame.file ?? ""
        self.init(
            function: frame.function, file: file, line: frame.line,
            isOfSlice: !file.isEmpty && !SourceName.isOfMachine(file) && !file.hasPrefix("stubs/"))
    }
}

extension Witness {
    /// With an inversion of lock classes told as a finding: it is judged over all runs, so the run
    /// alone does not show it.
    package func adding(_ cycle: [LockOrderGraph.Edge], to expectation: Expectation) -> Witness {
        var record = self.record
        let expected = cycle.map { "\($0.taken) never before \($0.held)" }.first ?? ""
        let actual = cycle.map {
            "\($0.taken) was taken with \($0.held) held (\($0.scenario)"
                + $0.injections.map { ", call \($0.nth) failing" }.joined() + ")"
        }
        record.findings.append(
            RunRecord.Finding(
                expectation: expectation.name, expected: expected,
                actual: actual.joined(separator: "; "), event: nil,
                kind: FailureSignature(inversion: cycle).kind))
        return Witness(
            subject: subject, scenario: scenarioAsFound, run: run, record: record, frames: frames,
            companions: companions ?? cycle.compactMap(Companion.init).filter { $0.run != run })
    }
}
