// SPDX-License-Identifier: GPL-2.0-only

// What a save has changed, in a few lines.

import Testing
import VariantTesting

@testable import Exploration
@testable import Reporting

@Suite struct WatchTextTests {
    private static func lines(_ shipped: Shipped, since before: [String: Int]?) throws -> [String] {
        WatchText(try Variants.report(of: shipped), since: before, seconds: 1.5).lines
    }

    @Test func theFirstVerdictIsSummedUp() throws {
        let lines = try Self.lines(.merged, since: nil)
        #expect(lines[1].hasSuffix(" runs in 1.50 s"), "\(lines)")
        #expect(lines[2].hasPrefix("  no-self-deadlock    FAILS, "), "\(lines)")
        #expect(lines.count > 3)
    }

    @Test func whatFailsNowAndWhatIsFixedIsTold() throws {
        let worse = try Self.lines(.merged, since: [:])
        #expect(worse.contains { $0.hasPrefix("  no-self-deadlock    NOW FAILS, ") }, "\(worse)")
        let better = try Self.lines(.option2, since: ["no-leak": 3])
        #expect(better.contains("  no-leak             FIXED"), "\(better)")
        let same = try Self.lines(.option2, since: [:])
        #expect(same.last == "  nothing fails, as before", "\(same)")
    }
}
