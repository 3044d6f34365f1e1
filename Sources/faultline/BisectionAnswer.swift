// SPDX-License-Identifier: GPL-2.0-only

// `check --bisect`: one step of a bisection that git drives. git takes every exit code from 1 to 124
// for "bad", so a question that could not be asked must not exit with 2 there: git would go on with
// a wrong answer. In a bisection it exits with 128, at which git stops and says so.

import ArgumentParser
import Bisection
import Expectations
import Exploration
import FoundationEssentials
import Glibc
import Slices
import System
import Workers

/// The answer to `git bisect run`.
struct BisectionAnswer {
    private let followed: String
    private let patches: [String]
    private let question: Question

    /// git's word for "cannot be tested".
    private static let skip: Int32 = 125
    /// Stops `git bisect run`.
    private static let stop: Int32 = 128

    init(_ followed: String, _ patches: [String], _ question: Question) {
        self.followed = followed
        self.patches = patches
        self.question = question
    }

    func give() throws {
        try question.filesystem.requireTree(question.source)
        var check = try question.running.ask(
            aboutHistory: question.judging, on: question.filesystem
        ).session
        check.orders = question.orders.limit
        check.sliceChoice = question.source.sliceChoice
        let place = try place(check.builder)
        let session = try BisectSession.find(
            at: place?.path ?? FileManager.default.currentDirectoryPath,
            toolchain: check.builder.toolchain)
        try answer(check, place, session)
    }

    /// The exit code for a question that could not be asked: 2, but for git in a bisection.
    static func codeOfMistake(_ arguments: [String]) -> Int32 {
        guard arguments.contains(where: { $0 == "--bisect" || $0.hasPrefix("--bisect=") }) else {
            return 2
        }
        let named = arguments.firstIndex(of: "--tree").map { $0 + 1 }
        let tree = named.flatMap { $0 < arguments.count ? arguments[$0] : nil }
        let current = FileManager.default.currentDirectoryPath
        // Without tools nobody can say whether git is asking.
        guard let toolchain = try? Toolchain.find() else { return stop }
        for directory in [tree ?? current, current] {
            if (try? BisectSession.find(at: directory, toolchain: toolchain)) != nil { return stop }
        }
        return 2
    }

    private func answer(
        _ check: CheckSession, _ place: TreePlace?, _ session: BisectSession?
    ) throws {
        let target: BisectionTarget =
            followed.count == 12 && followed.allSatisfy(\.isHexDigit)
            ? .signature(try check.signature(ofWitness: followed))
            : .expectation(try Expectations.chosen(followed))
        let goal = try goal(target, check, place, session)
        if let failure = goal.description { complain("follows \(failure)") }
        let step: BisectStep
        do {
            step = try check.mark(
                try request(check.builder, place), lookingFor: goal, target)
        } catch let error as QuestionError where error.isAboutCode {
            step = BisectStep(verdict: .skip, .cannotBeBuilt("\(error)"))
        } catch let error as WorkerError {
            step = BisectStep(verdict: .skip, .harnessError("\(error)"))
        }
        try deliver(step)
    }

    private func deliver(_ step: BisectStep) throws {
        var text = step.description
        if let witness = step.witness { text += "\n  see it: faultline replay \(witness.id)" }
        try question.result.file.deliver(text)
        switch step.verdict {
        case .good: throw ExitCode(0)
        case .bad: throw ExitCode(1)
        case .skip: throw ExitCode(Self.skip)
        }
    }

    // MARK: - What is judged

    /// The kernel tree; nil for the embedded slice.
    private func place(_ builder: Builder) throws -> TreePlace? {
        if question.source.rev != nil {
            throw CommandFailure("--bisect judges the work tree as it is; it takes no --rev")
        }
        guard question.result.format == .text else {
            throw CommandFailure(
                "--bisect answers with a line and an exit code; it takes no --format")
        }
        if let place = try question.source.place() { return place }
        let current = FileManager.default.currentDirectoryPath
        guard
            question.source.embedded || !patches.isEmpty
                || (current + "/").hasPrefix(builder.checkout.root + "/")
        else {
            throw CommandFailure(
                "--bisect judges the kernel tree around the current directory, but "
                    + "\(current) is in none; name one with --tree DIR")
        }
        return nil
    }

    private func request(_ builder: Builder, _ place: TreePlace?) throws -> BuildRequest {
        let choice = try place.map { TreeOptions.Choice(tree: try builder.trees.tree(at: $0)) }
        return try PatchArguments(patches, for: builder).request(on: choice, builder)
    }

    /// What git is looking for, as far as it knows.
    private func goal(
        _ target: BisectionTarget, _ check: CheckSession, _ place: TreePlace?,
        _ session: BisectSession?
    ) throws -> BisectionGoal {
        let builder = check.builder
        func request(_ commit: String) -> BuildRequest? {
            guard let place, let tree = try? builder.trees.tree(at: place, revision: commit) else {
                return nil
            }
            return BuildRequest(name: String(commit.prefix(12)), tree: tree, patches: [])
        }
        return try BisectionGoal(
            target, bad: session?.bad.flatMap(request),
            good: session?.good.compactMap(request) ?? [], check)
    }
}
