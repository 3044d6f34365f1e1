// SPDX-License-Identifier: GPL-2.0-only

import Expectations
import Exploration
import Testing

extension Tally {
    /// Fails the test for each expectation that runs break, with the smallest of them.
    package func recordFailures(location: SourceLocation = #_sourceLocation) throws {
        for (expectation, line) in zip(Expectations.all, lines) where line.failures > 0 {
            let witness = try #require(line.witness)
            let scenario = ScenarioIndex.scenario(of: witness.rank.ordinal).name
            Issue.record(
                """
                \(expectation.name) fails in \(line.failures) runs, first \(scenario), \
                failing \(witness.injections.map { "\($0.nth): \($0.error)" })
                """, sourceLocation: location)
        }
    }
}
