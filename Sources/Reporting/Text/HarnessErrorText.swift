// SPDX-License-Identifier: GPL-2.0-only

// Runs that no verdict rests on, in a sentence.

import Exploration

extension ReportedHarnessError: CustomStringConvertible {
    /// What is missing, who called it where, in how many runs, and the first of them. A function
    /// stays on one line with its location.
    package var description: String {
        let failures = witness.failedCalls.map { ", " + OperationText.failure($0, of: 1) }
        return "\(reason): \(runs.of("run")) of "
            + "\(scenarios.of("scenario")), first \(witness.scenario)\(failures.joined())"
    }

    /// What was in the way, and who called it. Never empty, whatever the machine said: the run was
    /// made once more for its witness, and may have ended in another way then.
    package var reason: String {
        if message.isEmpty {
            return "the run \(end.description), and the machine gives no reason"
        }
        return witness.record.message == message ? WitnessText(witness).missing() : message
    }

    /// The same for forms that break lines themselves or not at all.
    package var sentence: String { Layout.breakable(description) }
}
