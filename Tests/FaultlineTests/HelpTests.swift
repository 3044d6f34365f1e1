// SPDX-License-Identifier: GPL-2.0-only

// --help teaches by example, in one style, and its examples name what there is.

import Foundation
import Testing
import VariantTesting

@testable import Reporting

@Suite struct HelpTests {
    private static let help = Result<HelpDocument, any Error> {
        try HelpDocument(CommandRun(["--experimental-dump-help"]).output)
    }

    private static let commands: [HelpDocument.Command] = {
        (try? help.get())?.command.shownSubcommands ?? []
    }()

    /// Command lines of a discussion, each as one line.
    private static func examples(of command: HelpDocument.Command) -> [String] {
        (command.discussion ?? "").replacing(/\s*\\\n\s*/, with: " ")
            .split(separator: "\n").filter { $0.hasPrefix("  ") }.map(String.init)
    }

    @Test func everySubcommandIsThere() {
        let names = Set(Self.commands.map(\.commandName))
        let contract: Set = [
            "check", "matrix", "explore", "replay", "diff", "bisect", "tree", "bench", "list",
            "doctor",
        ]
        #expect(names.isSuperset(of: contract), "\(contract.subtracting(names))")
    }

    @Test(arguments: commands.map(\.commandName)) func teachesByExample(_ name: String) throws {
        let command = try #require(Self.commands.first { $0.commandName == name })
        let examples = Self.examples(of: command)
        #expect(examples.contains { $0.contains("faultline \(name)") }, "no example")
        let options = Set(command.shownArguments.map(\.spelling))
        for example in examples where example.contains("faultline \(name)") {
            let own = example[example.firstRange(of: "faultline \(name)")!.upperBound...]
            for match in own.matches(of: /(?:^|\s)(--[a-z-]+)/) {
                #expect(options.contains(String(match.1)), "\(example): no option \(match.1)")
            }
        }
    }

    @Test(arguments: commands.map(\.commandName)) func isWrittenInOneStyle(_ name: String) throws {
        let command = try #require(Self.commands.first { $0.commandName == name })
        let abstract = command.abstract ?? ""
        #expect(abstract.hasSuffix(".") && abstract.first?.isUppercase == true, "\(abstract)")
        for argument in command.shownArguments {
            let words = argument.abstract ?? ""
            #expect(words.hasSuffix("."), "\(argument.spelling): \(words)")
        }
        for line in (command.discussion ?? "").split(separator: "\n") {
            #expect(line.count <= 80, "\(line)")
        }
        let printed = try CommandRun([name, "--help"]).output
        #expect(printed.contains("USAGE: faultline \(name)"))
    }
}
