// SPDX-License-Identifier: GPL-2.0-only

// What the tests of whole variants share: the slice as it was committed, the patches that ship, and
// a pool of workers. Variants are built from the committed slice, so that a patch that is being
// tried in csrc/kernel bends no verdict on another.

import Expectations
import Exploration
import Foundation
import Patches
import Reporting
import Slices
import System
import Testing
import Workers

import struct Expectations.Expectation

/// The patches that ship, and the slice without one.
package enum Shipped: String, CaseIterable {
    case base
    case option1 = "option-1-omit-iomap-end"
    case option2 = "option-2-iomap-fault-flag"
    case option3a = "option-3a-clear-iomap-write"
    case option3b = "option-3b-written-is-fault-size"
    case naive = "history/naive-iomap-end"
    case merged = "history/merged-v4.10"
    case nestingTurnedRound = "history/entry-lock-inside-begin-end"

    /// As a user in the checkout names it.
    package var patches: [String] { self == .base ? [] : ["patches/\(rawValue).patch"] }
}

/// Builds and judges variants.
package struct Variants {
    package let builder: Builder
    package let pool: WorkerPool
    package let tree: Tree

    /// - Parameter filesystems: what trees are read with beside ext2.
    package init(filesystems: [SliceFilesystem] = []) throws {
        let cache = BuildCache(root: CommandRun.sharedCache.url.path)
        var builder = Builder(
            Installation(
                checkout: Checkout(root: CommandRun.home.path), toolchain: try Toolchain.find(),
                cache: cache))
        builder.allowsStrictFilesystem = true
        builder.filesystems = filesystems
        self.builder = builder
        tree = try builder.trees.pristineTree()
        pool = WorkerPool(
            executable: CommandRun.executable.path,
            jobs: ProcessInfo.processInfo.activeProcessorCount)
    }

    /// Reads patch files of the checkout, in order.
    package func read(_ paths: [String]) throws -> [Patch] {
        try paths.flatMap {
            try Patch.read(
                CommandRun.home.appending(path: $0).path, toolchain: builder.toolchain,
                cache: builder.cache)
        }
    }

    /// Builds a patch that puts statements at the start of dax_iomap_fault(), whatever they are.
    package func trusted(_ statements: [String], named name: String) throws -> Variant {
        let patch = try TemporaryDirectory.make().appending(path: "\(name).patch")
        let text = try MadePatch.inserting(statements, into: "dax_iomap_fault")
        try Data(text.utf8).write(to: patch)
        var builder = builder
        builder.trustsPatches = true
        return try builder.build(
            tree,
            patches: Patch.read(patch.path, toolchain: builder.toolchain, cache: builder.cache),
            named: name)
    }

    /// The session of all shipped variants, in the order of `Shipped`.
    package static let shipped = Result<Report, any Error> {
        let variants = try Variants()
        let requests = try Shipped.allCases.map {
            BuildRequest(
                name: $0.rawValue, tree: variants.tree, patches: try variants.read($0.patches))
        }
        return try CheckSession(builder: variants.builder, pool: variants.pool).check(requests)
    }

    package static func report(of shipped: Shipped) throws -> VariantReport {
        try Variants.shipped.get().variants[Shipped.allCases.firstIndex(of: shipped)!]
    }
}

extension VariantReport {
    /// Names of the expectations that fail.
    package var failing: Set<String> {
        Set(verdicts.filter { $0.verdict == .fail }.map(\.expectation.name))
    }

    package func verdict(of name: String) -> ExpectationVerdict {
        verdicts.first { $0.expectation.name == name }!
    }
}

extension Witness {
    /// The whole story, for a failing test.
    package func text(for expectation: Expectation) -> String {
        WitnessText(self).render(for: expectation)
    }
}
