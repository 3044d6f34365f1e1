// SPDX-License-Identifier: GPL-2.0-only

// Pages that are pinned: who changes the layout of the file waits for the end of each pin, and the
// wait can be interrupted. A kernel that cannot tell a pin from a mapping has no such scenarios.

import Expectations
import Machine
import Testing
import VariantTesting

@testable import Exploration

@Suite struct PinTests {
    private static let files = ["layout", "layout-hole", "layout-huge"]

    private static func truncation(of file: String) throws -> Scenario {
        try #require(Catalogue.scenario(named: "strict/\(file)/truncate-to-zero/pinned"))
    }

    @Test(arguments: KernelTree.there)
    func truncationWaitsForAPin(_ tree: KernelTree) throws {
        let image = try tree.image
        for file in Self.files {
            try image.run(Self.truncation(of: file).run()) { outcome in
                #expect(outcome.end == .finished, "\(file): \(outcome.message)")
                let kinds = outcome.events.map(\.kind)
                let begun = try #require(kinds.lastIndex(of: .opEnter))
                let wait = try #require(kinds[begun...].firstIndex(of: .wait), "\(file)")
                let given = try #require(kinds[wait...].firstIndex(of: .pagePut), "\(file)")
                #expect(!kinds[..<given].contains(.blockFree), "\(file)")
                #expect(kinds[given...].contains(.blockFree), "\(file)")
            }
        }
    }

    @Test(arguments: KernelTree.there)
    func aWaitForAPinCanBeInterrupted(_ tree: KernelTree) throws {
        let image = try tree.image
        for file in Self.files {
            let scenario = try Self.truncation(of: file)
            let last = scenario.operations.count - 1
            let nth = try image.run(scenario.run()) { outcome in
                let point = outcome.events.first {
                    $0.kind == .point && $0.operation == last
                        && $0.arg1 == Int64(InjectionPoint.signal.rawValue)
                }
                return try #require(point, "\(file)").arg0
            }
            let signal = Injection(task: 0, nth: UInt32(nth), error: -Int32(Errno.eintr))
            image.run(scenario.run(injections: [signal])) { outcome in
                #expect(outcome.end == .finished, "\(file): \(outcome.message)")
                #expect(outcome.results[last].value == -Int64(Errno.eintr), "\(file)")
                #expect(!outcome.events.contains { $0.kind == .blockFree || $0.kind == .size })
                #expect(outcome.leaks.count == 0, "\(file)")
            }
        }
    }

    @Test func whereNobodyCanTellAPinThereAreNoSuchScenarios() throws {
        let description = ImageDescription(of: .workingCopy)
        let scenario = try Self.truncation(of: "layout")
        #expect(description.leavesOut(scenario))
        #expect(description.scenarios < Catalogue.scenarios.count)
        #expect(description.unsupported().isEmpty)
        KernelImage.workingCopy.run(scenario.run()) { outcome in
            #expect(outcome.end == .refused)
        }
    }
}
