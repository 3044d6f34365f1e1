// SPDX-License-Identifier: GPL-2.0-only

// Where in the code something happened: function and line of the tree's own files. Frames of the
// machine are left out wherever one of the slice stands behind them, because a reader looks for the
// code under test.

import Exploration

extension CodeFrame {
    /// File and line. Where the compiler made one piece of code of several lines, there is no line.
    var location: String { line > 0 ? "\(file):\(line)" : file }
    /// Function, file and line.
    var description: String { "\(function) \(location)" }
}

extension Witness {
    /// The calls that were made to fail; without their names where the run killed its process.
    var failedCalls: [RunRecord.FailedCall] {
        record.failedCalls.isEmpty
            ? run.injections.map { RunRecord.FailedCall(injection: $0, call: "", pc: 0) }
            : record.failedCalls
    }

    /// The slice's function and line at a code address; nil for the machine itself.
    func location(of pc: UInt64) -> String? { frame(at: pc)?.description }

    /// The innermost frame of the slice at a code address.
    func frame(at pc: UInt64) -> CodeFrame? {
        guard pc != 0, let all = frames[pc] else { return nil }
        return all.first { $0.isOfSlice }
    }

    /// The frames of the slice in a call chain, innermost first, inlined ones included.
    func frames(of chain: RunRecord.Chain) -> [CodeFrame] {
        chain.pcs.flatMap { frames[$0] ?? [] }.filter(\.isOfSlice)
    }
}
