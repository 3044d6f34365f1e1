// SPDX-License-Identifier: GPL-2.0-only

// Patches of a series that come one at a time: anybody can write into a thread, so who says that his mail
// is a patch which is there already makes the series a contested one.

import Patches
import System
import TestSupport
import Testing

@testable import Slices

@Suite struct SeriesMemoryTests {
    let fake = try! FakeCheckout()

    private func patch(_ part: Int, _ diff: String, id: String) throws -> Patch {
        try fake.patches(
            Diffs.mail(
                "[PATCH \(part)/2] x", diff,
                fields: "Message-ID: <\(id)@x>\nIn-Reply-To: <0@x>\n"))[0]
    }

    private func memory(of patch: Patch) throws -> SeriesMemory {
        try #require(
            SeriesMemory(
                of: patch, on: fake.tree, toolchain: fake.toolchain, cache: fake.cache))
    }

    @Test func theFirstMailStaysAndAnotherOneMakesTheSeriesContested() throws {
        let (first, second) = (
            try patch(1, Diffs.dax, id: "1"), try patch(2, Diffs.ext2, id: "2")
        )
        try memory(of: first).remember(first)
        let later = try memory(of: second)
        later.remember(second)
        #expect(later.earlier()?.map(\.text) == [first.text])
        // The same mail twice is no claim.
        try memory(of: first).remember(first)
        #expect(!later.isContested)
        let other = try patch(1, Diffs.ext2, id: "3")
        try memory(of: other).remember(other)
        #expect(later.isContested)
        #expect(later.earlier()?.map(\.text) == [first.text])
    }

    @Test func aPatchThatWasNeverSeenIsNotMadeUp() throws {
        let second = try patch(2, Diffs.ext2, id: "2")
        let memory = try memory(of: second)
        memory.remember(second)
        #expect(memory.earlier() == nil)
        // What was kept and is damaged is as good as never seen.
        let first = try patch(1, Diffs.dax, id: "1")
        memory.remember(second)
        try self.memory(of: first).remember(first)
        let root = fake.cache.root + "/series"
        for file in Disk.files(under: root) where file.hasSuffix("/1.patch") {
            var bytes = try Disk.read("\(root)/\(file)")
            bytes[bytes.count / 2] ^= 1
            try Disk.write(bytes, to: "\(root)/\(file)")
        }
        #expect(memory.earlier() == nil)
    }
}
