// SPDX-License-Identifier: GPL-2.0-only

// What could not be asked of an image. A scenario whose operations it cannot drive is not run, and
// a run that calls what nobody provides, or reaches a limit of the machine, says nothing about the
// code under test. Neither is a verdict; the other runs stay as sound as they were, so these are
// counted beside them and told at the end.

import Expectations
import Machine

/// An operation that an image cannot drive on a filesystem.
package struct UnsupportedOperation: Codable, Hashable, Sendable {
    package var filesystem: Filesystem
    package var kind: Machine.Operation.Kind
}

/// One way in which runs ended in an error of the harness.
package struct HarnessError: Codable, Hashable, Sendable {
    package var end: RunEnd
    /// What the machine says of it: which function is missing, which limit was reached.
    package var message: String
    package internal(set) var runs = 1
    package internal(set) var scenarios = 1
    /// The first such run.
    package internal(set) var ordinal: RunOrdinal
    package internal(set) var injections: [Injection]
    /// The order of its tasks.
    package internal(set) var choices: [UInt8]
    /// The scenario of the last one: each scenario is counted once.
    package private(set) var lastScenario: UInt32

    package init(
        _ end: RunEnd, _ message: String, ordinal: RunOrdinal, injections: [Injection],
        choices: [UInt8] = []
    ) {
        self.end = end
        self.message = message
        self.ordinal = ordinal
        self.injections = injections
        self.choices = choices
        lastScenario = ordinal.scenario
    }

    package func isLike(_ other: HarnessError) -> Bool {
        end == other.end && message == other.message
    }

    /// Adds the runs of another part.
    package mutating func merge(_ other: HarnessError) {
        runs += other.runs
        scenarios += other.scenarios
        lastScenario = max(lastScenario, other.lastScenario)
        if other.ordinal < ordinal {
            ordinal = other.ordinal
            injections = other.injections
            choices = other.choices
        }
    }
}

extension Tally {
    /// Counts a run that ended in an error of the harness. A part's runs come in ascending order,
    /// and a scenario's are all of one part.
    package mutating func count(_ harnessError: HarnessError) {
        runs += 1
        var harnessError = harnessError
        if harnessErrors.contains(where: { $0.lastScenario == harnessError.lastScenario }) {
            if harnessErrors.contains(where: {
                $0.isLike(harnessError) && $0.lastScenario == harnessError.lastScenario
            }) {
                harnessError.scenarios = 0
            }
        } else {
            scenariosWithHarnessErrors += 1
        }
        merge(harnessError)
    }

    package mutating func merge(_ harnessError: HarnessError) {
        if let index = harnessErrors.firstIndex(where: { $0.isLike(harnessError) }) {
            harnessErrors[index].merge(harnessError)
        } else {
            harnessErrors.append(harnessError)
        }
    }

    /// Counts a scenario that was not run, under the first operation that is in its way.
    package mutating func countUnsupported(_ scenario: Scenario, by image: KernelImage) {
        let filesystem = scenario.geometry.filesystem
        let missing = scenario.firstKind { image.supports($0, on: filesystem) }
        guard let kind = missing else { return }
        unsupported[UnsupportedOperation(filesystem: filesystem, kind: kind), default: 0] += 1
    }
}
