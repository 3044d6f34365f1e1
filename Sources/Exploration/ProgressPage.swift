// SPDX-License-Identifier: GPL-2.0-only

// A page of memory that a worker and its parent share. The worker notes each run there before it
// makes it, at the price of a few stores; when the worker dies, the parent reads what killed it.
// The file behind it has no name from the start, so nothing has to be cleaned up.

import FoundationEssentials
import Glibc
import Machine

/// The page on which a worker says what it is about to do.
///
/// Everything in it is plain memory: it must stay readable after a worker that was killed at any
/// instruction, and must not be trusted after one whose memory was smashed.
final class ProgressPage {
    /// What the worker is doing with the run.
    enum Phase: UInt64, Codable { case starting, running, judging, between, finished }

    /// What the parent reads.
    struct Note {
        var phase: Phase
        var ordinal: RunOrdinal
        /// Runs made so far by this worker.
        var runs: UInt64
        var injections: [Injection]
    }

    private static let size = 4096
    private static let injectionLimit = 8
    private static let choiceLimit = 3500
    private let words: UnsafeMutablePointer<UInt64>
    /// The file behind the page; owned by the parent's side only.
    let descriptor: Int32
    private let ownsDescriptor: Bool

    /// The parent's side: makes the page.
    init() throws(WorkerError) {
        descriptor = try unnamedFile()
        ownsDescriptor = true
        guard ftruncate(descriptor, off_t(ProgressPage.size)) == 0 else {
            throw WorkerError("cannot make a progress page: \(lastError())")
        }
        words = try ProgressPage.map(descriptor)
    }

    /// The worker's side: maps the page that it was started with.
    init(inherited: Int32) throws(WorkerError) {
        descriptor = inherited
        ownsDescriptor = false
        words = try ProgressPage.map(inherited)
    }

    deinit {
        munmap(words, ProgressPage.size)
        if ownsDescriptor { close(descriptor) }
    }

    private static func map(
        _ descriptor: Int32
    ) throws(WorkerError) -> UnsafeMutablePointer<UInt64> {
        guard let page = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            page != MAP_FAILED
        else { throw WorkerError("cannot map a progress page: \(lastError())") }
        return page.bindMemory(to: UInt64.self, capacity: size / 8)
    }

    /// Layout: phase, ordinal, runs, count of injections, then three words for each.
    @inline(__always)
    func begin(_ ordinal: RunOrdinal, runs: UInt64, injections: borrowing [Injection]) {
        words[1] = ordinal.packed
        words[2] = runs
        let count = min(injections.count, ProgressPage.injectionLimit)
        words[3] = UInt64(count)
        for index in 0..<count {
            let injection = injections[index]
            words[4 + 3 * index] = UInt64(injection.task)
            words[5 + 3 * index] = UInt64(injection.nth)
            words[6 + 3 * index] = UInt64(bitPattern: Int64(injection.error))
        }
        words[0] = Phase.running.rawValue
    }

    /// What a run's order is, for those whose ordinal does not say it: behind the injections.
    func note(_ schedule: borrowing Schedule, recordsSteps: Bool) {
        let count = min(schedule.choices.count, ProgressPage.choiceLimit)
        words[32] = UInt64(schedule.policy.rawValue)
        words[33] = schedule.seed
        words[34] = UInt64(schedule.depth) | UInt64(schedule.length) << 32
        words[35] = UInt64(count) | (recordsSteps ? 1 << 32 : 0)
        schedule.choices.withUnsafeBytes { choices in
            guard count > 0 else { return }
            UnsafeMutableRawPointer(words + 36).copyMemory(
                from: choices.baseAddress!, byteCount: count)
        }
    }

    /// The order that was noted; nil if it cannot be what a worker of ours wrote.
    func readSchedule() -> (schedule: Schedule, recordsSteps: Bool)? {
        let count = Int(truncatingIfNeeded: words[35] & 0xffff_ffff)
        guard count <= ProgressPage.choiceLimit,
            let policy = Schedule.Policy(rawValue: UInt32(truncatingIfNeeded: words[32]))
        else { return nil }
        let bytes = UnsafeRawBufferPointer(start: words + 36, count: count)
        guard bytes.allSatisfy({ $0 < 4 }) else { return nil }
        var schedule = Schedule(choices: Array(bytes), policy: policy, seed: words[33])
        schedule.depth = UInt32(truncatingIfNeeded: words[34])
        schedule.length = UInt32(truncatingIfNeeded: words[34] >> 32)
        return (schedule, words[35] >> 32 & 1 != 0)
    }

    @inline(__always)
    func enter(_ phase: Phase) { words[0] = phase.rawValue }

    /// The one word that the parent writes: the worker is to come to an end, and to send what it has.
    func requestStop() { words[28] = 1 }

    var isStopRequested: Bool { words[28] != 0 }

    /// Blank, for the next worker.
    func clear() {
        for index in 0..<4 { words[index] = 0 }
    }

    /// Moves whenever the worker does.
    var pulse: UInt64 { words[2] &* 8 &+ words[0] }

    var runs: Int { Int(truncatingIfNeeded: words[2]) }

    /// Which scenario it is at.
    var place: UInt32 { RunOrdinal(packed: words[1]).scenario }

    /// What stands on the page; nil if it cannot be what a worker of ours wrote.
    func read(scenarios: Int) -> Note? {
        guard let phase = Phase(rawValue: words[0]), words[3] <= ProgressPage.injectionLimit else {
            return nil
        }
        let ordinal = RunOrdinal(packed: words[1])
        guard Int(ordinal.scenario) < scenarios else { return nil }
        var injections: [Injection] = []
        for index in 0..<Int(words[3]) {
            guard let task = UInt32(exactly: words[4 + 3 * index]),
                let nth = UInt32(exactly: words[5 + 3 * index]),
                let error = Int32(exactly: Int64(bitPattern: words[6 + 3 * index]))
            else { return nil }
            injections.append(Injection(task: task, nth: nth, error: error))
        }
        return Note(phase: phase, ordinal: ordinal, runs: words[2], injections: injections)
    }
}

/// A file without a name, open for reading and writing, closed in children.
func unnamedFile(containing contents: Data = Data()) throws(WorkerError) -> Int32 {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(directory)/faultline.XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
        throw WorkerError("cannot make a temporary file in \(directory): \(lastError())")
    }
    unlink(template)
    let high = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
    close(descriptor)
    guard high >= 0 else { throw WorkerError("cannot keep a temporary file: \(lastError())") }
    let written = contents.withUnsafeBytes { bytes in
        bytes.isEmpty ? 0 : write(high, bytes.baseAddress, bytes.count)
    }
    guard written == contents.count, lseek(high, 0, SEEK_SET) == 0 else {
        close(high)
        throw WorkerError("cannot write a temporary file in \(directory): \(lastError())")
    }
    return high
}

func lastError() -> String { String(cString: strerror(errno)) }
