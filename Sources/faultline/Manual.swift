// SPDX-License-Identifier: GPL-2.0-only

import ArgumentParser
import Glibc
import Reporting
import System

/// The manual page of this very version; `./install` calls it, so `--help` does not show it.
struct Manual: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the manual page to standard output, in mdoc.",
        discussion: """
              faultline manual | man -l -
            """,
        shouldDisplay: false)

    func run() throws {
        let page = ManualPage(
            try HelpDocument(Faultline._dumpHelp()),
            version: Version.current(try? Toolchain.find()),
            date: Version.date)
        try printResult(page.render())
    }
}
