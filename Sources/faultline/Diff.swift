// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Comparison
import Exploration
import Reporting
import Slices

/// Where two variants behave differently.
struct Diff: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show where two variants behave differently, with the smallest run for each.",
        discussion: """
            Runs both variants in the same scenarios, with the same failures and the
            same orders as check, and prints what an observer can see: results of
            operations, data, blocks, calls of iomap_begin and iomap_end, locks,
            verdicts. A pure refactoring shows no difference.

              faultline diff v1.patch v2.patch
              faultline diff base my-fix.patch
              faultline diff --tree linux-6.12 base fix.eml
              faultline diff linux-source-6.1 linux-source-6.12
              faultline diff --tree ~/linux v6.11 v6.12

            One argument is compared with the base. A range of commits compares its
            two ends:

              faultline diff my-fix.patch
              faultline diff --tree ~/linux v6.12..topic

            An argument is resolved in this order; the first match wins: "base" (the
            tree without patches), "-" (standard input), a directory (a kernel tree,
            or else a series of patches), a file (a patch, a mail, an mbox), a git
            revision of the tree of --tree or of the current directory. Patches are
            applied to the tree of --tree and --rev, or of the current directory, or
            else to the embedded slice.

            Exit codes: 0 no observable difference, 1 a difference, 2 the question
            could not be asked.
            """)

    @Argument(
        help: ArgumentHelp("The two variants to compare: before and after.", valueName: "variant"),
        completion: .file())
    var variants: [String]

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Show at most n differences of each group; count the others.",
            valueName: "n"),
        transform: { try number($0, behind: "--limit", in: 0...1000) })
    var limit = 5

    @OptionGroup var ordering: OrderOptions
    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    @Flag(help: "Ignore, with a note, what a patch changes in files outside of the slice.")
    var allowOutside = false

    func validate() throws {
        guard (1...2).contains(variants.count) else {
            throw ValidationError(
                "diff compares two variants, but \(variants.count) are given")
        }
        guard variants.count(where: { $0 == "-" }) < 2 else {
            throw ValidationError("only one of the two variants can be standard input")
        }
    }

    func run() throws {
        var session = try running.ask(aboutHistory: nil, on: filesystem).session
        session.builder.allowsOutside = allowOutside
        session.sliceChoice = source.sliceChoice
        let (before, after) = try requests(session.builder)
        if let slice = session.builder.filesystems.first,
            let side = [before, after].first(where: { !$0.tree.filesystems.contains(slice) })
        {
            throw CommandFailure(
                "--fs \(slice.name): \(side.tree.displayName) has no \(slice.name)")
        }
        var report = try session.compare(
            before, with: after, orders: ordering.limit, examples: limit)
        report.notes = session.scopeNotes + report.notes
        try result.deliver(text: DiffText(report).render(), json: DiffJSON.render(report))
        if !report.isEmpty { throw ExitCode(1) }
        if report.hasHarnessErrors { throw ExitCode(2) }
    }

    private func requests(_ builder: Builder) throws -> (BuildRequest, BuildRequest) {
        var chosen: TreeOptions.Choice??
        func base() throws -> TreeOptions.Choice? {
            if chosen == nil { chosen = .some(try source.choose(builder.trees, takesRange: true)) }
            return chosen!
        }
        var names = variants
        if names.count == 1 {
            names = Diff.ends(of: names[0]) ?? [CheckSession.baseName, names[0]]
        }
        var sides = try names.map {
            try VariantArgument(text: $0, source: source, builder: builder).request(on: base)
        }
        // Two versions of a patch often have one name, in two directories.
        if sides[0].name == sides[1].name {
            for side in 0..<2 where names[side] != CheckSession.baseName {
                sides[side].name = names[side]
            }
        }
        return (sides[0], sides[1])
    }

    /// `A..B` as git diff understands it.
    private static func ends(of range: String) -> [String]? {
        guard let dots = range.firstRange(of: ".."), !range.contains("...") else { return nil }
        let ends = [String(range[..<dots.lowerBound]), String(range[dots.upperBound...])]
        guard !range.contains("/../"), !range.hasPrefix("../"), !ends[0].isEmpty || !ends[1].isEmpty
        else { return nil }
        return ends.map { $0.isEmpty ? "HEAD" : $0 }
    }
}
