// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Glibc
import Reporting

/// What of a tree is compiled, cut and trapped.
struct TreeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Say what of a kernel tree is recognised, compiled, cut and trapped.",
        discussion: """
            Which interfaces its headers have, which of its files are compiled, which
            functions do not compile and were cut, which calls nobody provides, and
            how many scenarios can be run.

              faultline tree linux-source-6.12
              faultline tree ~/linux --rev v5.15
            """)

    @Argument(
        help: ArgumentHelp("The tree; the same as --tree.", valueName: "dir"),
        completion: .directory)
    var directory: String?

    @OptionGroup var source: TreeOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func validate() throws {
        if directory != nil, source.tree != nil {
            throw ValidationError("the tree is named twice, before and behind --tree")
        }
        if directory == nil, source.isEmbedded {
            throw ValidationError("which tree? `faultline tree DIR`")
        }
    }

    func run() throws {
        var session = try running.makeCheckSession()
        var source = source
        source.tree = source.tree ?? directory
        guard let chosen = try source.choose(session.builder) else { preconditionFailure() }
        session.treeName = chosen.name
        session.progress?(.building(variants: 1))
        let report = try session.builder.report(on: chosen.tree)
        let image = try session.describe(chosen.tree)
        session.progress?(.done)
        let tree = session.identity(of: chosen.tree)
        switch result.format {
        case .text:
            try result.deliver(TreeReportText(report, tree: tree, image: image).render())
        case .json: try result.deliver(ReportJSON.render(report, tree: tree, image: image))
        }
    }
}
