// SPDX-License-Identifier: GPL-2.0-only

// The part of a JSON report that names verdicts and witnesses, as its readers see it.

import Exploration
import Foundation
import Slices

/// Verdicts of a JSON report.
struct ReportedVerdicts: Decodable {
    struct Verdict: Decodable {
        struct Witness: Decodable { let id: String }
        let expectation: String
        let witness: Witness?
    }

    private struct Variant: Decodable { let verdicts: [Verdict] }
    private let variants: [Variant]

    init(_ json: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
    }

    /// The first failure of the first variant.
    var failing: Verdict? { variants[0].verdicts.first { $0.witness != nil } }

    /// The witness against an expectation.
    func witness(of expectation: String) -> String? {
        variants[0].verdicts.first { $0.expectation == expectation }?.witness?.id
    }
}
