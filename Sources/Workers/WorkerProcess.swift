// SPDX-License-Identifier: GPL-2.0-only

// The parent's end of one worker: its process, its pipes, and when it last moved. Nothing here
// waits: whatever the code under test does to its process, the loop that looks after it goes on.

import FoundationEssentials
import Glibc
import System

/// A running worker.
final class WorkerProcess {
    /// Its process, and its process group.
    let pid: pid_t
    let page: WorkerPage
    /// Looks after every run whether its descriptors are still there.
    let isCareful: Bool
    /// Read end of the messages; -1 once it has ended.
    private(set) var messages: Int32
    /// Read end of what it writes to standard error; -1 once it has ended.
    private(set) var standardError: Int32
    private(set) var lastCheckpoint: Data?
    private var lines = LineBuffer()
    private var said: [UInt8] = []
    private var lastPulse: UInt64 = 0
    private var lastMoved = monotonicNanoseconds()
    private var lastMeasured = monotonicNanoseconds()
    /// Processor time that it has used, in seconds, as it was measured last.
    private(set) var processorSeconds = 0.0
    /// When its messages ended.
    private var fellSilent: UInt64?
    private var status: Int32 = 0
    private var isReaped = false
    private var killedBecause: WorkerEnd?

    /// A process that has closed its messages has so long to end, in nanoseconds.
    private static let graceOfSilent: UInt64 = 1_000_000_000

    /// Starts `executable worker` with a job.
    init(executable: String, order: JobOrder) throws {
        let input = try UnnamedFile(containing: Array(JSONEncoder().encode(order)))
        page = try WorkerPage()
        isCareful = order.isCareful
        let (messages, messagesEnd) = try WorkerProcess.makePipe()
        let (standardError, standardErrorEnd) = try WorkerProcess.makePipe()
        defer {
            close(messagesEnd)
            close(standardErrorEnd)
        }
        // Nothing for code under test to read. A worker that dies has no need of a backtrace of the
        // harness, which would take longer than a thousand runs.
        var environment = ["SWIFT_BACKTRACE": "enable=no"]
        environment["LD_LIBRARY_PATH"] = Environment.current["LD_LIBRARY_PATH"]
        if order.isConfined { environment.merge(Sandbox.wall) { $1 } }
        let child = ChildProcess(
            executable: executable, arguments: [executable, "worker"], environment: environment,
            descriptors: [
                STDIN_FILENO: .open(input.descriptor), STDOUT_FILENO: .discarded,
                STDERR_FILENO: .open(standardErrorEnd),
                WorkerDescriptor.page: .open(page.descriptor),
                WorkerDescriptor.messages: .open(messagesEnd),
            ],
            // The parent handles these. A worker that went first would count as one that the code
            // under test has killed.
            blockedSignals: [SIGINT, SIGTERM, SIGHUP],
            // What a worker starts is ended with it.
            leadsProcessGroup: true)
        do {
            pid = try child.start()
        } catch {
            close(messages)
            close(standardError)
            throw WorkerError("cannot start \(executable) as a worker: \(error)")
        }
        self.messages = messages
        self.standardError = standardError
    }

    deinit {
        if !isReaped {
            kill(pid, SIGKILL)
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
        endWhatItStarted()
        if messages >= 0 { close(messages) }
        if standardError >= 0 { close(standardError) }
    }

    /// The descriptors on which something may be to be read.
    var descriptors: [Int32] { [messages, standardError].filter { $0 >= 0 } }

    /// Takes what can be read from a descriptor without waiting; whole messages come back.
    func take(from descriptor: Int32) -> [(WorkerMessage, Data)] {
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
        return lines.take(buffer[..<count]).compactMap { line in
            guard let kind = WorkerMessage(rawValue: line[line.startIndex]) else { return nil }
            guard kind != .checkpoint else {
                lastCheckpoint = line.dropFirst()
                return nil
            }
            return (kind, line.dropFirst())
        }
    }

    /// Takes all that is there now, so that nothing which came with the worker's end is lost. Another
    /// process may have inherited the pipes and keep them open, so their end is not waited for.
    func takeRest() -> [(WorkerMessage, Data)] {
        var taken: [(WorkerMessage, Data)] = []
        while standardError >= 0, isReadable(standardError) { _ = take(from: standardError) }
        while messages >= 0, isReadable(messages) { taken += take(from: messages) }
        return taken
    }

    private func isReadable(_ descriptor: Int32) -> Bool {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&item, 1, 0) > 0
    }

    // MARK: - Its end

    /// The watchdog: kills it when it has stood still for too long, or can no longer answer.
    func watch(hangSeconds: Int) {
        guard killedBecause == nil else { return }
        let now = monotonicNanoseconds()
        let pulse = page.pulse
        if pulse != lastPulse {
            lastPulse = pulse
            lastMoved = now
        } else if now &- lastMoved > UInt64(hangSeconds) * 1_000_000_000 {
            end(because: .hang(seconds: hangSeconds))
        }
        if now &- lastMeasured > WorkerProcess.measuringInterval {
            lastMeasured = now
            measureProcessorTime()
            let mebibytes = residentMebibytes
            if mebibytes > WorkerProcess.memoryLimit { end(because: .memory(mebibytes: mebibytes)) }
        }
        guard messages < 0 else { return }
        if let fellSilent {
            if now &- fellSilent > WorkerProcess.graceOfSilent { end(because: .closedDescriptors) }
        } else {
            fellSilent = now
        }
    }

    /// How often its memory is measured, in nanoseconds.
    private static let measuringInterval: UInt64 = 200_000_000
    /// What it may use, in MiB. A world reserves 16 TiB of addresses, so that the kernel cannot be
    /// asked to hold a limit.
    private static let memoryLimit = 4096

    /// The memory that it uses; 0 if nobody knows.
    private var residentMebibytes: Int {
        guard let bytes = try? Disk.read("/proc/\(pid)/statm") else { return 0 }
        let fields = String(anyBytes: bytes).split(separator: " ")
        return fields.count > 1
            ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) >> 20 : 0
    }

    private func measureProcessorTime() {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else {
            return
        }
        processorSeconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func end(because reason: WorkerEnd) {
        killedBecause = reason
        kill(pid, SIGKILL)
    }

    /// Whether the process is gone, whatever its pipes say.
    func hasEnded() -> Bool {
        guard !isReaped else { return true }
        guard waitpid(pid, &status, WNOHANG) == pid else { return false }
        isReaped = true
        endWhatItStarted()
        return true
    }

    /// How it died; nil if it left in good order.
    var end: WorkerEnd? {
        if let killedBecause { return killedBecause }
        if status & 0x7f != 0 { return .signal(status & 0x7f) }
        let code = status >> 8 & 0xff
        return code == WorkerDescriptor.cutStatus ? .closedDescriptors : .exit(code)
    }

    /// The end of what it wrote to standard error, on one line.
    var lastWords: String {
        String(decoding: said, as: UTF8.self).split(separator: "\n").suffix(3)
            .joined(separator: " / ")
    }

    /// Ends the processes that code under test has started: those of the worker's group, and those
    /// that have left it but hold the pipe of its messages.
    private func endWhatItStarted() {
        kill(-pid, SIGKILL)
        var pipe = stat()
        guard messages >= 0, fstat(messages, &pipe) == 0 else { return }
        var item = pollfd(fd: messages, events: Int16(POLLIN), revents: 0)
        // Hung up: nobody else has it.
        guard poll(&item, 1, 0) == 0 || item.revents & Int16(POLLHUP) == 0 else { return }
        for holder in WorkerProcess.writers(ofPipe: pipe.st_ino) { kill(holder, SIGKILL) }
    }

    /// Processes, other than this one, that can write to a pipe.
    ///
    /// Another thread may be about to start a compiler: until its exec() that process has a copy of
    /// every descriptor of this one, all of them closed on exec. It is left alone.
    private static func writers(ofPipe inode: ino_t) -> [pid_t] {
        let link = "pipe:[\(inode)]"
        return Disk.names(in: "/proc").compactMap { pid_t($0) }.filter { process in
            guard process != getpid() else { return false }
            let folder = "/proc/\(process)"
            return Disk.names(in: "\(folder)/fd").contains { number in
                target(ofLink: "\(folder)/fd/\(number)") == link
                    && isInherited(descriptor: "\(folder)/fdinfo/\(number)")
            }
        }
    }

    /// Whether a descriptor can write and outlives an exec(), as those of a worker do.
    ///
    /// - Parameter descriptor: its file in a /proc/PID/fdinfo.
    private static func isInherited(descriptor: String) -> Bool {
        guard let lines = try? Disk.read(descriptor) else { return false }
        let flags = String(anyBytes: lines).split(separator: "\n")
            .first { $0.hasPrefix("flags:") }
            .flatMap { Int32($0.dropFirst(6).drop { $0 == "\t" }, radix: 8) }
        guard let flags else { return false }
        return flags & O_ACCMODE != O_RDONLY && flags & O_CLOEXEC == 0
    }

    private static func target(ofLink path: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = bytes.withUnsafeMutableBytes { readlink(path, $0.baseAddress!, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private static func makePipe() throws(WorkerError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw WorkerError("cannot make a pipe: \(lastError())")
        }
        // Out of the way of the numbers that a worker is given.
        let high = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
        for end in ends { close(end) }
        guard high.allSatisfy({ $0 >= 0 }) else {
            throw WorkerError("cannot keep a pipe: \(lastError())")
        }
        return (high[0], high[1])
    }
}
