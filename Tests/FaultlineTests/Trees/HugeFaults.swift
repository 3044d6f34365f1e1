// SPDX-License-Identifier: GPL-2.0-only

import Expectations
import Machine
import Testing

/// A fault of 2 MiB maps storage and holes, and falls back where the storage is not aligned.
func expectHugeFaultsMapStorageAndHoles(_ image: KernelImage) throws {
    for (name, maps) in [
        ("strict/2-mib/first/pmd-write-fault/huge-fresh", true),
        ("strict/2-mib/first/pmd-read-fault/huge-fresh", true),
        ("strict/2-mib/first/pmd-read-fault/hole-fresh", true),
        ("strict/2-mib/first/pmd-write-fault/unaligned-fresh", false),
    ] {
        let scenario = try #require(Catalogue.scenario(named: name))
        image.run(scenario.run()) { outcome in
            #expect(outcome.end == .finished)
            #expect(outcome.mappings.contains { $0.order == 9 } == maps, "\(name)")
        }
    }
}
