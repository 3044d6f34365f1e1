// SPDX-License-Identifier: GPL-2.0-only

// A witness's run made again. The variant is built from what the witness carries, so patches that
// were edited or removed since do not matter. A tree of the user's is where it was found: it is
// looked up there, and if it is gone or is another one now, the run is not made on something else
// in silence. On a tree that the user names instead it is made knowingly.

import Expectations
import Machine
import Patches
import Slices
import System
import Workers

extension CheckSession {
    /// What `check` without a patch judges of the embedded slice.
    package static let workingCopyName = "working-copy"
    /// The same of another tree.
    package static let baseName = "base"

    /// A run made again.
    package struct Replay: Sendable {
        /// As the witness was, with a record of the run made now.
        package var witness: Witness
        /// What is not as it was when the witness was found, in sentences.
        package var differences: [String]
        /// On other code, how far the witness's order could be followed; nil if it has none.
        package var following: ScheduleReplay?
        /// The code.
        package var request: BuildRequest
    }

    /// Makes a run of the code that a shard was of, and writes it down.
    package func witness(
        _ scenario: Scenario, _ run: Run, of subject: Witness.Subject
    ) throws -> Witness {
        try replay(Witness(unrecorded: run, of: scenario, subject)).witness
    }

    /// Builds a witness's variant and makes its run.
    ///
    /// - Parameter other: a tree to make it on; nil for the one it was found on.
    package func replay(_ stored: Witness, on other: Tree? = nil) throws -> Replay {
        let subject = stored.subject
        let isWorkingCopy =
            subject.patches.isEmpty && subject.variant == CheckSession.workingCopyName
        var session = self
        session.builder.allowsOutside = subject.allowsOutside
        let tree: Tree
        if let other {
            tree = other
        } else if !subject.tree.isEmbedded {
            tree = try treeAsFound(stored)
        } else {
            tree =
                isWorkingCopy ? .embedded(of: builder.checkout) : try builder.trees.pristineTree()
        }
        let request = BuildRequest(
            name: isWorkingCopy && other != nil ? CheckSession.baseName : subject.variant,
            tree: tree,
            patches: try subject.patches.map {
                try Patch.parse(
                    Array($0.text), name: $0.name, path: $0.path, subject: $0.subject)
            })
        progress?(.building(variants: 1))
        let variant = try session.build([request])[0]
        let scenario = stored.scenarioAsFound
        let isOtherCode = other != nil || variant.key != subject.key
        var run = stored.run
        var differences: [String] = []
        if other != nil {
            let image = ImageReference.file(variant.image)
            var translation = try InjectionTranslation(stored, to: image, pool: pool)
            run.injections = try translation.translate()
            differences = translation.differences
        }
        var following: ScheduleReplay?
        if isOtherCode, let marks = stored.order {
            following = try session.follow(marks, scenario, run, of: variant)
            run.schedule = following?.schedule ?? run.schedule
        }
        var witness = try session.witness(
            [(scenario, run)], of: variant, request)[0]
        let judged = try session.judgingLockOrder(witness, like: stored, of: variant)
        witness = judged.witness
        differences += [judged.difference].compactMap { $0 }
        if other == nil, variant.key != subject.key {
            differences.insert(
                subject.tree.isEmbedded
                    ? "the code under test has changed since the witness was found"
                    : "Faultline itself has changed since the witness was found", at: 0)
        }
        return Replay(
            witness: witness, differences: differences, following: following, request: request)
    }

    /// The tree that a witness was found on: where it was, or wherever this machine has read one
    /// with the same contents.
    private func treeAsFound(_ stored: Witness) throws -> Tree {
        let found = stored.subject.tree
        let places = [found.root, found.name].compactMap { $0 }.map { path in
            var place = TreePlace(named: path)
            place.name = found.name ?? place.name
            return place
        }
        let head = found.isModified == false ? found.head : nil
        if let digest = found.digest,
            var tree = builder.trees.tree(
                withContents: digest, at: places, revisions: [found.rev, head].compactMap { $0 })
        {
            tree.choice = nil
            return tree
        }
        guard let place = places.first else {
            throw WorkerError("witness \(stored.id) does not say on which tree it was found")
        }
        let name = [found.name ?? found.root ?? "", found.revName].compactMap { $0 }
            .joined(separator: ", ")
        let remedy = "\n  `faultline replay \(stored.id) --tree DIR` makes the run on another tree"
        do {
            _ = try builder.trees.tree(at: place, revision: found.rev)
        } catch let error as QuestionError {
            throw WorkerError(
                "witness \(stored.id) was found on \(name) (\(found.version)), which cannot be read "
                    + "any more\n  \(error.description.split(separator: "\n")[0])\(remedy)")
        }
        throw WorkerError(
            "witness \(stored.id) was found on \(name) (\(found.version)), which has other "
                + "contents now\(remedy), also on what is there now")
    }
}

extension RunRecord {
    /// Whether the run breaks an expectation.
    package var breaksAnything: Bool { !findings.isEmpty || death != nil }
}
