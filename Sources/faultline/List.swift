// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Expectations
import Exploration
import Reporting
import Slices

/// What there is to run and to judge by.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List scenarios, expectations, operations, and calls that can fail.",
        discussion: """
            Lists expectations, operations, calls that can fail with their errors
            (points), strategies, your own scenarios (own), scenarios of several
            tasks (races) and of one task (scenarios).

              faultline list expectations
              faultline list races | grep truncate
              faultline list scenarios --format json | jq -r '.scenarios[].words'

            With a kernel tree: what can run on it, and which of its calls can fail
            with which errors.

              faultline list points --tree linux-source-6.12
            """)

    @Argument(help: "What to list (default: everything).")
    var section: Inventory.Section?

    @OptionGroup var source: TreeOptions
    @OptionGroup var filesystem: FilesystemOption
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func run() throws {
        try refuseMistakes()
        let sections = section.map { [$0] } ?? Inventory.Section.allCases
        let inventory = try inventory(sections)
        try result.deliver(text: inventory.text, json: inventory.json.text())
    }

    private func inventory(_ sections: [Inventory.Section]) throws -> Inventory {
        // That of the embedded slice is compiled into this program: nothing has to be built or found.
        try filesystem.requireTree(source)
        guard try source.place() != nil else {
            return Inventory(
                sections: sections, image: ImageDescription(of: .workingCopy),
                tree: Witness.TreeIdentity(
                    kind: Tree.Kind.embedded.rawValue, version: KnownVersions.embedded,
                    choice: source.sliceChoice), scope: filesystem.choice?.scope)
        }
        let asked = try running.ask(about: source, on: filesystem)
        guard let chosen = asked.chosen else { preconditionFailure() }
        return Inventory(
            sections: sections, image: try asked.session.describe(chosen.tree),
            tree: asked.session.identity(of: chosen.tree), scope: filesystem.choice?.scope)
    }
}

extension Inventory.Section: ExpressibleByArgument {}

/// A scenario that cannot run must not look like one that holds.
func refuseMistakes() throws {
    guard !OwnScenarios.mistakes.isEmpty else { return }
    throw CommandFailure(OwnScenarios.mistakes.map(\.description).joined(separator: "\n"))
}
