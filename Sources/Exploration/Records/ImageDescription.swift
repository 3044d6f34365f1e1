// SPDX-License-Identifier: GPL-2.0-only

// What an image can be asked, without asking it: which operations it can drive, which calls can
// fail there and how. Trees differ in that. An image is code under test, so it is loaded in a
// worker, and what it says of itself comes back as data.

import Expectations
import Machine
import Workers

/// What an image says of itself.
package struct ImageDescription: Codable, Sendable {
    /// A kind of call that can be made to fail.
    package struct Point: Codable, Sendable {
        package var kind: InjectionPoint
        /// The tree's name for it, e.g. `vmf_insert_mixed`.
        package var name: String
        /// Negative errnos; a positive number is the bytes that a copy manages first.
        package var legalErrors: [Int32]
    }

    package var version: String
    package var points: [Point]
    /// What can be driven on each filesystem.
    package var operations: [Filesystem: [Operation.Kind]]

    package init(of image: KernelImage) {
        version = image.version
        points = InjectionPoint.allCases.map { point in
            Point(
                kind: point, name: image.name(of: point),
                legalErrors: image.legalErrors(of: point))
        }
        operations = Dictionary(
            uniqueKeysWithValues: Filesystem.all.map { filesystem in
                (
                    filesystem,
                    Operation.Kind.allCases.filter { image.supports($0, on: filesystem) }
                )
            })
    }

    package func supports(_ kind: Operation.Kind, on filesystem: Filesystem) -> Bool {
        operations[filesystem]?.contains(kind) ?? false
    }

    /// Whether every operation of a scenario can be driven.
    package func supports(_ scenario: Scenario) -> Bool {
        scenario.operations.allSatisfy { supports($0.kind, on: scenario.geometry.filesystem) }
    }

    /// Whether a scenario is no part of the catalogue here: it needs what kernels need not have.
    package func leavesOut(_ scenario: Scenario) -> Bool {
        scenario.isLeftOut { supports($0, on: scenario.geometry.filesystem) }
    }

    /// How many scenarios there are, whether or not they can be run.
    package var scenarios: Int { Catalogue.scenarios.count { !leavesOut($0) } }

    /// Scenarios of the catalogue that cannot be run, under the first operation in their way.
    package func unsupported() -> [UnsupportedOperation: Int] {
        var counts: [UnsupportedOperation: Int] = [:]
        for scenario in Catalogue.scenarios where !leavesOut(scenario) {
            let filesystem = scenario.geometry.filesystem
            let missing = scenario.operations.first { !supports($0.kind, on: filesystem) }
            guard let kind = missing?.kind else { continue }
            counts[UnsupportedOperation(filesystem: filesystem, kind: kind), default: 0] += 1
        }
        return counts
    }
}

/// Asks an image what it is.
package struct DescribeJob: ImageJob {
    package static let name = "describe"

    package var image: ImageReference

    package var images: [ImageReference] { [image] }

    package func run(in worker: WorkerContext<DescribeJob>) throws -> ImageDescription {
        ImageDescription(of: try image.load())
    }
}

extension WorkerPool {
    /// Asks an image in a worker.
    package func describe(_ image: ImageReference) throws -> ImageDescription {
        try run(DescribeJob(image: image))[0]
    }
}
