// SPDX-License-Identifier: GPL-2.0-only

// An option that takes one value and is given two. The parser would keep the last one without a word,
// and half of what was asked would not be done.

import ArgumentParser
import Reporting

/// An option on the command line that stands there more often than it can be meant.
struct OptionGivenTwice {
    private let spelling: String

    /// Nil where there is none.
    ///
    /// - Parameters:
    ///   - arguments: without the name of the program, the subcommand first.
    ///   - help: what the parser says of the command; asked for only where it matters.
    init?(_ arguments: [String], help: () throws -> HelpDocument) rethrows {
        guard let subcommand = arguments.first else { return nil }
        var known: Set<String> = []
        let options = arguments.dropFirst().prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
        let repeated = options.map { String($0.prefix { $0 != "=" }) }.filter {
            !known.insert($0).inserted
        }
        guard !repeated.isEmpty else { return nil }
        let single = try help().command.subcommand(named: subcommand)?.optionsOfOneValue ?? []
        guard let first = repeated.first(where: single.contains) else { return nil }
        spelling = first
    }

    /// One line.
    var sentence: String { "\(spelling) is given more than once, and takes one value" }
}
