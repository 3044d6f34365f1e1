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
        let lines = script(replay, variant, session)
        let text = debugger == .gdb ? lines.gdb : lines.lldb
        // Two debuggers may look at one run, each at another place.
        let place = function.map { "-" + ContentHash.of([$0]) } ?? ""
        let files = try write(replay, variant, session, text, to: "\(place).\(debugger.rawValue)")
        let arguments =
            debugger == .gdb
            ? [program, "-q"] + Self.nothingLoaded + ["-x", files.script, "--args"]
            : [program, "-s", files.script, "--"]
        execute(arguments + debugged(files.run, session))
    }

    /// An image has no say in what gdb runs.
    private static let nothingLoaded = ["-iex", "set auto-load off"]

    /// What is entered in the run, with the values of arguments; in gdb, without anybody to ask.
    func steps(_ replay: Witness, _ variant: Variant, by session: CheckSession) throws -> String {
        let program = try find()
        let text = script(replay, variant, session).steps
        let files = try write(replay, variant, session, text, to: "-steps.gdb")
        // A debugger that hears of no child waits for ever.
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let completion = try Command(
            executable: program,
            arguments: ["-q", "-nx", "-batch"] + Self.nothingLoaded
                + ["-x", files.script, "--args"]
                + debugged(files.run, session)
        ).run()
        let listing = DebuggerScript.listing(in: String(anyBytes: completion.output))
        guard !listing.isEmpty else {
            throw CommandFailure("--step: gdb shows nothing of the run\n\(completion.messages)")
        }
        return listing
    }

    private func script(
        _ replay: Witness, _ variant: Variant, _ session: CheckSession
    ) -> DebuggerScript {
        DebuggerScript(
            replay, sources: variant.sources, csrc: session.builder.checkout.csrc,
            function: function)
    }

    /// The program that makes the run, and its arguments.
    private func debugged(_ run: String, _ session: CheckSession) -> [String] {
        [Environment.executable ?? session.pool.executable, DebuggedRun.argument, run]
    }

    /// The run and the script, as files.
    private func write(
        _ replay: Witness, _ variant: Variant, _ session: CheckSession, _ text: String,
        to name: String
    ) throws -> (run: String, script: String) {
        let request = RecordingRequest(
            image: .file(variant.image), scenario: replay.scenarioAsFound, run: replay.run)
        let directory = session.builder.cache.root + "/debugged"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let file = "\(directory)/\(replay.id).json"
        try JSONEncoder().encode(request).write(to: URL(filePath: file), options: .atomic)
        let script = "\(directory)/\(replay.id)\(name)"
        try Data(text.utf8).write(to: URL(filePath: script), options: .atomic)
        return (file, script)
    }

    /// The first one in PATH that can be started: a toolchain's lldb may lack a library here.
    private func find() throws -> String {
        let paths = (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":")
        var reason = "not found in PATH"
        for path in paths {
            let program = "\(path)/\(debugger.rawValue)"
            guard access(program, X_OK) == 0 else { continue }
            let version = try Command(executable: program, arguments: ["--version"]).run()
            if version.status == 0 { return program }
            reason = "\(program) cannot be started: \(version.messages)"
        }
        throw CommandFailure(
            "--debug \(debugger.rawValue): \(reason); Debian has it in the package "
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
