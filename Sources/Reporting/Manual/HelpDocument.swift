// SPDX-License-Identifier: GPL-2.0-only

// What the command line says of itself: the parser's own description of every subcommand and
// option, as `--experimental-dump-help` prints it. What is made of it cannot differ from `--help`.

import FoundationEssentials
import System

/// The parser's description of the command.
package struct HelpDocument: Decodable, Sendable {
    /// A command or a subcommand.
    package struct Command: Decodable, Sendable {
        package let commandName: String
        package let abstract: String?
        package let discussion: String?
        private let shouldDisplay: Bool
        private let arguments: [Argument]?
        private let subcommands: [Command]?

        /// The subcommands that `--help` shows.
        package var shownSubcommands: [Command] {
            (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
        }

        /// A subcommand; nil if there is none of that name.
        package func subcommand(named name: String) -> Command? {
            subcommands?.first { $0.commandName == name }
        }

        /// Options that take one value, and no second one, as a user types them.
        package var optionsOfOneValue: [String] {
            (arguments ?? []).filter { $0.kind == .option && !$0.isRepeating }.map(\.spelling)
        }

        /// The arguments that `--help` shows.
        package var shownArguments: [Argument] { (arguments ?? []).filter(\.shouldDisplay) }
    }

    /// An argument, an option or a flag.
    package struct Argument: Decodable, Hashable, Sendable {
        enum Kind: String, Decodable { case positional, option, flag }

        struct Name: Decodable, Hashable {
            let kind: String
            let name: String
        }

        let kind: Kind
        let names: [Name]?
        let valueName: String?
        let abstract: String?
        let discussion: String?
        let defaultValue: String?
        let allValues: [String]?
        let isOptional: Bool
        let isRepeating: Bool
        let shouldDisplay: Bool

        /// As a user types it, without its value.
        package var spelling: String {
            guard let name = names?.first(where: { $0.kind == "long" }) ?? names?.first else {
                return valueName ?? ""
            }
            return (name.kind == "long" ? "--" : "-") + name.name
        }
    }

    package let command: Command

    /// - Parameter json: what `--experimental-dump-help` prints.
    package init(_ json: String) throws {
        self = try JSONDecoder().decode(HelpDocument.self, from: Data(json.utf8))
    }
}
