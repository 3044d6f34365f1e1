// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Glibc
import Reporting

/// What of a tree is compiled, cut and trapped.
struct TreeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Show what of a kernel tree is recognised, compiled, cut and trapped.",
        discussion: """
            Prints which interfaces the headers have, which files are compiled, which
            functions do not compile and are cut, which calls nobody provides
            (traps), and how many scenarios can run. Without arguments: of the kernel
            tree around the current directory.

              faultline tree
              faultline tree linux-source-6.12
              faultline tree ~/linux --rev v5.15
              faultline tree linux-source-7.2 --fs fuse
            """)

    @Argument(
        help: ArgumentHelp("The tree; the same as --tree.", valueName: "dir"),
        completion: .directory)
    var directory: String?

    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func validate() throws {
        if directory != nil, source.tree != nil {
            throw ValidationError("the tree is given twice: as an argument and with --tree")
        }
        if directory != nil, source.embedded {
            throw ValidationError("--embedded is for no tree, and one is given")
        }
    }

    func run() throws {
        var source = source
        source.tree = source.tree ?? directory
        let asked = try running.ask(about: source, on: filesystem)
        let (session, chosen) = (asked.session, asked.chosen)
        guard chosen != nil || source.embedded else {
            throw CommandFailure(
                "no tree given, and none around the current directory: `faultline tree DIR`")
        }
        let judged = try chosen.base(session.builder)
        session.progress?(.building(variants: 1))
        let report = try session.builder.report(on: judged)
        let image = try session.describe(judged)
        session.progress?(.done)
        let tree = session.identity(of: judged)
        try result.deliver(
            text: TreeReportText(report, tree: tree, image: image).render(),
            json: TreeReportJSON.render(report, tree: tree, image: image))
    }
}
