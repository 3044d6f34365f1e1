// SPDX-License-Identifier: GPL-2.0-only

// What git's log says of a bisection, and the commits of a range as states of their own.

import System
import TestSupport
import Testing

@testable import Slices

@Suite("Bisections")
struct BisectSessionTests {
    let fake = try! FakeCheckout()

    private func change(_ old: String, _ new: String, in root: String) throws {
        let text = try fake.read(fileName(root) + "/fs/dax.c")
        #expect(text.contains(old))
        try fake.write(text.replacing(old, with: new), to: fileName(root) + "/fs/dax.c")
        try fake.commit("dax: \(new)", in: root)
    }

    /// Three changes behind `first`.
    private func history() throws -> String {
        let root = try fake.repository()
        try change("return x;", "return 2 * x;", in: root)
        try change("return 2 * x;", "return 3 * x;", in: root)
        try change("return 3 * x;", "return 4 * x;", in: root)
        return root
    }

    @Test func theCommitsOfTheStartAreMeant() throws {
        let root = try history()
        #expect(try BisectSession.find(at: root, toolchain: fake.toolchain) == nil)
        let (bad, good) = (
            try fake.git(in: root, "rev-parse", "HEAD"),
            try fake.git(in: root, "rev-parse", "first")
        )
        try fake.git(in: root, "bisect", "start", "HEAD", "first")
        // What is found on the way changes nothing.
        try fake.git(in: root, "bisect", "bad")
        let session = try BisectSession.find(at: root + "/fs", toolchain: fake.toolchain)
        #expect(session == BisectSession(bad: bad, good: [good]))
    }

    @Test func otherWordsForGoodAndBadAreRead() throws {
        let root = try history()
        try fake.git(in: root, "bisect", "start", "--term-old=broken", "--term-new=fixed")
        try fake.git(in: root, "bisect", "broken", "first")
        let session = try #require(
            try BisectSession.find(at: root, toolchain: fake.toolchain))
        #expect(session.bad == nil)
        #expect(session.good == [try fake.git(in: root, "rev-parse", "first")])
    }

    @Test func aDirectoryWithoutGitHasNoBisection() throws {
        #expect(
            try BisectSession.find(at: try fake.kernel("plain"), toolchain: fake.toolchain) == nil)
    }

    @Test func theCommitsOfARangeThatTouchTheSliceAreItsStates() throws {
        let root = try history()
        try fake.write("x\n", to: "linux/Documentation/x")
        try fake.commit("Say x", in: root)
        let history = try CommitRange("first..HEAD", in: root, by: fake.trees).history()
        #expect(history.base.name == (try fake.git(in: root, "rev-parse", "first")))
        #expect(history.base.subject == "Begin")
        #expect(
            history.commits.map(\.subject)
                == ["dax: return 2 * x;", "dax: return 3 * x;", "dax: return 4 * x;"])
        #expect(history.commits.allSatisfy { !$0.isMerge })
        #expect(history.notes == ["1 of 4 commits of first..HEAD touches no file of the slice"])
    }
}
