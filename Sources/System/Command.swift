// SPDX-License-Identifier: GPL-2.0-only

// Starting tools. Output goes to files that have no name any more, not to pipes: nobody has to read
// while the tool runs, so a tool can neither block nor be blocked, and many can run at once.

import Dispatch
import Glibc
import Synchronization

/// A tool, its arguments, and what it is to find.
package struct Command: Sendable {
    /// An absolute path.
    package var executable: String
    package var arguments: [String]
    /// Changes to the environment, nil for variables to be taken out; the rest is inherited.
    package var environment: [String: String?] = [:]
    package var input: [UInt8] = []

    package init(
        executable: String, arguments: [String], environment: [String: String?] = [:],
        input: [UInt8] = []
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.input = input
    }

    /// What a finished tool left.
    package struct Completion: Sendable {
        /// The exit code; 128 and the signal's number if it was killed.
        package var status: Int32
        package var output: [UInt8]
        package var errors: [UInt8]

        package init(status: Int32, output: [UInt8], errors: [UInt8]) {
            self.status = status
            self.output = output
            self.errors = errors
        }

        /// Output or messages as text.
        package var words: String { String(anyBytes: errors) }
    }

    /// Runs the tool to its end.
    ///
    /// - Throws: `QuestionError` if it cannot be started; its own failure is in the status.
    package func run() throws -> Completion {
        let input = try Unnamed()
        let output = try Unnamed()
        let errors = try Unnamed()
        if !self.input.isEmpty { try input.fill(self.input) }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.descriptor, 0)
        posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.descriptor, 2)

        var merged = Environment.current
        merged["LC_ALL"] = "C"
        for (name, value) in environment { merged[name] = value }
        let variables = merged.map { "\($0)=\($1)" }
        var child = pid_t()
        let failure = withCStrings([executable] + arguments) { arguments in
            withCStrings(variables) { variables in
                posix_spawn(&child, executable, &actions, nil, arguments, variables)
            }
        }
        guard failure == 0 else {
            throw QuestionError(
                .toolchain, file: executable,
                reason: "cannot be started: \(String(cString: strerror(failure)))")
        }
        Command.running.withLock { _ = $0.insert(child) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        Command.running.withLock { _ = $0.remove(child) }
        let signal = status & 0x7f
        return Completion(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal,
            output: try output.contents(), errors: try errors.contents())
    }

    /// Runs tools side by side and answers in the order of `commands`.
    package static func run(_ commands: [Command], atMost limit: Int) -> [Result<
        Completion, QuestionError
    >] {
        concurrently(commands.count, atMost: limit) { index in
            do {
                return .success(try commands[index].run())
            } catch {
                return .failure(
                    error as? QuestionError ?? QuestionError(.toolchain, reason: "\(error)"))
            }
        }
    }

    /// The tools that run now, for an interrupt.
    private static let running = Mutex<Set<pid_t>>([])

    /// Ends every tool that this process has started.
    package static func terminateAll() {
        running.withLock { for child in $0 { kill(child, SIGTERM) } }
    }
}

/// Calls `body` with 0 ..< `count` on up to `limit` threads; results in order.
package func concurrently<R: Sendable>(
    _ count: Int, atMost limit: Int, _ body: @Sendable (Int) -> R
) -> [R] {
    guard count > 1, limit > 1 else { return (0..<count).map(body) }
    let next = Mutex(0)
    let results = Mutex([R?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: min(count, limit)) { _ in
        while true {
            let index = next.withLock { next -> Int in
                defer { next += 1 }
                return next
            }
            guard index < count else { return }
            let result = body(index)
            results.withLock { $0[index] = result }
        }
    }
    return results.withLock { $0.map { $0! } }
}

/// A file without a name, gone when the last descriptor is.
private struct Unnamed: ~Copyable {
    let descriptor: Int32

    init() throws {
        // mkstemp would do, but sets no close-on-exec: another thread's child would keep the file.
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        for _ in 0..<100 {
            let path = "\(directory)/faultline-\(getpid())-\(UInt64.random(in: 0 ... .max))"
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                unlink(path)
                self.descriptor = descriptor
                return
            }
            guard errno == EEXIST else { break }
        }
        throw QuestionError(
            .disk, file: directory,
            reason: "takes no temporary file: \(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    func fill(_ bytes: [UInt8]) throws {
        try Disk.write(bytes, to: descriptor, named: "temporary file")
        lseek(descriptor, 0, SEEK_SET)
    }

    func contents() throws -> [UInt8] {
        lseek(descriptor, 0, SEEK_SET)
        return try Disk.read(descriptor, named: "temporary file")
    }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<R>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
) -> R {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
}
