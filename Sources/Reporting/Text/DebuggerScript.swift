// SPDX-License-Identifier: GPL-2.0-only

// What a debugger is told before it runs a witness: where sources lie, which signals are the machine's
// own business, where to stop. The names are those of csrc/machine: `injected` is passed by a call
// that is made to fail, `trace_record` by each step, `run_is_stuck` when no task can go on.

import Exploration

/// The commands of a debugger for one witness.
package struct DebuggerScript {
    private let witness: Witness
    private let sources: String
    private let csrc: String
    private let function: String?

    /// - Parameters:
    ///   - sources: the patched tree.
    ///   - function: where to stop; nil for where the witness says.
    package init(_ witness: Witness, sources: String, csrc: String, function: String?) {
        self.witness = witness
        self.sources = sources
        self.csrc = csrc
        self.function = function
    }

    private var record: RunRecord { witness.record }

    /// Where to stop: a function, and with which condition.
    private var stops: [(function: String, condition: String?)] {
        if let function { return [(function, nil)] }
        var stops: [(String, String?)] = []
        if !witness.run.injections.isEmpty { stops.append(("injected", nil)) }
        if record.steps.contains(where: { $0.kind == .warn }) {
            stops.append(("faultline_warn", nil))
        }
        let steps = Set(record.findings.compactMap(\.event)).sorted()
        if record.endChain == nil, !record.end.isDeadlock {
            stops += steps.prefix(4).map { ("trace_record", "nr_events == \($0)") }
        }
        if record.end.isDeadlock || record.end == .lostWakeup {
            stops.append(("stack_note_parked", nil))
        }
        if record.endChain != nil { stops.append(("run_end", nil)) }
        if record.faultAddress != 0 || stops.isEmpty { stops.append(("outcome_fault", nil)) }
        return stops
    }

    private var settings: [String] {
        [
            "set pagination off", "set confirm off", "set breakpoint pending on",
            "handle SIGSEGV nostop noprint pass", "handle SIGFPE nostop noprint pass",
            "handle SIGILL nostop noprint pass", "directory \(csrc)", "directory \(sources)",
        ]
    }

    /// For gdb that lists what is entered, and ends.
    package var steps: String {
        (settings + ["source \(csrc)/faultline-steps.py"]).joined(separator: "\n") + "\n"
    }

    /// The lines of the listing, of all that gdb has said.
    package static func listing(in output: String) -> String {
        output.split(separator: "\n").filter { $0.hasPrefix("@ ") }.map { $0.dropFirst(2) }
            .joined(separator: "\n")
    }

    package var gdb: String {
        var lines = settings + ["source \(csrc)/faultline-gdb.py"]
        lines += stops.map { stop in
            "break \(stop.function)" + (stop.condition.map { " if \($0)" } ?? "")
        }
        lines += ["run", "slice"]
        return lines.joined(separator: "\n") + "\n"
    }

    package var lldb: String {
        var lines = [
            "settings set target.source-map . \(sources) . \(csrc)"
        ]
        lines += stops.map { stop in
            "breakpoint set --name \(stop.function)"
                + (stop.condition.map { " --condition '\($0)'" } ?? "")
        }
        lines += [
            "process launch --stop-at-entry",
            "process handle SIGSEGV SIGFPE SIGILL --stop false --notify false --pass true",
            "continue", "thread backtrace",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}
