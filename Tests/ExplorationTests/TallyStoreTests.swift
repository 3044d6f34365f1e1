// SPDX-License-Identifier: GPL-2.0-only

// Which runs are kept for the next check of the same code: those of which every one was made.

import Slices
import System
import Testing
import VariantTesting

@testable import Exploration

@Suite struct TallyStoreTests {
    /// A store in a cache of its own, and a variant that it can be asked about.
    private static func make() throws -> (TallyStore, Variant) {
        let variants = try Variants()
        let variant = try variants.builder.build(variants.tree, patches: [], named: "base")
        let builder = Builder(
            Installation(
                checkout: variants.builder.checkout, toolchain: variants.builder.toolchain,
                cache: BuildCache(root: try TemporaryDirectory.make().path)))
        let session = CheckSession(builder: builder, pool: variants.pool)
        return (try TallyStore(of: session), variant)
    }

    @Test func aWholeTallyIsKept() throws {
        let (store, variant) = try Self.make()
        #expect(store.find(variant, nil) == nil)
        var tally = Tally()
        tally.runs = 7
        store.keep(tally, of: variant, nil)
        #expect(store.find(variant, nil)?.runs == 7)
    }

    @Test func runsThatKilledTheirProcessAreMadeAgain() throws {
        let (store, variant) = try Self.make()
        var tally = Tally()
        tally.deaths = [
            Death(
                ordinal: RunOrdinal(packed: 0), injections: [], cause: .exit(3),
                whileJudging: false, said: "")
        ]
        store.keep(tally, of: variant, nil)
        #expect(store.find(variant, nil) == nil)
    }

    @Test func whatWasLeftOutIsAskedAgain() throws {
        let (store, variant) = try Self.make()
        var tally = Tally()
        tally.leftOut = ["interrupted: 3 of 7 scenarios were run"]
        store.keep(tally, of: variant, nil)
        #expect(store.find(variant, nil) == nil)
    }
}
