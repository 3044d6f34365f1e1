// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of a filesystem whose iomap_begin answers what cannot be: an extent behind the range or
// before it, an empty one, one of no known type. Each answer is a call that can be made to fail, so
// each is tried in turn. What is asked is that the answer is not believed in silence: iomap warns of
// it (iomap_iter_done(), the types that dax knows), or the caller gets an error. A kernel that goes
// on with it reads or writes some other file's block.

import Machine

/// All of them.
enum NonsenseScenarios {
    static let all: [Scenario] =
        accesses.flatMap { access in
            [(2, "a page with a block"), (4, "a hole")].map { page, description in
                scenario(
                    access.kind, access.length, at: UInt64(page) * 4096, of: small,
                    "\(access.kind.name)-\(page == 2 ? "block" : "hole")", description)
            }
        }
        + [Operation.Kind.pmdReadFault, .pmdWriteFault].map {
            scenario($0, 16, at: 2 << 20, of: huge, "\($0.name)-huge", "2 MiB of storage")
        }

    private static let accesses: [(kind: Operation.Kind, length: UInt64)] = [
        (.readFault, 16), (.writeFault, 16), (.privateWriteFault, 16), (.read, 4096),
        (.write, 4096),
    ]

    private static let small = Geometry(
        filesystem: .strict, size: 6 * 4096,
        extents: [Extent(block: 0, count: 4, fill: 0x41), Extent(block: 5, count: 1, fill: 0x42)],
        deviceBlocks: 128, mappedPages: 0..<8, skew: 0, flags: .strictNonsense)

    private static let huge = Geometry(
        filesystem: .strict, size: 4 << 20,
        extents: [Extent(block: 512, count: 512, fill: 0x41, flags: .pmdAligned)],
        deviceBlocks: 2560, mappedPages: 0..<1024, skew: 0, flags: .strictNonsense)

    private static func scenario(
        _ kind: Operation.Kind, _ length: UInt64, at position: UInt64, of geometry: Geometry,
        _ name: String, _ place: String
    ) -> Scenario {
        Scenario(
            Scenario.Label(
                location: "strict/nonsense", operation: name, state: "fresh",
                setting: "On strict, whose iomap_begin can answer nonsense, at \(place)",
                action: kind.description),
            geometry, [Operation(kind, at: position, length: length)],
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }
}
