// SPDX-License-Identifier: GPL-2.0-only

// Scenarios of several tasks on one file, which are run in more than one order. They are apart from
// the catalogue of single tasks because each of them stands for as many runs as it has orders. They
// are made from two tables: which operations run concurrently, and on which page of which file.
//
// Names are made from the parts: `race/ext2/hole/write-fault+truncate-to-0`. They begin with
// `race/` because witnesses have had such names from the beginning. Own scenarios (`Scenarios/`)
// come after them, and last what only some kernels have.

import Machine

/// All scenarios of several tasks.
public enum ConcurrentScenarios {
    public static let scenarios: [Scenario] = enumerate()

    public static func scenario(named name: String) -> Scenario? {
        scenarios.first { $0.name == name }
    }

    private static func enumerate() -> [Scenario] {
        var scenarios: [Scenario] = []
        for page in SharedPage.all {
            for mix in OperationMix.all where mix.fits(page) {
                scenarios.append(scenario(mix, on: page))
            }
        }
        for mix in OperationMix.aroundBegin {
            scenarios.append(scenario(mix, on: .openHugeHole))
        }
        return scenarios + OwnScenarios.scenarios.filter { $0.tasks > 1 } + LayoutScenarios.races
    }

    private static func scenario(_ mix: OperationMix, on page: SharedPage) -> Scenario {
        var operations = page.setup
        if mix.comesAfterStore {
            let store: Operation.Kind = page.isHuge ? .pmdWriteFault : .writeFault
            operations.append(page.operation(store, task: 0, isSetup: true))
        }
        if mix.operations.contains(where: \.needsMapping) {
            // A load maps the page read-only first.
            operations.append(page.operation(.readFault, task: 0, isSetup: true))
        }
        for (task, operation) in mix.operations.enumerated() {
            operations += operation.operations(on: page, task: UInt8(task))
        }
        return Scenario(
            name: "race/\(page.name)/\(mix.name)",
            description: "On \(page.description), "
                + (mix.comesAfterStore ? "to which was stored, " : "")
                + "at once: \(mix.description).",
            geometry: page.geometry, operations: operations)
    }
}

/// What the tasks do concurrently, one operation each.
struct OperationMix {
    let operations: [ConcurrentOperation]
    /// A store that is not flushed comes first, so that there is something to write back.
    let comesAfterStore: Bool

    init(_ operations: ConcurrentOperation..., afterStore: Bool = false) {
        self.operations = operations
        comesAfterStore = afterStore
    }

    var name: String {
        (comesAfterStore ? "stored/" : "") + operations.map(\.rawValue).joined(separator: "+")
    }
    var description: String { operations.map(\.description).joined(separator: "; ") }

    /// What was stored to is a page with a block, whatever it was before.
    func fits(_ page: SharedPage) -> Bool {
        (!comesAfterStore || page.isAllocated && page.setup.isEmpty && !page.hasUnwrittenBlock)
            && operations.allSatisfy { $0.fits(page) }
    }

    static let all: [OperationMix] = pairs + triples

    private static let pairs: [OperationMix] = [
        // Faults among themselves.
        OperationMix(.writeFault, .writeFault),
        OperationMix(.readFault, .readFault),
        OperationMix(.readFault, .writeFault),
        OperationMix(.writeFault, .privateWriteFault),
        OperationMix(.readFault, .privateWriteFault),
        OperationMix(.mkwrite, .mkwrite),
        OperationMix(.mkwrite, .writeFault),
        OperationMix(.writeFault, .neighbourWriteFault),
        // Faults against the file's end.
        OperationMix(.writeFault, .truncateToZero),
        OperationMix(.writeFault, .truncateIntoPage),
        OperationMix(.writeFault, .truncateUp),
        OperationMix(.writeFault, .truncateToSame),
        OperationMix(.readFault, .truncateToZero),
        OperationMix(.readFault, .truncateIntoPage),
        OperationMix(.privateWriteFault, .truncateToZero),
        OperationMix(.mkwrite, .truncateToZero),
        OperationMix(.mkwrite, .truncateIntoPage),
        // Faults against system calls that write.
        OperationMix(.writeFault, .overwrite),
        OperationMix(.readFault, .overwrite),
        OperationMix(.writeFault, .extend),
        OperationMix(.readFault, .extend),
        OperationMix(.mkwrite, .overwrite),
        // What writes back, reads, drops.
        OperationMix(.writeFault, .fsync),
        OperationMix(.mkwrite, .fsync),
        OperationMix(.writeFault, .freeze),
        OperationMix(.mkwrite, .freeze),
        OperationMix(.overwrite, .freeze),
        OperationMix(.truncateToZero, .freeze),
        OperationMix(.writeFault, .read),
        OperationMix(.writeFault, .unmap),
        OperationMix(.mkwrite, .unmap),
        // System calls among themselves.
        OperationMix(.truncateToZero, .truncateUp),
        OperationMix(.truncateToZero, .truncateToZero),
        OperationMix(.truncateIntoPage, .truncateUp),
        OperationMix(.extend, .truncateToZero),
        OperationMix(.overwrite, .truncateIntoPage),
        OperationMix(.extend, .extend),
        OperationMix(.read, .truncateToZero),
        OperationMix(.read, .overwrite),
        OperationMix(.fsync, .truncateToZero),
        // What writes back what was stored before.
        OperationMix(.fsync, .fsync, afterStore: true),
        OperationMix(.readFault, .fsync, afterStore: true),
        OperationMix(.privateReadFault, .fsync, afterStore: true),
        OperationMix(.writeFault, .fsync, afterStore: true),
        OperationMix(.overwrite, .fsync, afterStore: true),
        OperationMix(.unmap, .fsync, afterStore: true),
        OperationMix(.pmdReadFault, .fsync, afterStore: true),
        // 2 MiB.
        OperationMix(.pmdReadFault, .readFault),
        OperationMix(.pmdReadFault, .writeFault),
        OperationMix(.pmdWriteFault, .readFault),
        OperationMix(.pmdWriteFault, .writeFault),
        OperationMix(.pmdWriteFault, .pmdWriteFault),
        OperationMix(.pmdReadFault, .pmdReadFault),
        OperationMix(.pmdReadFault, .pmdWriteFault),
        OperationMix(.pmdWriteFault, .truncateToZero),
        OperationMix(.pmdReadFault, .truncateToZero),
        OperationMix(.pmdWriteFault, .truncateIntoRange),
        OperationMix(.pmdReadFault, .truncateIntoRange),
        OperationMix(.pmdReadFault, .overwrite),
    ]

    /// What can go between a 2 MiB fault's question to the filesystem and what it does about it.
    static let aroundBegin: [OperationMix] = [
        OperationMix(.pmdReadFault, .overwrite),
        OperationMix(.pmdWriteFault, .overwrite),
        OperationMix(.pmdReadFault, .writeFault),
        OperationMix(.pmdReadFault, .pmdWriteFault),
    ]

    private static let triples: [OperationMix] = [
        OperationMix(.writeFault, .writeFault, .writeFault),
        OperationMix(.readFault, .writeFault, .truncateToZero),
        OperationMix(.writeFault, .writeFault, .truncateIntoPage),
        OperationMix(.readFault, .readFault, .writeFault),
        OperationMix(.writeFault, .overwrite, .truncateToZero),
        OperationMix(.writeFault, .extend, .truncateToZero),
        OperationMix(.writeFault, .writeFault, .overwrite),
        OperationMix(.mkwrite, .fsync, .truncateToZero),
        OperationMix(.writeFault, .truncateToZero, .freeze),
        OperationMix(.writeFault, .fsync, .overwrite),
        OperationMix(.readFault, .writeFault, .writeFault),
        OperationMix(.pmdReadFault, .readFault, .writeFault),
        OperationMix(.pmdWriteFault, .writeFault, .truncateToZero),
    ]
}
