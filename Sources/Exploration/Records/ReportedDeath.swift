// SPDX-License-Identifier: GPL-2.0-only

// Runs that took their process with them, as a report tells of them.

import Expectations

/// A run that killed the process that made it.
package struct ReportedDeath: Codable, Hashable, Sendable {
    package var scenario: String
    /// Numbers of the calls that were failed.
    package var failing: [UInt32]
    /// In words that continue "the process".
    package var description: String

    package init(_ death: Death, of scenario: String) {
        self.scenario = scenario
        failing = death.injections.map(\.nth)
        description = death.words
    }

    /// The note of a report on all of them; nil if there are none.
    package static func note(on deaths: [ReportedDeath]) -> String? {
        guard let first = deaths.first else { return nil }
        let failing = first.failing.map { ", call \($0) failing" }.joined()
        return "runs that killed the process that made them: \(deaths.count), first "
            + "\(first.scenario)\(failing): it \(first.description)"
    }
}
