// SPDX-License-Identifier: GPL-2.0-only

// The scenarios of the folder Scenarios, on the working copy: in every order that can make a
// difference, without failures and with each call failing.

import Expectations
import Foundation
import Machine
import Testing
import VariantTesting

@testable import Exploration

@Suite struct OwnScenarioTests {
    @Test(arguments: OwnScenarios.described.map(\.name)) func holds(_ name: String) throws {
        let own = try #require(OwnScenarios.described.first { $0.name == name })
        try expectHolds(own, failing: .eachCall)
    }

    // MARK: - The assertion

    private static let cut = OwnScenario(
        "cut", on: .ext2, size: 4096, blocks: 0..<1, tasks: [.truncate(to: 0)], [.truncate(to: 0)])

    @Test func aScenarioThatHoldsIsNoIssue() throws {
        try expectHolds(Self.cut)
        try expectHolds(Self.cut, failing: [.call(1, of: 1, returns: -Errno.eio)])
        try expectHolds(Self.cut, order: [.first(1)])
    }

    /// What an assertion that cannot be answered says.
    private static func expectIssue(_ words: String, _ body: () throws -> Void) throws {
        try withKnownIssue {
            try body()
        } matching: { issue in
            issue.comments.contains { $0.rawValue.contains(words) }
        }
    }

    @Test func whatCannotBeAskedIsAnIssue() throws {
        try Self.expectIssue("own/cut: call 99 of task 0 never comes") {
            try expectHolds(Self.cut, failing: [.call(99, returns: -Errno.eio)])
        }
        try Self.expectIssue("own/cut: the order was followed for 0 of 1 switches") {
            let mark = PreemptionPoint.from(
                0, to: 1, operation: 0, behind: .lock, in: "no_such_function")
            try expectHolds(Self.cut, order: [mark])
        }
    }

    // MARK: - The list

    @Test func eachIsWellDescribed() {
        for mistake in OwnScenarios.mistakes { Issue.record("\(mistake)") }
    }

    @Test func eachIsListed() throws {
        let folder = CommandRun.home.appending(path: "Scenarios")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".swift") }.sorted()
        #expect(files.contains("List.swift"))
        let names = Set(OwnScenarios.described.map(\.name))
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for match in text.matches(of: /let\s+(\w+)\s*=\s*OwnScenario\(\s*"([^"]*)"/) {
                #expect(
                    names.contains(OwnScenario.prefix + match.2),
                    "Scenarios/\(file): \(match.1) is not in Scenarios/List.swift")
            }
        }
    }

    @Test func noneIsInTheCatalogueAlready() {
        for own in OwnScenarios.scenarios {
            let twin = (ConcurrentScenarios.scenarios + Catalogue.scenarios).first {
                $0.name != own.name && $0.geometry == own.geometry
                    && $0.operations == own.operations
            }
            #expect(twin == nil, "\(own.name) is \(twin?.name ?? "")")
        }
    }
}
