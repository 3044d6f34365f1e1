// SPDX-License-Identifier: GPL-2.0-only

// Runs that no verdict rests on, in a sentence.

import Exploration

extension ReportedHarnessError: CustomStringConvertible {
    /// What is missing, who called it where, in how many runs, and the first of them. A function
    /// stays on one line with its location.
    package var description: String {
        let failures = witness.failedCalls.map { ", " + OperationText.failure($0, of: 1) }
        return "\(WitnessText(witness).missing()): \(runs.of("run")) of "
            + "\(scenarios.of("scenario")), first \(witness.scenario)\(failures.joined())"
    }

    /// The same for forms that break lines themselves or not at all.
    package var sentence: String { Layout.breakable(description) }
}
