// SPDX-License-Identifier: GPL-2.0-only

// The parent's end of one worker: its process, its pipes, and when it last moved.

import FoundationEssentials
import Glibc

/// A running worker.
final class WorkerProcess {
    let pid: pid_t
    let page: ProgressPage
    /// Read end of the messages; -1 once it has ended.
    private(set) var messages: Int32
    /// Read end of what it writes to standard error; -1 once it has ended.
    private(set) var standardError: Int32
    private var lines = LineBuffer()
    private var lastCheckpoint: Data?
    private var said: [UInt8] = []
    private var lastPulse: UInt64 = 0
    private var lastMoved = monotonicNanoseconds()
    private(set) var isReaped = false
    private(set) var status: Int32 = 0
    /// Killed by us, because it stood still.
    private(set) var wasHung = false

    /// Starts `executable worker` with a job.
    init(executable: String, job: Job) throws(WorkerError) {
        let input: Int32
        do {
            input = try unnamedFile(containing: JSONEncoder().encode(job))
        } catch {
            throw WorkerError("\(error)")
        }
        defer { close(input) }
        page = try ProgressPage()
        let (messages, messagesEnd) = try WorkerProcess.makePipe()
        let (standardError, standardErrorEnd) = try WorkerProcess.makePipe()
        defer {
            close(messagesEnd)
            close(standardErrorEnd)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, standardErrorEnd, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, page.descriptor, WorkerDescriptor.page)
        posix_spawn_file_actions_adddup2(&actions, messagesEnd, WorkerDescriptor.messages)
        let arguments: [UnsafeMutablePointer<CChar>?] =
            [strdup(executable), strdup("worker"), nil]
        defer { for argument in arguments { free(argument) } }
        let environment = WorkerProcess.environment.map { strdup($0) }
        defer { for variable in environment { free(variable) } }
        var pid: pid_t = 0
        let result = WorkerProcess.withoutInterrupts { attributes in
            posix_spawn(
                &pid, executable, &actions, attributes, arguments, environment + [nil])
        }
        guard result == 0 else {
            close(messages)
            close(standardError)
            throw WorkerError(
                "cannot start \(executable) as a worker: \(String(cString: strerror(result)))")
        }
        self.pid = pid
        self.messages = messages
        self.standardError = standardError
    }

    deinit {
        if !isReaped {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
        if messages >= 0 { close(messages) }
        if standardError >= 0 { close(standardError) }
    }

    /// Takes what can be read from one of the two pipes without waiting; whole messages come back.
    func take(from descriptor: Int32) throws -> [Message] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 { return [] }
        if count == 0 {
            close(descriptor)
            if descriptor == messages { messages = -1 } else { standardError = -1 }
            return []
        }
        guard descriptor == messages else {
            said = (said + buffer[..<count]).suffix(2048)
            return []
        }
        lastMoved = monotonicNanoseconds()
        return try lines.take(buffer[..<count]).compactMap { line in
            guard line.first != checkpointMark else {
                lastCheckpoint = line
                return nil
            }
            return try JSONDecoder().decode(Message.self, from: line)
        }
    }

    /// The last checkpoint that it sent.
    func checkpoint() throws -> Tally? { try checkpoint(as: Tally.self) }

    func checkpoint<T: Decodable>(as type: T.Type) throws -> T? {
        try lastCheckpoint.map { try JSONDecoder().decode(type, from: $0.dropFirst()) }
    }

    /// Kills it when it has stood still for too long.
    func killIfHung(after seconds: Int) {
        let now = monotonicNanoseconds()
        let pulse = page.pulse
        if pulse != lastPulse {
            lastPulse = pulse
            lastMoved = now
        } else if now &- lastMoved > UInt64(seconds) * 1_000_000_000, !wasHung {
            wasHung = true
            kill(pid, SIGKILL)
        }
    }

    /// Waits for its end; call when it has nothing more to say. One that does not go is killed.
    func reap() {
        for _ in 0..<1000 {
            if hasEnded() { return }
            usleep(1000)
        }
        kill(pid, SIGKILL)
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        isReaped = true
    }

    /// Whether the process is gone, whatever its pipes say: somebody else may have inherited them.
    func hasEnded() -> Bool {
        guard !isReaped else { return true }
        guard waitpid(pid, &status, WNOHANG) == pid else { return false }
        isReaped = true
        return true
    }

    /// How it died; nil if it left in good order.
    func cause(hangSeconds: Int) -> Death.Cause? {
        if wasHung { return .hang(seconds: hangSeconds) }
        if status & 0x7f != 0 { return .signal(status & 0x7f) }
        return .exit(status >> 8 & 0xff)
    }

    /// The end of what it wrote to standard error, on one line.
    var lastWords: String {
        String(decoding: said, as: UTF8.self).split(separator: "\n").suffix(3)
            .joined(separator: " / ")
    }

    /// Ours, but a worker that dies has no need of a backtrace of the harness, which would take
    /// longer than a thousand runs.
    private static let environment: [String] = {
        var variables = ["SWIFT_BACKTRACE=enable=no"]
        var entry = environ
        while let variable = entry.pointee {
            let text = String(cString: variable)
            if !text.hasPrefix("SWIFT_BACKTRACE=") { variables.append(text) }
            entry += 1
        }
        return variables
    }()

    /// Attributes of a process that no keyboard and no scheduler stops: they mean the parent, and a
    /// worker that went before it has said what it found would count as one that the code under test
    /// has killed.
    private static func withoutInterrupts(
        _ body: (UnsafePointer<posix_spawnattr_t>) -> Int32
    ) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        pthread_sigmask(SIG_SETMASK, nil, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        return body(&attributes)
    }

    private static func makePipe() throws(WorkerError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw WorkerError("cannot make a pipe: \(lastError())") }
        // Out of the way of the numbers that a worker is given.
        let high = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
        for end in ends { close(end) }
        guard high.allSatisfy({ $0 >= 0 }) else {
            throw WorkerError("cannot keep a pipe: \(lastError())")
        }
        return (high[0], high[1])
    }
}
