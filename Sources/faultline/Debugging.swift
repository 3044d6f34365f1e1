// SPDX-License-Identifier: GPL-2.0-only

// A witness's run under a debugger. The variant is built once more, for looking inside: less
// optimized, with variables. The debugger is started on this program, which makes that one run in its
// own process, so it stops in the code under test at once, without a child before it. Where it stops
// follows from the witness: at the call that fails, at the step that breaks a rule, at the end.

import Exploration
import FoundationEssentials
import Glibc
import Reporting
import Slices
import System

/// A debugger, and what to ask it.
struct Debugging {
    enum Debugger: String, CaseIterable { case gdb, lldb }

    private let debugger: Debugger
    private let function: String?

    /// - Parameter function: where to stop; nil for where the witness says.
    init(_ debugger: Debugger, at function: String?) {
        self.debugger = debugger
        self.function = function
    }

    /// Replaces this program by the debugger.
    ///
    /// - Parameters:
    ///   - replay: the run, as it was made without a debugger.
    ///   - variant: the same code, built for looking inside.
    func start(_ replay: Witness, _ variant: Variant, by session: CheckSession) throws -> Never {
        let program = try find()
        let scenario = replay.scenarioAsFound
        let request = RecordingRequest(
            image: .file(variant.image), scenario: scenario, run: replay.run)
        let directory = session.builder.cache.root + "/debugged"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let file = "\(directory)/\(replay.id).json"
        try JSONEncoder().encode(request).write(to: URL(filePath: file), options: .atomic)
        // Two debuggers may look at one run, each at another place.
        let place = function.map { "-" + ContentHash.of([$0]) } ?? ""
        let script = "\(directory)/\(replay.id)\(place).\(debugger.rawValue)"
        let csrc = session.builder.checkout.csrc
        let lines = DebuggerScript(
            replay, sources: variant.sources, csrc: csrc, function: function)
        let text = debugger == .gdb ? lines.gdb : lines.lldb
        try Data(text.utf8).write(to: URL(filePath: script), options: .atomic)
        let arguments =
            debugger == .gdb
            ? [program, "-q", "-x", script, "--args"] : [program, "-s", script, "--"]
        execute(
            arguments + [
                Environment.executable ?? session.pool.executable, DebuggedRun.argument, file,
            ])
    }

    private func find() throws -> String {
        let paths = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        for path in paths where access("\(path)/\(debugger.rawValue)", X_OK) == 0 {
            return "\(path)/\(debugger.rawValue)"
        }
        throw CommandFailure(
            "--debug \(debugger.rawValue): not found in PATH; Debian has it in the package "
                + debugger.rawValue)
    }

    private func execute(_ arguments: [String]) -> Never {
        var words = arguments.map { strdup($0) }
        words.append(nil)
        // Whoever started us may have done so with signals blocked; a debugger that hears of no child
        // waits for ever.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        execv(arguments[0], words)
        complain("\(arguments[0]): cannot be started: \(String(cString: strerror(errno)))")
        Glibc.exit(2)
    }
}
