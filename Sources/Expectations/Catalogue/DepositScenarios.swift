// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of a machine that sets a page table aside for each entry of 2 MiB, to have one on the day
// on which it splits the entry (powerpc with hash page tables). That page table can be lacking, and
// whoever enters 2 MiB of zeroes by hand has to hand one over.

import Machine

/// All of them.
enum DepositScenarios {
    static let all: [Scenario] = [
        scenario(.pmdReadFault, "pmd-read-fault-hole", "a hole of 2 MiB", []),
        scenario(.pmdReadFault, "pmd-read-fault", "2 MiB of storage", [storage]),
        scenario(.pmdWriteFault, "pmd-write-fault", "2 MiB of storage", [storage]),
        scenario(.pmdWriteFault, "pmd-write-fault-hole", "a hole of 2 MiB", []),
    ]

    private static let storage = Extent(block: 0, count: 512, fill: 0x41, flags: .pmdAligned)

    private static func scenario(
        _ kind: Operation.Kind, _ name: String, _ description: String, _ extents: [Extent]
    ) -> Scenario {
        let geometry = Geometry(
            filesystem: .strict, size: 2 << 20, extents: extents, deviceBlocks: 2560,
            mappedPages: 0..<512, skew: 0, flags: .deposits)
        return Scenario(
            Scenario.Label(
                location: "strict/page-table-deposits", operation: name, state: "fresh",
                setting: "On strict, where page tables are set aside, in \(description)",
                action: "\(kind.description), and read()"),
            geometry,
            [Operation(kind, at: 5 * 4096, length: 32), Operation(.read, at: 0, length: 4096)],
            ownedBlocks: BlockMap.ownedBlocks(of: geometry))
    }
}
