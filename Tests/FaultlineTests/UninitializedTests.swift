// SPDX-License-Identifier: GPL-2.0-only

// Code that reads what nobody has written: it is judged the same in every build, and the compiler's
// word on it is a note.

import Foundation
import Testing
import VariantTesting

@Suite struct UninitializedTests {
    /// With and without the object in the cache; and it is the same verdict in another build.
    @Test func aPatchIsToldOfItsOwn() throws {
        let wild = try MadePatch.inserting(
            ["\tint wild;", "\tif (wild & 1)", "\t\treturn VM_FAULT_SIGBUS;"],
            into: "dax_iomap_fault")
        let first = try CommandRun(["check", "-"], input: wild)
        let words = first.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("variable 'wild' is uninitialized when used here"), "\(words)")
        let second = try CommandRun(["check", "-"], input: wild)
        func verdicts(_ run: CommandRun) -> [Substring] {
            run.output.split(separator: "\n").filter {
                $0.contains(" pass ") || $0.contains(" FAIL ")
            }
        }
        #expect(second.output.contains("'wild'"))
        #expect(!verdicts(first).isEmpty && verdicts(first) == verdicts(second))
        let other = try CommandRun(
            ["check", "-"], input: wild, cache: try TemporaryDirectory.make())
        #expect(verdicts(other) == verdicts(first))
    }
}
