// SPDX-License-Identifier: GPL-2.0-only

// The code under test may return any extent, size and block. The judge counts with all of them, and
// none may stop it.

import Machine
import Testing

@testable import Expectations

@Suite struct MadeUpNumbersTests {
    private static func span(_ offset: Int64, _ length: Int64) -> Span {
        var span = Span(
            operation: 0, fault: -1, begin: 0, position: 4096, length: 8192, flags: 0)
        span.mapOffset = offset
        span.mapLength = length
        return span
    }

    @Test func anySizeHasPages() {
        #expect(FileModel.pagesUp(.max) == 1 << 52)
        #expect(FileModel.pagesUp(UInt64(bitPattern: -5)) == 1 << 52)
        #expect(FileModel.pagesUp(0) == 0)
        #expect(FileModel.pagesUp(1) == 1)
        #expect(FileModel.pagesUp(4096) == 1)
        #expect(FileModel.pagesUp(4097) == 2)
    }

    @Test func anyExtentCanBeComparedWithItsRange() {
        #expect(Self.span(4096, 8192).fits(8192))
        #expect(!Self.span(4096, 8191).fits(8192))
        #expect(!Self.span(8192, 8192).fits(4096))
        #expect(Self.span(4096, .max).fits(8192))
        #expect(!Self.span(.min, .min).fits(4096))
        #expect(!Self.span(0, 0).fits(4096))
        _ = Self.span(.max, .max).cutLength
        _ = Self.span(.min, .min).cutLength
        #expect(Self.span(4096, 4096).cutLength == 4096)
    }

    @Test func anyBlocksMakeARange() {
        #expect(RunFacts.blocks(7, 0) == 7..<8)
        #expect(RunFacts.blocks(7, -1) == 7..<8)
        #expect(RunFacts.blocks(.max, .max).isEmpty)
        #expect(RunFacts.blocks(.max - 1, 9) == .max - 1 ..< .max)
    }

    // MARK: - Failures that are made good

    @Test func whatIsMadeGoodLeavesTheNextError() {
        var failures = Failures()
        failures.note(-5, at: 10)
        failures.note(-12, at: 20)
        #expect(failures.error == -5 && failures.event == 10)
        failures.makeGood()
        #expect(failures.error == -12 && failures.event == 20)
        failures.makeGood()
        #expect(failures.error == 0 && failures.event == -1)
    }

    @Test func anEntryThatNeverCameIsTheFirstErrorIfItFailedFirst() {
        var failures = Failures()
        failures.noteLackingEntry(at: 3)
        failures.note(-5, at: 9)
        failures.conclude()
        #expect(failures.error == -Int64(Errno.enomem) && failures.event == 3)
        failures.makeGood()
        #expect(failures.error == -5)

        var found = Failures()
        found.noteLackingEntry(at: 3)
        found.noteEntry()
        found.conclude()
        #expect(found.error == 0)
    }
}
