// SPDX-License-Identifier: GPL-2.0-only

// What everything that builds or reads a tree needs. It is found once, where a command begins, and
// handed on; nothing below looks into the environment again.

/// The sources of Faultline, the tools, the cache, and how many tools may run at once.
package struct Installation: Hashable, Sendable {
    package let checkout: Checkout
    package let toolchain: Toolchain
    package let cache: BuildCache
    /// How many compilers run at once.
    package let jobs: Int

    package init(
        checkout: Checkout, toolchain: Toolchain, cache: BuildCache,
        jobs: Int = Environment.processors
    ) {
        self.checkout = checkout
        self.toolchain = toolchain
        self.cache = cache
        self.jobs = jobs
    }

    /// Finds checkout, tools and cache by the environment; nothing is created.
    ///
    /// - Throws: `QuestionError` that says what is missing, and how to get or name it.
    package static func find(jobs: Int? = nil) throws -> Installation {
        Installation(
            checkout: try .find(), toolchain: try .find(), cache: try .find(),
            jobs: jobs ?? Environment.processors)
    }
}
