// SPDX-License-Identifier: GPL-2.0-only

// A number behind an option. Whatever is wrong with it, the answer is one sentence that names the
// option and what it takes: the parser alone calls "-1" a missing value and an unknown option.

import ArgumentParser

/// Reads the number behind an option.
///
/// - Parameters:
///   - range: what the option takes.
///   - hint: what else there is to say, behind a semicolon.
func number<Number: LosslessStringConvertible & Comparable>(
    _ text: String, behind option: String, in range: ClosedRange<Number>, hint: String? = nil
) throws -> Number {
    guard let number = Number(text), range.contains(number) else {
        throw ValidationError(
            "\(option) takes a number from \(range.lowerBound) to \(range.upperBound)"
                + (hint.map { "; \($0)" } ?? ""))
    }
    return number
}
