// SPDX-License-Identifier: GPL-2.0-only

// A witness's run made again. The variant is built from what the witness carries, so files that
// were edited or removed since do not matter; only the tree below the patches may have changed, and
// then the user is told.

import Expectations
import Machine
import Slices

extension Examination {
    /// What `check` without a patch judges.
    public static let workingCopyName = "working-copy"

    /// A run made again.
    public struct Replay: Sendable {
        /// As the witness was, with a record of the run made now.
        public var witness: Witness
        /// The code is not what it was when the witness was found.
        public var isOtherCode: Bool
        /// Then, how far its order could be followed; nil if it has none.
        public var following: Following?
    }

    /// Builds a witness's variant and makes its run.
    public func replay(_ stored: Witness) throws -> Replay {
        let subject = stored.subject
        guard subject.tree.kind == Tree.Kind.embedded.rawValue else {
            throw WorkerError(
                "witness \(stored.id) was found on a tree of kind \(subject.tree.kind), which "
                    + "this version does not know")
        }
        let isWorkingCopy =
            subject.patches.isEmpty && subject.variant == Examination.workingCopyName
        var builder = self.builder
        builder.allowsOutside = subject.allowsOutside
        let request = Builder.Request(
            name: subject.variant,
            tree: isWorkingCopy ? .embedded(of: builder.home) : try builder.pristineTree(),
            patches: try subject.patches.map {
                try Patch.parse(
                    Array($0.text), name: $0.name, path: $0.path, subject: $0.subject)
            })
        progress?(.building(variants: 1))
        let variant = try build([request])[0]
        let scenario = stored.scenarioAsFound
        let isOtherCode = variant.key != subject.key
        var run = stored.run
        var following: Following?
        if isOtherCode, let marks = stored.order {
            following = try follow(marks, scenario, run, of: variant)
            run.schedule = following?.schedule ?? run.schedule
        }
        var witness = try self.witness(
            [(scenario, run)], of: variant, request, pool: pool)[0]
        if witness.record.end.isHarnessError {
            throw WorkerError("the run \(witness.record.end.words): \(witness.record.message)")
        }
        for finding in stored.record.findings where finding.expectation == "lock-order" {
            witness = witness.keeping(finding)
        }
        return Replay(witness: witness, isOtherCode: isOtherCode, following: following)
    }
}

extension Witness {
    /// An inversion is a finding about several runs: making one of them again cannot take it back.
    fileprivate func keeping(_ finding: RunRecord.Finding) -> Witness {
        var record = self.record
        record.findings.append(finding)
        return Witness(
            subject: subject, scenario: scenarioAsFound, run: run, record: record, frames: frames)
    }
}

extension RunRecord {
    /// Whether the run breaks an expectation.
    public var breaksAnything: Bool { !findings.isEmpty || death != nil }
}
