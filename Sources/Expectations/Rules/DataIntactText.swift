// SPDX-License-Identifier: GPL-2.0-only

// How a failure of `data-intact` reads.

import Machine

extension DataIntact {
    static func description(ofCase what: Int) -> String {
        switch Case(rawValue: what) {
        case .seen, .sharedSeen: "a byte is seen that is not the file's"
        case .count, .sharedValue: "a call returns another count"
        case .access: "an access ends otherwise"
        case .size, .sharedSize: "another i_size"
        case .medium, .missingByte, .sharedMedium: "a byte on the medium is not the file's"
        case .missingBlock: "a block is missing"
        case .extraBlock: "a block too many"
        case .sharedBlock: "a block is reached twice"
        case .freeBlock: "a block in use is free in the bitmap"
        case .mappedBlock: "a mapping of a block that is not the file's there"
        case .stalePage: "a stale page of zeroes is mapped"
        case .beyondEOF: "a mapping beyond EOF"
        case .writableCopy: "a page that must not be is writable"
        case .clean: "a clean entry under a writable mapping"
        case .staleEntry: "a stale entry in the index"
        case nil: "data differ"
        }
    }

    static func explain(_ failure: RuleFailure, _ facts: borrowing RunFacts) -> Explanation {
        let (expected, actual) = sentences(for: failure, facts)
        return Explanation(expected: expected, actual: actual, event: failure.event)
    }

    private static func sentences(
        for failure: RuleFailure, _ facts: borrowing RunFacts
    ) -> (String, String) {
        let (expected, actual) = (failure.expected, failure.actual)
        let hex = "0x" + String(UInt64(bitPattern: actual) & 0xff, radix: 16)
        switch Case(rawValue: failure.what)! {
        case .seen: return ("the model's bytes at position \(expected)", "\(hex) was seen there")
        case .count:
            return ("\(expected) returned: no call failed", "\(Errno.name(of: actual)) returned")
        case .access:
            return (
                expected == 0
                    ? "the access is made: no call failed" : "the access ends in SIGBUS or SIGSEGV",
                actual == 0 ? "it was made" : "it ended with \(Errno.name(of: actual))"
            )
        case .size: return ("i_size \(expected)", "i_size \(actual)")
        case .medium:
            let byte = facts.model.byte(at: UInt64(expected))
            return (
                "0x\(String(byte, radix: 16)) at position \(expected)", "\(hex) is on the medium"
            )
        case .missingByte:
            return (
                "\(expected) bytes that are not zero in the file", "\(actual) are on the medium"
            )
        case .missingBlock:
            return ("\(expected) blocks that the file must own", "it owns \(actual) of them")
        case .extraBlock:
            return (
                "no block where no operation was to allocate one",
                "the file owns file block \(actual)"
            )
        case .sharedBlock:
            return ("each block in one place", "device block \(actual) is reached twice")
        case .freeBlock:
            return (
                "each block of the file marked as in use",
                "device block \(actual) (file block \(expected)) is free in the bitmap"
            )
        case .mappedBlock:
            return (
                expected < 0
                    ? "no storage mapped where the file owns none"
                    : "device block \(expected) mapped, which the file owns",
                "device block \(actual) is mapped"
            )
        case .stalePage:
            return (
                "the file's bytes shown by the mapping of page \(actual)",
                "a page of zeroes is still mapped there"
            )
        case .beyondEOF:
            return ("nothing mapped from page \(expected) on", "page \(actual) is mapped")
        case .writableCopy:
            return ("page \(actual) mapped read-only", "it is mapped writable")
        case .clean:
            return (
                "a dirty entry under the writable mapping of page \(actual)",
                "none is: fsync() would miss the store"
            )
        case .sharedSeen:
            return (
                "a byte at position \(expected) that some order of the operations puts there",
                "\(hex) was seen there"
            )
        case .sharedValue:
            return (
                "a result that some order of the operations gives",
                "\(facts.name(of: Int(expected))) returned \(Errno.name(of: actual))"
            )
        case .sharedSize:
            return ("an i_size that some order of the operations gives", "i_size \(actual)")
        case .sharedMedium:
            return (
                "a byte at position \(expected) that some order of the operations puts there",
                "\(hex) is on the medium"
            )
        case .staleEntry:
            return (
                "an entry for device block \(expected)",
                "the entry in the index is for device block \(actual)"
            )
        }
    }
}
