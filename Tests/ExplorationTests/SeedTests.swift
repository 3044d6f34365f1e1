// SPDX-License-Identifier: GPL-2.0-only

// Seeded bugs: each patch in Tests/Seeds breaks the slice in one way, and the expectation that it
// names must notice. What it stands on keeps that expectation, so it is the seed that is noticed.

import Expectations
import Foundation
import Slices
import Testing
import VariantTesting

@testable import Exploration

@Suite struct SeedTests {
    /// Tallies of all seeds, and of what they stand on under the name of the base.
    private static let tallies = Result<[String: Result<Tally, any Error>], any Error> {
        let variants = try Variants()
        let bases = Set(Seed.all.map { $0.base ?? "" }).sorted()
        let requests =
            try bases.map { ($0, $0.isEmpty ? [] : try variants.read([$0])) }
            + Seed.all.map { ($0.name, try variants.read($0.patches)) }
        let built = try variants.builder.build(
            requests.map { BuildRequest(name: $0, tree: variants.tree, patches: $1) })
        var tallies: [String: Result<Tally, any Error>] = [:]
        var images: [String: ImageReference] = [:]
        for ((name, _), result) in zip(requests, built) {
            switch result {
            case .success(let variant): images[name] = .file(variant.image)
            case .failure(let error): tallies[name] = .failure(error)
            }
        }
        // A base is run whole; of a seed only whether it is noticed is asked. An inversion of lock
        // classes is seen when all runs are known.
        let first = Seed.all.filter { $0.fails != "lock-order" && images[$0.name] != nil }
        let whole = images.keys.filter { name in !first.contains { $0.name == name } }
        for (name, result) in zip(whole, try variants.pool.check(whole.map { images[$0]! })) {
            tallies[name] = .success(result.tally)
        }
        let indices = try first.map { seed in
            try #require(Expectations.all.firstIndex { $0.name == seed.fails })
        }
        let found = try variants.pool.check(
            first.map { images[$0.name]! }, untilBreaking: indices)
        for (seed, tally) in zip(first, found) { tallies[seed.name] = .success(tally) }
        // What one task does not show is for the races: a call that fails while another waits.
        let rest = first.indices.filter { found[$0].lines[indices[$0]].failures == 0 }
        let raced = try variants.pool.check(
            rest.map { images[first[$0].name]! }, orders: .standard)
        for (index, checked) in zip(rest, raced) {
            tallies[first[index].name] = .success(checked.tally)
        }
        return tallies
    }

    private func tally(_ name: String) throws -> Tally {
        try #require(try SeedTests.tallies.get()[name]).get()
    }

    private func fails(_ expectation: String, _ tally: Tally) throws -> Bool {
        let index = try #require(Expectations.all.firstIndex { $0.name == expectation })
        if expectation == "lock-order" { return !tally.lockOrder.inversions().isEmpty }
        return tally.lines[index].failures > 0
    }

    @Test(arguments: Seed.all) func isNoticed(_ seed: Seed) throws {
        let seeded = try tally(seed.name)
        let noticed = zip(Expectations.all, seeded.lines).filter { $1.failures > 0 }.map(\.0.name)
        #expect(
            try fails(seed.fails, seeded),
            "\(seed.path) must break \(seed.fails); it breaks \(noticed.joined(separator: ", "))")
        #expect(
            try !fails(seed.fails, tally(seed.base ?? "")),
            "\(seed.fails) fails without \(seed.path), so it proves nothing")
    }

    @Test func everyExpectationHasASeedThatBreaksIt() {
        #expect(Set(Seed.all.map(\.fails)) == Set(Expectations.all.map(\.name)))
        #expect(Seed.all.count >= 30)
    }
}
