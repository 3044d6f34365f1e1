// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Reporting

/// What there is to run and to judge by.
struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List scenarios, expectations, injection points and operations.")

    @Argument(help: "What to list; all of it unless told.")
    var section: Inventory.Section?

    @OptionGroup var result: OutputOptions

    func run() throws {
        let inventory = Inventory(sections: section.map { [$0] } ?? Inventory.Section.allCases)
        switch result.format {
        case .text: try result.deliver(inventory.text)
        case .json: try result.deliver(ReportJSON.encode(inventory))
        }
    }
}

extension Inventory.Section: ExpressibleByArgument {}
