// SPDX-License-Identifier: GPL-2.0-only

// A failure that is on record, and counts: FINDINGS.md describes it, and no shape in `Findings` sets it
// apart, so a tree that has it fails. It has a number all the same, for whoever meets it. The number is
// given by name: what went wrong, and in which operation. It excuses nothing.

import Expectations

/// A finding on record that fails the verdict of a tree.
enum CountedFinding {
    /// Ways of failing, by the number of the finding.
    private static let ways: [FailureSignature: Int] = {
        // A lock of the inode's, which was called one thing before 5.15 and another since.
        let locks = ["&ei->dax_sem", "mapping.invalidate_lock"]
        // Another task may wait for the entry that the first one holds.
        let waits = locks + locks.flatMap { ["dax entry and \($0)", "\($0) and dax entry"] }
        let operations = ["write-fault", "pfn-mkwrite"]
        let signatures = waits.flatMap { wait in
            operations.map { operation in
                FailureSignature(
                    expectation: "no-self-deadlock",
                    kind: "self-deadlock on \(wait) in \(operation)")
            }
        }
        return Dictionary(uniqueKeysWithValues: signatures.map { ($0, 4) })
    }()

    /// The number of the finding that a way of failing is; nil: none.
    static func number(of signature: FailureSignature) -> Int? { ways[signature] }
}

extension ShownFailures.Way {
    /// The number of the finding that it is, whether or not that one counts; nil: none.
    package var numberOnRecord: Int? { finding ?? CountedFinding.number(of: signature) }
}

extension ShownFailures {
    /// The failing runs that are on record and count.
    func described(breaking expectation: Expectation) -> [KnownFailures] {
        var runs: [Int: Int] = [:]
        for item in cases where ways[item.way].expectation == expectation.name {
            guard let number = CountedFinding.number(of: ways[item.way].signature) else { continue }
            runs[number, default: 0] += item.runs
        }
        return KnownFailures.list(runs)
    }
}
