// SPDX-License-Identifier: GPL-2.0-only

// The Swift face of the machine, on the working copy: C runs what Swift asks for, and Swift reads
// what C returns. No test depends on a patch that a user has applied to the slice.

import Machine
import Testing

@Suite struct KernelImageTests {
    private let image = KernelImage.workingCopy

    private func read(_ geometry: Geometry, _ position: UInt64, _ length: UInt64) -> Run {
        Run(geometry: geometry, operations: [Operation(.read, at: position, length: length)])
    }

    private func geometry(_ size: UInt64, _ extents: [Extent], blocks: UInt32 = 256) -> Geometry {
        Geometry(
            filesystem: .ext2, size: size, extents: extents, deviceBlocks: blocks,
            mappedPages: 0..<8, skew: 0)
    }

    @Test func readSeesTheFillsOfTheExtents() {
        let geometry = geometry(
            10000,
            [Extent(block: 0, count: 1, fill: 0x11), Extent(block: 2, count: 1, fill: 0x22)])
        image.run(read(geometry, 4000, 9000)) { outcome in
            #expect(outcome.end == .finished)
            #expect(outcome.results.count == 1)
            #expect(outcome.results[0].value == 6000)
            let seen = outcome.results[0].seen.map { outcome.seen[$0] }
            #expect(seen.map(\.byte) == [0x11, 0, 0x22])
            #expect(seen.map(\.position) == [4000, 4096, 8192])
            #expect(seen.last?.end == 10000)
        }
    }

    @Test func theSameRunHasTheSameTrace() {
        let storeIntoHole = Run(
            geometry: geometry(4097, [Extent(block: 0, count: 1, fill: 0x11)]),
            operations: [Operation(.writeFault, at: 4096, length: 1)])
        func trace() -> [String] {
            image.run(storeIntoHole) { outcome in
                outcome.events.map {
                    "\($0.kind) \($0.task) \($0.object) \($0.pc) \($0.arguments) \($0.result)"
                }
            }
        }
        let first = trace()
        #expect(first.count > 10)
        image.run(read(geometry(100, []), 0, 100)) { _ in }
        #expect(trace() == first)
    }

    @Test func anInjectionFailsTheCallThatItNumbers() {
        let run = read(geometry(100, [Extent(block: 0, count: 1, fill: 1)]), 0, 100)
        let points: [(nth: UInt32, point: InjectionPoint)] = image.run(run) { outcome in
            outcome.events.filter { $0.kind == .point }.map {
                (UInt32($0.arg0), InjectionPoint(rawValue: UInt32($0.arg1))!)
            }
        }
        #expect(points.map(\.nth) == Array(1...UInt32(points.count)))
        for (nth, point) in points {
            for error in image.legalErrors(of: point) {
                var failing = run
                failing.injections = [Injection(nth: nth, error: error)]
                image.run(failing) { outcome in
                    let failed = outcome.events.filter { $0.kind == .point && $0.result != 0 }
                    #expect(failed.map(\.arg0) == [Int64(nth)])
                    #expect(failed.map(\.result) == [Int64(error)])
                }
            }
        }
    }

    @Test func anIllegalErrorIsRefused() {
        var run = read(geometry(100, [Extent(block: 0, count: 1, fill: 1)]), 0, 100)
        run.injections = [Injection(nth: 1, error: -1)]
        image.run(run) { outcome in
            #expect(outcome.end == .refused)
            #expect(outcome.end.isHarnessError)
            #expect(!outcome.message.isEmpty)
        }
    }

    @Test func aWorldThatCannotBeIsRefused() {
        image.run(read(geometry(100, [], blocks: 10), 0, 100)) { outcome in
            #expect(outcome.end == .refused)
        }
    }

    @Test func aQuietRunHasNoEvents() {
        var run = read(geometry(100, []), 0, 100)
        run.isQuiet = true
        image.run(run) { outcome in
            #expect(outcome.end == .finished)
            #expect(outcome.events.isEmpty)
        }
    }

    @Test func everyPointHasANameAndErrors() {
        for point in InjectionPoint.allCases {
            #expect(!image.name(of: point).isEmpty)
            // The embedded slice has no fuse, and so nobody to ask.
            #expect(image.legalErrors(of: point).isEmpty == (point == .request))
        }
    }

    @Test func errorsOfABodyComeOut() {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try image.run(read(geometry(1, []), 0, 1)) { _ in throw Stop() }
        }
        image.run(read(geometry(1, []), 0, 1)) { outcome in #expect(outcome.end == .finished) }
    }
}
