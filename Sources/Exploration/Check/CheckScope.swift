// SPDX-License-Identifier: GPL-2.0-only

// The filesystems that a check is about. Without a choice they are those of every check, and then
// places, keys and counts are as if there were no others. A scope is no filter: all scenarios of its
// filesystems are run, so its verdict is that of a whole check, and its runs are kept.

import Expectations
import Interleavings
import Machine

/// Whose scenarios make up a check.
package struct CheckScope: Hashable, Codable, Sendable {
    /// In the order of `Filesystem.all`.
    package let filesystems: [Filesystem]

    package init(_ filesystems: Set<Filesystem>) {
        self.filesystems = Filesystem.all.filter(filesystems.contains)
    }

    /// Those of every check.
    package static let standard = CheckScope(Set(Filesystem.allCases))

    package var isStandard: Bool { self == .standard }

    package func contains(_ scenario: Scenario) -> Bool {
        filesystems.contains(scenario.geometry.filesystem)
    }

    /// The places of its scenarios, ascending.
    package func places(with orders: OrderLimit?) -> [Int] {
        guard let only = only(with: orders) else {
            return ScenarioIndex.places(nil, with: orders)
        }
        return only
    }

    /// The same; nil for those of every check.
    package func only(with orders: OrderLimit?) -> [Int]? {
        isStandard
            ? nil
            : ScenarioIndex.places(Array(0..<ScenarioIndex.placeCount), with: orders).filter {
                contains(ScenarioIndex.scenario(at: $0))
            }
    }
}
