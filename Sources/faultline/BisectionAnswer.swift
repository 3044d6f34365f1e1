// SPDX-License-Identifier: GPL-2.0-only

// `check --bisect`: one step of a bisection that git drives. git takes every exit code from 1 to 124
// for "bad", so a question that could not be asked must not leave with 2 there: it would send the
// search astray. In a bisection it leaves with 128, at which git stops and says so.

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
        var check = try question.running.makeCheckSession(question.judging)
        check.orders = question.orders.limit
        let place = try place(check.builder)
        check.treeName = place.map(TreeOptions.spoken)
        let session = try BisectSession.find(
            at: place ?? FileManager.default.currentDirectoryPath,
            toolchain: check.builder.toolchain)
        try answer(check, place, session)
    }

    /// The exit code for a question that could not be asked: 2, but for git in a bisection.
    static func codeOfMistake(_ arguments: [String]) -> Int32 {
        guard arguments.contains(where: { $0 == "--bisect" || $0.hasPrefix("--bisect=") }) else {
            return 2
        }
        let named = arguments.firstIndex(of: "--tree").map { $0 + 1 }
        let place = named.flatMap { $0 < arguments.count ? arguments[$0] : nil }
        let current = FileManager.default.currentDirectoryPath
        // Without tools nobody can say whether git is asking.
        guard let toolchain = try? Toolchain.find() else { return stop }
        for directory in [place ?? current, current] {
            if (try? BisectSession.find(at: directory, toolchain: toolchain)) != nil { return stop }
        }
        return 2
    }

    private func answer(
        _ check: CheckSession, _ place: String?, _ session: BisectSession?
    ) throws {
        let target: BisectionTarget =
            followed.count == 12 && followed.allSatisfy(\.isHexDigit)
            ? .signature(try check.signature(ofWitness: followed))
            : .expectation(try Expectations.chosen(followed))
        let goal = try goal(target, check, place, session)
        if let words = goal.words { Faultline.complain("follows \(words)") }
        let mark: BisectStep
        do {
            mark = try check.mark(
                try request(check.builder, place), lookingFor: goal, target)
        } catch let error as QuestionError where error.isAboutCode {
            mark = BisectStep(verdict: .skip, words: "cannot be built: \(error)")
        } catch let error as WorkerError {
            mark = BisectStep(verdict: .skip, words: "an error of the harness: \(error)")
        }
        try deliver(mark)
    }

    private func deliver(_ mark: BisectStep) throws {
        var text = "\(mark.verdict.rawValue): \(mark.words)"
        if let witness = mark.witness { text += "\n  see it: faultline replay \(witness.id)" }
        try question.result.file.deliver(text)
        switch mark.verdict {
        case .good: throw ExitCode(0)
        case .bad: throw ExitCode(1)
        case .skip: throw ExitCode(Self.skip)
        }
    }

    // MARK: - What is judged

    /// The kernel tree; nil for the embedded slice.
    private func place(_ builder: Builder) throws -> String? {
        if question.source.rev != nil {
            throw CommandFailure("--bisect is about the work tree as it is, without --rev")
        }
        guard question.result.format == .text else {
            throw CommandFailure("--bisect answers with a line and an exit code, without --format")
        }
        if let tree = question.source.tree { return tree }
        if let here = TreeOptions.kernelTreeAroundHere() { return here }
        let current = FileManager.default.currentDirectoryPath
        guard !patches.isEmpty || (current + "/").hasPrefix(builder.checkout.root + "/") else {
            throw CommandFailure(
                "--bisect is about the kernel's git tree around the current directory, and "
                    + "\(current) is in none; --tree DIR names one")
        }
        return nil
    }

    private func request(_ builder: Builder, _ place: String?) throws -> BuildRequest {
        let choice = try place.map {
            TreeOptions.Choice(tree: try builder.trees.tree(at: $0), name: TreeOptions.spoken($0))
        }
        return try makeRequest(of: patches, on: choice, builder)
    }

    /// What git is looking for, as far as it knows.
    private func goal(
        _ target: BisectionTarget, _ check: CheckSession, _ place: String?,
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
