// SPDX-License-Identifier: GPL-2.0-only

// The reference model: each test applies operations to a file and says what the file must then be.

import Machine
import System
import Testing

@testable import Expectations

@Suite struct FileModelTests {
    static let page: UInt64 = 4096

    private func model(size: UInt64, _ extents: [Extent]) -> FileModel {
        var model = FileModel()
        model.make(
            Geometry(
                filesystem: .ext2, size: size, extents: extents, mappedPages: 0..<1024, skew: 0))
        return model
    }

    private func pages(_ start: UInt64, _ end: UInt64) -> FileModel.Pages {
        FileModel.Pages(start: start, end: end)
    }

    @Test func fillEndsAtTheSize() {
        let model = model(size: 4097, [Extent(block: 0, count: 2, fill: 7)])
        #expect(model.holds(7, from: 0, to: 4097))
        #expect(model.holds(0, from: 4097, to: 8192))
        #expect(!model.holds(7, from: 4096, to: 4098))
        #expect(model.nonzeroBytes == 4097)
        #expect(model.required == [pages(0, 2)])
    }

    @Test func unwrittenExtentsReadAsZeroes() {
        let model = model(
            size: 8192, [Extent(block: 0, count: 2, fill: 7, flags: .unwritten)])
        #expect(model.holds(0, from: 0, to: 8192))
        #expect(model.required == [pages(0, 2)])
    }

    @Test func aShortWriteDoesWhatItReturned() {
        var model = model(size: 100, [Extent(block: 0, count: 1, fill: 1)])
        model.apply(Operation(.write, at: 50, length: 8000, fill: 2), value: 100)
        #expect(model.size == 150)
        #expect(model.holds(1, from: 0, to: 50))
        #expect(model.holds(2, from: 50, to: 150))
        #expect(model.holds(0, from: 150, to: 4096))
        #expect(model.required == [pages(0, 1)])
    }

    @Test func aFailedWriteDoesNothing() {
        var model = model(size: 100, [Extent(block: 0, count: 1, fill: 1)])
        model.apply(Operation(.write, at: 50, length: 10, fill: 2), value: -28)
        #expect(model.size == 100)
        #expect(model.holds(1, from: 0, to: 100))
    }

    @Test func aWritePastEOFLeavesZeroesBetween() {
        var model = model(size: 10, [Extent(block: 0, count: 1, fill: 1)])
        model.apply(Operation(.write, at: 9000, length: 20, fill: 2), value: 20)
        #expect(model.size == 9020)
        #expect(model.holds(0, from: 10, to: 9000))
        #expect(model.required == [pages(0, 1), pages(2, 3)])
    }

    @Test func overwritingSplitsARun() {
        var model = model(size: 4096, [Extent(block: 0, count: 1, fill: 1)])
        model.apply(Operation(.write, at: 100, length: 10, fill: 2), value: 10)
        #expect(model.bytes.map(\.byte) == [1, 2, 1])
        model.apply(Operation(.write, at: 0, length: 4096, fill: 3), value: 4096)
        #expect(model.bytes == [FileModel.Bytes(start: 0, end: 4096, byte: 3)])
    }

    @Test func cuttingAndGrowingShowsZeroes() {
        var model = model(size: 8192, [Extent(block: 0, count: 2, fill: 1)])
        model.apply(Operation(.truncate, at: 1000), value: 0)
        model.apply(Operation(.truncate, at: 8192), value: 0)
        #expect(model.size == 8192)
        #expect(model.holds(1, from: 0, to: 1000))
        #expect(model.holds(0, from: 1000, to: 8192))
        #expect(model.required == [pages(0, 1)])
    }

    @Test func aFailedTruncateKeepsEverything() {
        var model = model(size: 8192, [Extent(block: 0, count: 2, fill: 1)])
        model.apply(Operation(.truncate, at: 0), value: -5)
        #expect(model.size == 8192)
        #expect(model.holds(1, from: 0, to: 8192))
    }

    @Test func aPrivateCopyIsATakenPicture() {
        var model = model(size: 4096, [Extent(block: 0, count: 1, fill: 1)])
        model.apply(Operation(.privateWriteFault, at: 10, length: 1, fill: 9), value: 0)
        model.apply(Operation(.write, at: 0, length: 4096, fill: 2), value: 4096)
        #expect(model.holds(2, from: 0, to: 4096))
        #expect(model.holdsPrivately(1, from: 0, to: 10))
        #expect(model.holdsPrivately(9, from: 10, to: 11))
        #expect(model.holdsPrivately(1, from: 11, to: 4096))
        model.apply(Operation(.unmap, at: 0, length: 4096), value: 0)
        #expect(model.holdsPrivately(2, from: 0, to: 4096))
    }

    @Test func truncateDropsPrivateCopiesBehindTheNewEnd() {
        var model = model(size: 8192, [Extent(block: 0, count: 2, fill: 1)])
        model.apply(Operation(.privateWriteFault, at: 0, length: 1, fill: 8), value: 0)
        model.apply(Operation(.privateWriteFault, at: 4096, length: 1, fill: 9), value: 0)
        model.apply(Operation(.truncate, at: 100), value: 0)
        #expect(model.privatePages == [0])
        #expect(model.byte(at: 0, isPrivate: true) == 8)
    }

    @Test func aFailedStoreMayStillHaveAllocated() {
        var model = model(size: 8192, [])
        model.apply(Operation(.writeFault, at: 4096, length: 1), value: -12)
        #expect(model.required.isEmpty)
        #expect(model.allowed == [pages(1, 2)])
        #expect(model.holds(0, from: 0, to: 8192))
    }

    @Test func aHugeStoreMayAllocateItsWholeRange() {
        var model = model(size: 4 << 20, [])
        model.apply(Operation(.pmdWriteFault, at: 600 * 4096, length: 1), value: 0)
        #expect(model.allowed == [pages(512, 1024)])
        #expect(model.required == [pages(600, 601)])
    }

    /// The runs agree with an array of bytes, over many random operations.
    @Test func runsAgreeWithAnArray() {
        var random = SplitMix(seed: 1)
        for _ in 0..<200 {
            var model = FileModel()
            model.make(
                Geometry(filesystem: .ext2, size: 0, extents: [], mappedPages: 0..<8, skew: 0))
            var bytes = [UInt8](repeating: 0, count: 64)
            for _ in 0..<20 {
                let start = UInt64(random.next() % 60)
                let length = UInt64(random.next() % (64 - start)) + (start < 63 ? 1 : 0)
                let fill = UInt8(random.next() % 4) + 1
                if random.next() % 5 == 0 {
                    model.apply(Operation(.truncate, at: start), value: 0)
                    for index in Int(start)..<64 { bytes[index] = 0 }
                } else {
                    let count = min(length, 64 - start)
                    model.apply(
                        Operation(.write, at: start, length: count, fill: fill),
                        value: Int64(count))
                    for index in Int(start)..<Int(start + count) { bytes[index] = fill }
                }
                for index in 0..<64 {
                    #expect(model.byte(at: UInt64(index)) == bytes[index])
                    #expect(model.holds(bytes[index], from: UInt64(index), to: UInt64(index) + 1))
                }
                #expect(model.nonzeroBytes == UInt64(bytes.filter { $0 != 0 }.count))
            }
        }
    }
}
