// SPDX-License-Identifier: GPL-2.0-only

// The part of a JSON report that names verdicts and witnesses, as its readers see it.

import Exploration
import Foundation
import Slices

/// Verdicts of a JSON report.
package struct ReportedVerdicts: Decodable {
    package struct Verdict: Decodable {
        package struct Witness: Decodable { package let id: String }
        package let expectation: String
        package let witness: Witness?
    }

    private struct Variant: Decodable { let verdicts: [Verdict] }
    private let variants: [Variant]

    package init(_ json: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
    }

    /// The first failure of the first variant.
    package var failing: Verdict? { variants[0].verdicts.first { $0.witness != nil } }

    /// The witness against an expectation.
    package func witness(of expectation: String) -> String? {
        variants[0].verdicts.first { $0.expectation == expectation }?.witness?.id
    }
}
