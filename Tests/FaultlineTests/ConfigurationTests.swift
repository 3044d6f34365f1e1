// SPDX-License-Identifier: GPL-2.0-only

// What stands in .faultline is as if it had been typed, and what is typed comes first.

import Foundation
import Testing
import VariantTesting

@Suite struct ConfigurationTests {
    private static func run(
        _ configuration: String, _ arguments: [String]
    ) throws -> CommandRun {
        let directory = try TemporaryDirectory.make()
        try Data(configuration.utf8).write(to: directory.appending(path: ".faultline"))
        return try CommandRun(arguments, in: directory)
    }

    private static let check = ["check", "--orders", "none", "--scenario", "ext2/1-byte/*"]

    @Test func anExpectationIsLeftOutWithItsReason() throws {
        let run = try Self.run(
            "[expectation \"no-leak\"]\n\tleaveOut = \"our allocator is being rewritten\"\n",
            Self.check)
        #expect(run.status < 2, "\(run.errors)")
        #expect(run.output.contains("(no-leak: our allocator"), "\(run.output)")
        #expect(!run.output.contains("\nno-leak "))
    }

    @Test func aTreeOfTheFileIsJudgedUnlessAnotherIsNamed() throws {
        let text = "[faultline]\n\ttree = /nowhere/linux\n\tjobs = 1\n"
        let named = try Self.run(text, Self.check)
        #expect(named.status == 2 && named.errors.contains("/nowhere/linux"), "\(named.errors)")
        let typed = try Self.run(text, Self.check + ["--embedded"])
        #expect(typed.status < 2, "\(typed.errors)")
    }

    @Test(arguments: [
        ("[faultline]\n\tjob = 2\n", "did you mean faultline.jobs?"),
        ("[expectation \"no-leek\"]\n\tleaveOut = why\n", "did you mean no-leak?"),
        ("[expectation \"no-leak\"]\n\tleaveOut\n", "needs a reason"),
        ("[faultline\n", "git cannot read it"),
    ])
    func aMistakeNamesTheFileAndTheKey(text: String, words: String) throws {
        let run = try Self.run(text, Self.check)
        #expect(run.status == 2 && run.output.isEmpty)
        #expect(run.errors.contains("/.faultline: ") && run.errors.contains(words), "\(run.errors)")
    }
}
