// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Expectations
import Exploration
import Reporting

/// What there is to run and to judge by.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what there is to run and to judge by.",
        discussion: """
            Expectations, operations, calls that can fail and how, strategies of
            orders, scenarios of your own, scenarios of several tasks (races) and of
            one (scenarios).

              faultline list expectations
              faultline list races | grep truncate
              faultline list scenarios --format json | jq -r '.scenarios[].words'

            Of a kernel tree: what it can be asked, and which of its calls can fail
            how.

              faultline list points --tree linux-source-6.12
            """)

    @Argument(help: "What to list; all of it unless told.")
    var section: Inventory.Section?

    @OptionGroup var source: TreeOptions
    @OptionGroup var running: RunOptions
    @OptionGroup var result: PlainOutputOptions

    func run() throws {
        try refuseMistakes()
        let sections = section.map { [$0] } ?? Inventory.Section.allCases
        let inventory = try inventory(sections)
        switch result.format {
        case .text: try result.deliver(inventory.text)
        case .json: try result.deliver(ReportJSON.encode(inventory))
        }
    }

    private func inventory(_ sections: [Inventory.Section]) throws -> Inventory {
        guard !source.isEmbedded else {
            return Inventory(sections: sections, image: ImageDescription(of: .workingCopy))
        }
        var session = try running.makeCheckSession()
        guard let chosen = try source.choose(session.builder) else { preconditionFailure() }
        session.treeName = chosen.name
        return Inventory(
            sections: sections, image: try session.describe(chosen.tree),
            tree: session.identity(of: chosen.tree))
    }
}

extension Inventory.Section: ExpressibleByArgument {}

/// A scenario that cannot be run is no scenario that holds.
func refuseMistakes() throws {
    guard !OwnScenarios.mistakes.isEmpty else { return }
    throw CommandFailure(OwnScenarios.mistakes.map(\.description).joined(separator: "\n"))
}
