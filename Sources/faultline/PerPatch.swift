// SPDX-License-Identifier: GPL-2.0-only

// One mail at a time, for b4: it runs this in the kernel's work tree, hands it a patch on standard
// input, and says neither which commit that is nor what came before it. So this finds out: a
// commit of the branch is judged on its parent; anything else is taken for mail that is to be
// applied to HEAD, behind the earlier patches of its series if those were seen.

import ArgumentParser
import Exploration
import Patches
import Reporting
import Slices
import System

/// The check that b4 makes of every patch.
struct PerPatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "perpatch",
        abstract: "Check one mail on standard input, for b4.",
        discussion: """
            The kernel tree is the one around the current directory, at HEAD. A patch
            that is a commit of its branch is judged on that commit's parent. Any
            other patch is applied to HEAD, on top of the earlier patches of its
            series if perpatch has seen them. Outside of a kernel tree the code is
            the embedded slice. An expectation that fails without the patch, too, is
            a warning. A patch that changes no compiled code passes.

              git config b4.prep-perpatch-check-cmd "faultline perpatch"
              git config b4.am-perpatch-check-cmd "faultline perpatch"
              git config b4.review-perpatch-check-cmd "faultline perpatch --format review"

            Then b4 calls it:

              b4 prep --check
              b4 am --check 20161027112230.9904-3-jack@suse.cz
            """)

    /// What b4 reads.
    enum Form: String, ExpressibleByArgument, CaseIterable, Sendable {
        case checkpatch, review
    }

    @Option(help: "Lines like those of checkpatch, or the JSON array that b4 review reads.")
    var format = Form.checkpatch

    @OptionGroup var source: TreeOptions
    @OptionGroup var orders: OrderOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var file: OutputFile

    func run() throws {
        let result = try check()
        switch format {
        case .checkpatch:
            if !result.checkpatch.isEmpty { try file.deliver(result.checkpatch) }
        case .review: try file.deliver(result.review(), as: .json)
        }
        if result.exitCode != 0 { throw ExitCode(result.exitCode) }
    }

    private func check() throws -> PatchCheck {
        try running.requireSandbox(for: ["-"])
        var session = try running.makeCheckSession()
        session.orders = orders.limit
        session.builder.allowsOutside = true
        session.isOneOfSeries = true
        let patches: [Patch]
        do {
            patches = try Patch.read(
                "-", toolchain: session.builder.toolchain, cache: session.builder.cache)
        } catch let error as QuestionError where error.kind == .refused {
            return .refused(error.reason)
        } catch let error as QuestionError where error.isWithoutDiff {
            return .nothingToJudge("nothing to judge: a mail without a diff")
        }
        do {
            session.sliceChoice = source.sliceChoice
            return try judge(patches, on: try choose(&session, for: patches), session)
        } catch let error as QuestionError {
            return PerPatch.answer(to: error, about: patches)
        } catch let failures as BuildFailures {
            guard failures.failures.count == 1 else {
                let first = failures.failures[0]
                return .notJudged(
                    "not judged: without the patch the tree cannot be judged either: "
                        + "\(first.file ?? "")\(first.line.map { ":\($0)" } ?? ""): \(first.reason)"
                )
            }
            return PerPatch.answer(to: failures.failures[0], about: patches)
        }
    }

    // MARK: - Where the patch belongs

    /// What a patch is applied to.
    private struct Base {
        var tree: Tree
        var below: [Patch] = []
        /// Whether what fails with the patches below alone is excused.
        var excuses = true
    }

    /// What the patches are applied to, with the filesystems that they concern.
    private func choose(_ session: inout CheckSession, for patches: [Patch]) throws -> Base {
        let all = try base(
            of: patches, session.builder,
            TreeReader(
                session.builder.installation, filesystems: SliceFilesystem.all, areOptional: true))
        let choice = FilesystemChoice(of: all.below + patches, among: all.tree.filesystems)
        session.choose(choice)
        return choice.slices == all.tree.filesystems
            ? all : try base(of: patches, session.builder, session.builder.trees)
    }

    private func base(
        of patches: [Patch], _ builder: Builder, _ trees: TreeReader
    ) throws -> Base {
        var tree: Tree
        if source.rev == nil, let place = try source.place(), place.choice == .around,
            place.isRepository
        {
            if patches.count == 1,
                let parent = try PatchCommit.parent(
                    ofCommitLike: patches[0], in: place.path, toolchain: builder.toolchain)
            {
                return Base(tree: try trees.tree(at: place, revision: parent))
            }
            tree = try trees.tree(at: place, revision: "HEAD")
        } else {
            tree = try source.choose(trees).base(builder)
        }
        guard patches.count == 1,
            let memory = SeriesMemory(
                of: patches[0], on: tree, toolchain: builder.toolchain, cache: builder.cache)
        else { return Base(tree: tree) }
        memory.remember(patches[0])
        return Base(tree: tree, below: memory.earlier() ?? [], excuses: !memory.isContested)
    }

    // MARK: - The verdict

    private func judge(
        _ patches: [Patch], on base: Base, _ session: CheckSession
    ) throws -> PatchCheck {
        var session = session
        session.baseline = .unpatched
        let request = BuildRequest(
            name: patches[0].name, tree: base.tree, patches: base.below + patches,
            below: base.excuses ? base.below.count : 0)
        return .judged(try session.check([request]).variants[0])
    }

    /// Whether an error is the patch's.
    private static func answer(to error: QuestionError, about patches: [Patch]) -> PatchCheck {
        let location = [error.file, error.line.map(String.init)].compactMap { $0 }
            .joined(separator: ":")
        let text = location.isEmpty ? error.reason : "\(location): \(error.reason)"
        switch error.kind {
        case .outside:
            return .nothingToJudge("nothing to judge: the patch touches no file of the slice")
        case .doesNotCompile, .refused, .unreadable: return .refused(text)
        case .doesNotApply:
            var sentence = "not judged: the patch does not apply here: \(text)"
            if let number = patches.first?.number, number.part > 1 {
                sentence +=
                    "; it is patch \(number.part) of \(number.of), and this tree lacks the patches "
                    + "before it"
            }
            return .notJudged(sentence)
        case .checkout, .tree, .toolchain, .disk: return .notJudged("not judged: \(error)")
        }
    }
}
