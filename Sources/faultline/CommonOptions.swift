// SPDX-License-Identifier: GPL-2.0-only

// Options that several subcommands share, and what is made of them: the builder and the workers.
// Where the result goes is in OutputOptions.swift.

import ArgumentParser
import Exploration
import FoundationEssentials
import Interleavings
import Slices
import System
import Workers

/// What counts in a verdict.
struct JudgingOptions: ParsableArguments {
    @Flag(help: "Ignore, with a note, what a patch changes in files outside of the slice.")
    var allowOutside = false

    @Flag(
        help: """
            Count failures that FINDINGS.md describes and that the unpatched tree has, too, \
            as failures of the patch.
            """)
    var countKnown = false
}

/// What a patch is held against.
struct BaselineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Compare with a report that was kept (--format json), or with another revision of the "
                + "tree, instead of the code without the patches.", valueName: "file|rev"),
        completion: .file())
    var baseline: String?

    @Flag(
        help: """
            Count every failure, whether or not the code without the patches has it, too.
            """)
    var allFailures = false

    func validate() throws {
        if allFailures, baseline != nil {
            throw ValidationError("--all-failures and --baseline cannot be used together")
        }
        if let baseline, baseline.isEmpty {
            throw ValidationError("--baseline takes a report or a git revision")
        }
    }

    /// What there is to compare with.
    ///
    /// - Parameter chosen: the tree that is judged; nil for the embedded slice.
    func find(_ builder: Builder, _ chosen: TreeOptions.Choice?) throws -> Baseline {
        guard !allFailures else { return .nothing }
        guard let baseline else { return .unpatched }
        if FileManager.default.fileExists(atPath: baseline) {
            return .report(try KeptReport(at: baseline))
        }
        guard let chosen else {
            throw CommandFailure(
                "--baseline \(baseline): no such file, and no revision: the embedded slice has none"
            )
        }
        do {
            let tree = try builder.trees.tree(at: chosen.tree.root, revision: baseline)
            return .code(BuildRequest(name: baseline, tree: tree, patches: []))
        } catch let error as QuestionError where error.kind == .tree {
            throw CommandFailure(
                "--baseline \(baseline): no such file, and not a readable revision:\n  "
                    + error.description.replacing("\n", with: "\n  "))
        }
    }
}

/// How many orders of two tasks a verdict rests on.
enum OrderChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    case none, bounded, all
}

/// In which orders tasks are run against each other.
struct OrderOptions: ParsableArguments {
    @Option(
        help: """
            Which orders of two tasks to run: none, those within a bound (the report prints \
            it), or all that can make a difference.
            """)
    var orders = OrderChoice.bounded

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where not all orders run, run every order with at most n preemptions (default: 1).",
            valueName: "n"),
        transform: {
            try number($0, behind: "--preemptions", in: 0...3, hint: "explore takes more")
        })
    var preemptions: Int?

    func validate() throws {
        guard preemptions == nil || orders == .bounded else {
            throw ValidationError("--preemptions needs --orders bounded")
        }
    }

    /// Nil if no races are to be run.
    var limit: OrderLimit? {
        switch orders {
        case .none: return nil
        case .all: return OrderLimit.none
        case .bounded:
            var limit = OrderLimit.standard
            if let preemptions { limit.preemptions = preemptions }
            return limit
        }
    }
}

/// How variants are built and run.
struct RunOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Processes that run at once (default: one for each processor).", valueName: "n"),
        transform: { try number($0, behind: "--jobs", in: 1...256) })
    var jobs: Int?

    @Flag(
        help: """
            The patches were read by somebody: build what kernel code has no use for, and \
            take patches from mail where nothing holds them.
            """)
    var trust = false

    /// Refuses patches of strangers where nothing would hold them.
    ///
    /// - Parameter arguments: the patches; "-" is a mail, which a program may have passed on.
    func requireSandbox(for arguments: [String]) throws {
        guard arguments.contains("-"), !trust, Sandbox.layers.isDisjoint(with: [.files, .calls])
        else { return }
        throw CommandFailure(
            "a patch from standard input is run only where a sandbox holds it, and here is none "
                + "(faultline doctor); --trust judges it all the same, for who has read it")
    }

    /// A session with everything that it needs.
    func makeCheckSession(_ judging: JudgingOptions? = nil) throws -> CheckSession {
        try refuseMistakes()
        var builder = Builder(try Installation.find(jobs: jobs))
        builder.allowsOutside = judging?.allowOutside ?? false
        builder.trustsPatches = trust
        var session = CheckSession(builder: builder, pool: WorkerPool(jobs: builder.jobs))
        session.countsKnown = judging?.countKnown ?? false
        if let line = ProgressLine() {
            session.progress = { line.show($0) }
        }
        return session
    }

    /// A session on the tree and the patches that the user names.
    ///
    /// - Parameters:
    ///   - takesRange: whether a range of commits can be an answer.
    ///   - filesystem: what the question is about; nil for what every check is about.
    func ask(
        about source: TreeOptions, _ judging: JudgingOptions? = nil, takesRange: Bool = false,
        on filesystem: FilesystemOption? = nil, patches names: [String] = []
    ) throws -> AskedQuestion {
        var asked = AskedQuestion(session: try makeCheckSession(judging))
        asked.session.sliceChoice = source.sliceChoice
        try filesystem?.requireTree(source)
        if let choice = filesystem?.choice {
            asked.session.choose(choice)
        } else if filesystem != nil, !names.isEmpty || source.isRange {
            // Which filesystems it is about is not known before the tree and the patches are.
            let there = try source.choose(
                TreeReader(
                    asked.builder.installation, filesystems: SliceFilesystem.all, areOptional: true),
                takesRange: takesRange)
            asked.patches = try PatchArguments(names, for: asked.builder)
            let patches = (there?.series ?? []) + asked.patches.patches
            asked.session.choose(
                FilesystemChoice(of: patches, among: there?.tree.filesystems ?? []))
        }
        asked.chosen = try source.choose(asked.builder.trees, takesRange: takesRange)
        if asked.patches.isEmpty { asked.patches = try PatchArguments(names, for: asked.builder) }
        return asked
    }
}

extension RunOptions {
    /// A session for the commits of a history, each of which is a tree.
    func ask(
        aboutHistory judging: JudgingOptions?, on filesystem: FilesystemOption
    ) throws -> AskedQuestion {
        var asked = AskedQuestion(session: try makeCheckSession(judging))
        if let choice = filesystem.choice { asked.session.choose(choice) }
        return asked
    }
}

/// A question whose arguments are read.
struct AskedQuestion {
    var session: CheckSession
    /// Nil for the embedded slice.
    var chosen: TreeOptions.Choice?
    var patches = PatchArguments()

    var builder: Builder { session.builder }

    /// The variant that the patches make of the tree.
    func request() throws -> BuildRequest { try patches.request(on: chosen, builder) }

}

extension CheckSession {
    /// Makes the question one about some filesystems.
    mutating func choose(_ choice: FilesystemChoice) {
        builder.filesystems = choice.slices
        filter.scope = choice.scope
        scopeReason = choice.reason
    }

    /// The same for reports that are no check's.
    var scopeNotes: [String] {
        scopeReason.map { reason in
            [
                "runs are on \(filter.scope.filesystems.map(\.name).joined(separator: ", ")): \(reason)"
            ]
        } ?? []
    }
}
