// SPDX-License-Identifier: GPL-2.0-only

// What can be left out of a run that breaks an expectation, one thing at a time: a failure, an
// operation, and of a random scenario also what its geometry has too much of, for
// nobody chose that. Each of these makes something smaller and nothing larger, so leaving out comes
// to an end.

import Expectations
import Machine

/// A run with one thing less.
package struct SmallerScenarios {
    /// A scenario and its failures.
    package struct Trial {
        package var scenario: Scenario
        package var injections: [Injection]
    }

    private let finding: FoundRun
    package private(set) var trials: [Trial] = []

    private static let page: UInt64 = 4096

    package init(than finding: FoundRun) {
        self.finding = finding
        for place in finding.injections.indices {
            var injections = finding.injections
            injections.remove(at: place)
            trials.append(Trial(scenario: finding.scenario, injections: injections))
        }
        leaveOutOperations()
        guard finding.scenario.name.hasPrefix(GeneratedScenarios.prefix) else { return }
        leaveOutTasks()
        leaveOutExtents()
        leaveOutPages()
        makeUsual()
        shortenOperations()
    }

    // MARK: - Operations

    private mutating func leaveOutOperations() {
        let scenario = finding.scenario
        for place in scenario.operations.indices {
            let isLastTested = scenario.tested.contains(place) && scenario.tested.count == 1
            guard !isLastTested else { continue }
            var operations = scenario.operations
            operations.remove(at: place)
            add(scenario.geometry, operations)
        }
    }

    /// Where a task has nothing left to do, those behind it move up.
    private mutating func leaveOutTasks() {
        let operations = finding.scenario.operations
        for idle in 0..<UInt8(finding.scenario.tasks)
        where !operations.contains(where: { $0.task == idle }) {
            let moved = operations.map { operation in
                var operation = operation
                if operation.task > idle { operation.task -= 1 }
                return operation
            }
            let injections = finding.injections.map { injection in
                injection.task > UInt32(idle)
                    ? Injection(
                        task: injection.task - 1, nth: injection.nth, error: injection.error)
                    : injection
            }
            return add(finding.scenario.geometry, moved, injections)
        }
    }

    /// A byte instead of many, the first of its page instead of any.
    private mutating func shortenOperations() {
        let operations = finding.scenario.operations
        for (place, operation) in operations.enumerated() {
            let kind = operation.kind
            guard kind.isAccess || kind.isRead || kind.isWrite else { continue }
            let start = operation.position / Self.page * Self.page
            for (position, length) in [(start, 1), (operation.position, 1), (start, Self.page)]
            where position <= operation.position && length <= operation.length
                && (position, length) != (operation.position, operation.length)
            {
                var shorter = operations
                shorter[place] = Operation(
                    kind, at: position, length: length, fill: operation.fill,
                    task: operation.task, isSetup: operation.isSetup)
                add(finding.scenario.geometry, shorter)
            }
        }
    }

    // MARK: - Geometry

    private mutating func leaveOutExtents() {
        let geometry = finding.scenario.geometry
        for (place, extent) in geometry.extents.enumerated() {
            var extents = geometry.extents
            extents.remove(at: place)
            add(geometry.with(extents: extents), finding.scenario.operations)
            if extent.count > 1 {
                extents.insert(
                    Extent(
                        block: extent.block, count: extent.count / 2, fill: extent.fill,
                        flags: extent.flags), at: place)
                add(geometry.with(extents: extents), finding.scenario.operations)
            }
            if !extent.flags.isEmpty {
                var plain = geometry.extents
                plain[place] = Extent(block: extent.block, count: extent.count, fill: extent.fill)
                add(geometry.with(extents: plain), finding.scenario.operations)
            }
        }
    }

    /// A shorter file, with what of its extents is then inside.
    private mutating func leaveOutPages() {
        let geometry = finding.scenario.geometry
        let size = geometry.size
        let whole = size / Self.page * Self.page
        for shorter in Set([0, 1, Self.page, size / 2 / Self.page * Self.page, whole]).sorted()
        where shorter < size {
            let pages = (shorter + Self.page - 1) / Self.page
            let extents = geometry.extents.compactMap { extent -> Extent? in
                guard UInt64(extent.block) < pages else { return nil }
                return Extent(
                    block: extent.block,
                    count: min(extent.count, UInt32(pages) - extent.block), fill: extent.fill,
                    flags: extent.flags)
            }
            add(geometry.with(size: shorter, extents: extents), finding.scenario.operations)
        }
    }

    /// A device with room, and a mapping from the first page on.
    private mutating func makeUsual() {
        let geometry = finding.scenario.geometry
        if geometry.deviceBlocks != 128 {
            add(geometry.with(deviceBlocks: 128), finding.scenario.operations)
        }
        let usual = 0..<UInt32((geometry.size + Self.page - 1) / Self.page) + 8
        if geometry.mappedPages.lowerBound != 0 || geometry.skew != 0 {
            let pages = 0..<max(usual.upperBound, geometry.mappedPages.upperBound)
            add(geometry.with(mappedPages: pages), finding.scenario.operations)
        }
    }

    // MARK: - Trials

    private mutating func add(
        _ geometry: Geometry, _ operations: [Operation], _ injections: [Injection]? = nil
    ) {
        let scenario = finding.scenario
        let name = scenario.name.hasSuffix("/less") ? scenario.name : scenario.name + "/less"
        // The sentence of the whole one would speak of what is not there any more.
        let smaller = GeneratedScenarios.scenario(named: name, geometry, operations)
        trials.append(Trial(scenario: smaller, injections: injections ?? finding.injections))
    }
}

extension Geometry {
    fileprivate func with(
        size: UInt64? = nil, extents: [Extent]? = nil, deviceBlocks: UInt32? = nil,
        mappedPages: Range<UInt32>? = nil
    ) -> Geometry {
        Geometry(
            filesystem: filesystem, size: size ?? self.size, extents: extents ?? self.extents,
            deviceBlocks: deviceBlocks ?? self.deviceBlocks,
            mappedPages: mappedPages ?? self.mappedPages,
            skew: mappedPages == nil ? skew : 0, flags: flags)
    }
}
