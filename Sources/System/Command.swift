// SPDX-License-Identifier: GPL-2.0-only

// Tools, run to their end. Many can run at once: see `UnnamedFile` for why none of them blocks.

import Glibc
import Synchronization

/// A tool, its arguments, and what it finds.
package struct Command: Sendable {
    /// An absolute path.
    package var executable: String
    package var arguments: [String]
    /// Changes to the environment, nil for a variable to take out. The rest is inherited, but for
    /// the language: what tools say is read here.
    package var environment: [String: String?]
    package var input: [UInt8]
    /// What it is left of this system, for a tool that reads what a stranger may have written; nil
    /// for all. In it, only `environment` and what programs are found by is handed on.
    package var confinement: Sandbox.Confinement?
    /// The file that it works on, which an error names in place of the tool; nil for none.
    package var subject: String?
    /// A tool that takes longer is ended.
    package var seconds = 300

    package init(
        executable: String, arguments: [String], environment: [String: String?] = [:],
        input: [UInt8] = [], confinement: Sandbox.Confinement? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.confinement = confinement
    }

    /// What a finished tool has left.
    package struct Completion: Sendable {
        /// The exit code.
        package let status: Int32
        package let output: [UInt8]
        /// What it wrote to standard error.
        package let messages: String
    }

    /// Runs the tool to its end.
    ///
    /// - Throws: `QuestionError` if it cannot be started, or if a signal ended it: whoever sent that,
    ///   it is no answer to what the tool was asked. Its own failure is in the status.
    package func run() throws -> Completion {
        let input = try UnnamedFile(containing: input)
        let output = try UnnamedFile()
        let errors = try UnnamedFile()
        let child: pid_t
        do {
            child = try start(input.descriptor, output.descriptor, errors.descriptor)
        } catch {
            throw QuestionError(
                .toolchain, file: executable, reason: "cannot be started: \(error)")
        }
        Command.running.withLock { _ = $0.insert(child) }
        let ended = ChildProcess.wait(for: child, atMost: seconds)
        Command.running.withLock { _ = $0.remove(child) }
        let messages = String(anyBytes: try errors.contents())
        guard let status = ended else {
            throw failure("was ended: it took longer than \(seconds) s", messages)
        }
        let signal = status & 0x7f
        guard signal == 0 else {
            throw failure("was ended by \(signalName(signal))\(why(signal, messages))", messages)
        }
        return Completion(
            status: (status >> 8) & 0xff, output: try output.contents(), messages: messages)
    }

    private func failure(_ reason: String, _ messages: String) -> QuestionError {
        guard let subject else {
            return QuestionError(
                .toolchain, file: executable, reason: reason,
                notes: ["its arguments: \(arguments.joined(separator: " "))"], output: messages)
        }
        return QuestionError(
            .toolchain, file: subject, reason: "\(fileName(executable)) \(reason)",
            output: messages)
    }

    /// Which limit a signal stands for, as a part of a sentence.
    private func why(_ signal: Int32, _ messages: String) -> String {
        guard let confinement else { return "" }
        switch signal {
        case SIGXFSZ: return ": it wrote more than \(confinement.fileSize >> 20) MiB"
        case SIGXCPU: return ": it computed for more than \(confinement.processorSeconds) s"
        case SIGABRT where messages.contains("out of memory"):
            return ": it took more than \(confinement.memory >> 20) MiB of memory"
        default: return ""
        }
    }

    private func start(
        _ input: Int32, _ output: Int32, _ errors: Int32
    ) throws(ChildProcess.StartError) -> pid_t {
        var variables = Environment.current
        let confinement = Sandbox.isOff ? nil : confinement
        if let confinement {
            variables = variables.filter { Command.handedOn.contains($0.key) }
            variables["TMPDIR"] = confinement.writable.first ?? "/nonexistent"
            // A compiler that crashes is one line here, and takes a minute to name its own functions.
            variables["LLVM_DISABLE_SYMBOLIZATION"] = "1"
        }
        variables["LC_ALL"] = "C"
        for (name, value) in environment { variables[name] = value }
        if let confinement {
            return try Sandbox.start(
                executable, arguments, environment: variables,
                descriptors: (input, output, errors), in: confinement)
        }
        return try ChildProcess(
            executable: executable, arguments: [executable] + arguments, environment: variables,
            descriptors: [
                STDIN_FILENO: .open(input), STDOUT_FILENO: .open(output),
                STDERR_FILENO: .open(errors),
            ]
        ).start()
    }

    /// Variables by which programs and their libraries are found.
    private static let handedOn: Set = ["PATH", "LD_LIBRARY_PATH"]

    /// The tools that run now, for an interrupt.
    private static let running = Mutex<Set<pid_t>>([])

    /// Ends every tool that this process has started.
    static func terminateAll() {
        running.withLock { for child in $0 { kill(child, SIGTERM) } }
    }
}
