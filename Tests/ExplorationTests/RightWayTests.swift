// SPDX-License-Identifier: GPL-2.0-only

// Patches that do right what they do, in another way than the slice or the shipped patches do it:
// they try a call again, ask in another order, or go without what they do not need. No rule may fail
// on one of them, neither with one failing call nor in an order of several tasks.

import Expectations
import Foundation
import Interleavings
import Machine
import Slices
import Testing
import VariantTesting

@testable import Exploration

@Suite struct RightWayTests {
    /// A file of Tests/Seeds/right.
    struct RightWay: Sendable, CustomTestStringConvertible {
        let name: String
        var testDescription: String { name }
        var path: String { "Tests/Seeds/right/\(name).patch" }

        static let all: [RightWay] = {
            let directory = CommandRun.home.appending(path: "Tests/Seeds/right")
            let names = try! FileManager.default.contentsOfDirectory(atPath: directory.path)
            return names.filter { $0.hasSuffix(".patch") }.sorted()
                .map { RightWay(name: String($0.dropLast(6))) }
        }()
    }

    private static let tallies = Result<[String: Result<Tally, any Error>], any Error> {
        let variants = try Variants()
        let built = try variants.builder.build(
            RightWay.all.map {
                BuildRequest(
                    name: $0.name, tree: variants.tree,
                    patches: try variants.read(Shipped.option2.patches + [$0.path]))
            })
        var tallies: [String: Result<Tally, any Error>] = [:]
        var images: [(name: String, image: String)] = []
        for (way, result) in zip(RightWay.all, built) {
            switch result {
            case .success(let variant): images.append((way.name, variant.image))
            case .failure(let error): tallies[way.name] = .failure(error)
            }
        }
        let results = try variants.pool.check(
            images.map { .file($0.image) }, orders: .standard)
        for ((name, _), result) in zip(images, results) { tallies[name] = .success(result.tally) }
        return tallies
    }

    @Test(arguments: RightWay.all) func noRuleFailsOn(_ way: RightWay) throws {
        let tally = try #require(try Self.tallies.get()[way.name]).get()
        try expectNoFailure(in: tally)
        #expect(tally.runs > 20_000)
    }

    /// Without ->mmap there is nothing to be asked of faults: that is no failure, and no crash.
    @Test func whatATableDoesNotOfferIsNotRun() throws {
        let tally = try #require(try Self.tallies.get()["ext2-is-not-mapped"]).get()
        let kinds = Set(tally.unsupported.keys.filter { $0.filesystem == .ext2 }.map(\.kind))
        // Of a scenario the first operation that cannot be driven is counted: never an unmap.
        #expect(kinds.isSuperset(of: [.readFault, .writeFault, .privateWriteFault]))
        #expect(kinds.isDisjoint(with: [.write, .read, .truncate, .fsync]))
        #expect(!tally.unsupported.keys.contains { $0.filesystem == .strict && $0.kind != .freeze })
    }

    @Test func thereIsOneForEachKindOfSecondTry() {
        #expect(RightWay.all.count >= 11)
    }
}

/// No line of a tally has a failure, and nothing else went wrong.
func expectNoFailure(in tally: Tally) throws {
    try tally.recordFailures()
    #expect(tally.lockOrder.inversions().isEmpty)
    #expect(tally.harnessErrors.isEmpty, "\(tally.harnessErrors.first?.message ?? "")")
    #expect(tally.deaths.isEmpty, "\(tally.deaths.first?.words ?? "")")
}
