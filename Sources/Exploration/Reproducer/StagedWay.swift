// SPDX-License-Identifier: GPL-2.0-only

// By what a booted kernel makes the call of a witness fail, and what is to be seen of it then. The
// means of a kernel are coarser than the machine's: memory that cannot be reached stays so, a copy
// stops at a multiple of four bytes, a fault without memory is made once more. So each way has a run
// of its own, made on the machine with just these failures, and its record is what to compare with.

import Machine

/// A kernel's own means to make a call fail.
package enum StagedMeans: Hashable, Sendable {
    /// Nothing fails, or the medium under a part of the file alone.
    case none
    /// So many bytes of the user's memory can be reached in an operation.
    case userCopy(operation: Int, reach: Int)
    /// So many blocks are free.
    case noSpace(free: Int)
    /// The nth allocation, tried from 1 on: its number is another than the machine's.
    case memory
    /// The nth request to the device, tried from 1 on, with no metadata in memory.
    case io
    /// The nth call of a function returns something else.
    case call(String, nth: Int, returns: Int)
    /// A fatal signal is pending at the nth call of a function.
    case signal(String, nth: Int)
}

/// One way of staging a witness.
package struct StagedWay: Sendable {
    package var means: StagedMeans
    /// The run that this way makes, and what is seen of it.
    package var run: Run
    package var record: RunRecord
    /// The operation whose first attempt the kernel makes once more, unseen; `record` has both.
    package var repeated: Int?
    /// The operation in which the process is killed; the run ends with it.
    package var killed: Int?

    package init(
        means: StagedMeans, run: Run, record: RunRecord, repeated: Int? = nil, killed: Int? = nil
    ) {
        self.means = means
        self.run = run
        self.record = record
        self.repeated = repeated
        self.killed = killed
    }
}

/// A witness that can be staged, by some ways in order of preference.
package struct Reproducer: Sendable {
    package let witness: Witness
    package let ways: [StagedWay]

    package init(witness: Witness, ways: [StagedWay]) {
        self.witness = witness
        self.ways = ways
    }
}

/// Why a witness cannot be staged on a booted kernel.
package struct NotStageable: Error, CustomStringConvertible {
    package let description: String

    init(_ witness: Witness, _ reason: String) {
        description = "witness \(witness.id) cannot be staged on a booted kernel: \(reason)"
    }
}
