// SPDX-License-Identifier: GPL-2.0-only

// Random scenarios: the same seed and number make the same one, the machine refuses none, and they
// reach the boundaries where bugs are.

import Machine
import Testing

@testable import Expectations

@Suite struct GeneratedScenarioTests {
    private static let some = (0..<3000).map { GeneratedScenarios.scenario(seed: 1, number: $0) }

    @Test func aNameMakesTheScenarioAgain() throws {
        for scenario in Self.some.prefix(200) {
            #expect(GeneratedScenarios.scenario(named: scenario.name) == scenario)
        }
        for name in [
            "generated/1", "generated/1-", "generated/01-2", "generated/1-2-3", "race/1-2",
        ] {
            #expect(GeneratedScenarios.scenario(named: name) == nil)
        }
    }

    @Test func seedsAndNumbersMakeDifferentOnes() {
        let all = (0..<3).flatMap { seed in
            (0..<500).map { GeneratedScenarios.scenario(seed: seed, number: $0) }
        }
        let distinct = Set(all.map { "\($0.geometry) \($0.operations)" })
        #expect(distinct.count > all.count * 95 / 100)
    }

    @Test func theNumberOfTasksIsKnownBeforehand() {
        for (number, scenario) in Self.some.enumerated().prefix(500) {
            let tasks = Set(scenario.operations.map(\.task)).count
            #expect(GeneratedScenarios.tasks(seed: 1, number: UInt32(number)) == tasks)
            #expect(scenario.tasks == tasks)
        }
    }

    @Test func noneIsRefused() {
        let image = KernelImage.workingCopy
        for scenario in Self.some
        where !scenario.isLeftOut({ image.supports($0, on: scenario.geometry.filesystem) }) {
            image.run(scenario.run()) { outcome in
                #expect(
                    !outcome.end.isHarnessError,
                    "\(scenario.name) \(outcome.end.description): \(outcome.message)")
            }
        }
    }

    @Test func theyReachTheBoundaries() {
        let image = KernelImage.workingCopy
        var hasFilledDevice = false
        for scenario in Self.some where !hasFilledDevice {
            image.run(scenario.run()) { outcome in
                for result in outcome.results where result.value == -Int64(Errno.enospc) {
                    hasFilledDevice = true
                }
            }
        }
        #expect(hasFilledDevice, "no device is full")
        func has(_ what: String, _ isTrue: (Scenario) -> Bool) {
            let isThere = Self.some.contains(where: isTrue)
            #expect(isThere, "none has \(what)")
        }
        let page: UInt64 = 4096
        has("a store in the last page that two mappings share") { scenario in
            scenario.operations.contains { operation in
                operation.kind == .writeFault
                    && operation.position / page == (scenario.geometry.size - 1) / page
            } && scenario.geometry.size > 0
        }
        has("the block behind the direct ones") { scenario in
            scenario.operations.contains {
                $0.kind == .write && $0.position < 12 * page && $0.end > 12 * page
            }
        }
        has("the block behind the first indirect one") { scenario in
            scenario.operations.contains { $0.kind == .write && $0.end > (12 + 1024) * page }
        }
        has("a PMD fault against a truncate into its 2 MiB") { scenario in
            scenario.tasks > 1 && scenario.operations.contains { $0.kind == .pmdWriteFault }
                && scenario.operations.contains { $0.kind == .truncate && $0.position < 512 * page }
        }
        has("a mapping that begins behind the file's first page") {
            $0.geometry.mappedPages.lowerBound > 0
        }
        has("a bad medium") { $0.geometry.extents.contains { $0.flags.contains(.bad) } }
        has("a range that is taken out of the file") { scenario in
            scenario.operations.contains { $0.kind == .collapseRange }
        }
        has("an unwritten extent") { $0.geometry.extents.contains { $0.isUnwritten } }
    }
}
