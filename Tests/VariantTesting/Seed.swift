// SPDX-License-Identifier: GPL-2.0-only

// Seeded bugs: each names in its trailers the expectation that it must break. Those of races are
// bugs that only several tasks show.

import Foundation
import Testing

/// One file of Tests/Seeds.
package struct Seed: CustomTestStringConvertible {
    package let name: String
    /// The expectation that must fail.
    package let fails: String
    /// The patch that it stands on.
    package let base: String?

    package var testDescription: String { name }
    package var path: String { "Tests/Seeds/\(name).patch" }

    /// Base and seed, in order.
    package var patches: [String] { (base.map { [$0] } ?? []) + [path] }

    package init(name: String) throws {
        self.name = name
        let file = CommandRun.home.appending(path: "Tests/Seeds/\(name).patch")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        func trailer(_ key: String) -> String? {
            lines.first { $0.hasPrefix("\(key): ") }.map { String($0.dropFirst(key.count + 2)) }
        }
        fails = try #require(trailer("Fails"), "\(name) names no expectation")
        base = trailer("Base")
    }

    package static let all: [Seed] = {
        let directory = CommandRun.home.appending(path: "Tests/Seeds")
        let names = try! FileManager.default.contentsOfDirectory(atPath: directory.path)
        return names.filter { $0.hasSuffix(".patch") }.sorted()
            .map { try! Seed(name: String($0.dropLast(6))) }
    }()
}

/// One file of Tests/Seeds/races.
package struct RaceSeed: CustomTestStringConvertible {
    package let name: String
    package let fails: String
    package let scenario: String
    package let base: String
    /// The budget in which it must be found.
    package let runs: String

    package var testDescription: String { name }
    package var path: String { "Tests/Seeds/races/\(name).patch" }

    package init(name: String) throws {
        self.name = name
        let file = CommandRun.home.appending(path: "Tests/Seeds/races/\(name).patch")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        func optional(_ key: String) -> String? {
            lines.first { $0.hasPrefix("\(key): ") }.map { String($0.dropFirst(key.count + 2)) }
        }
        func trailer(_ key: String) throws -> String {
            try #require(optional(key), "\(name): no \(key)")
        }
        fails = try trailer("Fails")
        scenario = try trailer("Scenario")
        base = try trailer("Base")
        runs = optional("Runs") ?? "100000"
    }

    package static let all: [RaceSeed] = {
        let directory = CommandRun.home.appending(path: "Tests/Seeds/races")
        let names = try! FileManager.default.contentsOfDirectory(atPath: directory.path)
        return names.filter { $0.hasSuffix(".patch") }.sorted()
            .map { try! RaceSeed(name: String($0.dropLast(6))) }
    }()
}
