// SPDX-License-Identifier: GPL-2.0-only

// What several tests of trees do alike: every run of the catalogue in this process, and looking at
// what lies in a directory.

import Expectations
import Foundation
import Machine
import Testing
import VariantTesting

@testable import Exploration

enum Sweep {
    /// Makes every run that a verdict rests on. A run that is an error of the harness fails the
    /// test and is not lent.
    static func everyRun(
        of image: KernelImage,
        _ body: (Scenario, [Injection], borrowing Outcome) throws -> Void
    ) throws {
        var strategy = SingleFailures(legalErrors: image.legalErrors)
        var errors = 0
        for scenario in Catalogue.scenarios where image.supports(scenario) {
            strategy.restart(followsEnds: scenario.wantsEndFailurePair)
            var run = scenario.run()
            while strategy.next(&run.injections) {
                try image.run(run) { outcome in
                    strategy.learn(from: outcome)
                    guard !outcome.end.isHarnessError else {
                        errors += 1
                        if errors < 10 {
                            Issue.record("\(scenario.name): \(outcome.end): \(outcome.message)")
                        }
                        return
                    }
                    try body(scenario, run.injections, outcome)
                }
            }
        }
        #expect(errors == 0, "runs that were errors of the harness")
    }

    /// Whether a run is a store through the shared mapping of an ext2 file to its partial last
    /// page, with a call that fails.
    static func isFailingStoreToPartialLastPage(
        _ scenario: Scenario, _ injections: [Injection]
    ) -> Bool {
        let size = scenario.geometry.size
        return scenario.geometry.filesystem == .ext2 && size % 4096 != 0
            && (!injections.isEmpty || scenario.geometry.hasBadMedium)
            && scenario.operations.contains {
                ($0.kind == .writeFault || $0.kind == .pfnMkwrite)
                    && $0.position / 4096 == size / 4096
            }
    }

    /// Every file under a directory with its size and the time of its last change.
    static func stamps(under directory: URL) throws -> [String: String] {
        let keys: [URLResourceKey] = [
            .fileSizeKey, .contentModificationDateKey, .isDirectoryKey,
        ]
        var stamps: [String: String] = [:]
        let files = FileManager.default.enumerator(
            at: directory, includingPropertiesForKeys: keys)
        for case let file as URL in files! {
            let values = try file.resourceValues(forKeys: Set(keys))
            stamps[file.path] =
                "\(values.fileSize ?? 0) "
                + "\(values.contentModificationDate?.timeIntervalSince1970 ?? 0)"
        }
        return stamps
    }
}
