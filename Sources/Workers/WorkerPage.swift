// SPDX-License-Identifier: GPL-2.0-only

// A page of memory that a worker and its parent share. The worker notes each run there before it
// makes it, at the price of a few stores; when the worker dies, the parent reads what killed it.
// What a run is, is its owner's business: to this file it is a position, a count, and words.
//
// What must hold: everything on it is plain memory. It stays readable after a worker that was killed
// at any instruction, and is not trusted after one whose memory was smashed. The file behind it has
// no name from the start, so nothing has to be cleaned up.

import Glibc
import System

/// The page on which a worker says what it is about to do.
package final class WorkerPage {
    /// What the worker is doing with the run.
    package enum Phase: UInt64 { case starting, running, judging, between, finished }

    /// Words that are the job's own.
    package static let wordCount = 508

    private static let size = 4096
    /// Phase, position, count and the parent's wish stand before the job's words.
    private static let headerCount = 4
    private let header: UnsafeMutablePointer<UInt64>
    private let words: UnsafeMutablePointer<UInt64>
    /// The file behind the page.
    let descriptor: Int32
    private let isOwner: Bool
    /// Before each run the worker looks whether the last one has left its descriptors alone. That
    /// costs a system call, so it is done only behind a worker that lost them.
    private let isCareful: Bool

    /// The parent's side: makes the page.
    init() throws {
        descriptor = try UnnamedFile().release()
        isOwner = true
        isCareful = false
        guard ftruncate(descriptor, off_t(WorkerPage.size)) == 0 else {
            throw WorkerError("cannot make a worker's page: \(lastError())")
        }
        header = try WorkerPage.map(descriptor)
        words = header + WorkerPage.headerCount
    }

    /// The worker's side: maps the page that it was started with.
    init(inherited: Int32, isCareful: Bool) throws {
        descriptor = inherited
        isOwner = false
        self.isCareful = isCareful
        header = try WorkerPage.map(inherited)
        words = header + WorkerPage.headerCount
    }

    deinit {
        munmap(header, WorkerPage.size)
        if isOwner { close(descriptor) }
    }

    private static func map(_ descriptor: Int32) throws -> UnsafeMutablePointer<UInt64> {
        guard let page = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            page != MAP_FAILED
        else { throw WorkerError("cannot map a worker's page: \(lastError())") }
        return page.bindMemory(to: UInt64.self, capacity: size / 8)
    }

    // MARK: - In the worker

    /// Called before anything of a new run is noted: what the last one did to the process is still
    /// that one's.
    @inline(__always)
    package func willNoteRun() {
        if isCareful { leaveIfCut() }
    }

    /// The run that was noted begins.
    ///
    /// - Parameters:
    ///   - position: where in the whole of its job the run stands.
    ///   - count: runs that the worker has made; moves with each one.
    @inline(__always)
    package func begin(at position: UInt64, count: UInt64) {
        header[1] = position
        header[2] = count
        header[0] = Phase.running.rawValue
    }

    @inline(__always)
    package func enter(_ phase: Phase) {
        if isCareful, phase != .judging { leaveIfCut() }
        header[0] = phase.rawValue
    }

    /// The parent wants the worker to end, and to send what it knows.
    package var isStopRequested: Bool { header[3] != 0 }

    private func leaveIfCut() {
        if fcntl(WorkerDescriptor.messages, F_GETFD) < 0 { _exit(WorkerDescriptor.cutStatus) }
    }

    // MARK: - On both sides

    /// One of the job's own words.
    package subscript(index: Int) -> UInt64 {
        @inline(__always) get { words[index] }
        @inline(__always) set { words[index] = newValue }
    }

    /// Copies bytes to the words from an index on; as many as there is room for.
    package func store(_ bytes: [UInt8], at index: Int) {
        let room = (WorkerPage.wordCount - index) * 8
        bytes.prefix(room).withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            UnsafeMutableRawPointer(words + index).copyMemory(from: start, byteCount: bytes.count)
        }
    }

    /// The bytes from an index on; nil where there is no room for so many.
    package func bytes(_ count: Int, at index: Int) -> [UInt8]? {
        guard count >= 0, count <= (WorkerPage.wordCount - index) * 8 else { return nil }
        return Array(UnsafeRawBufferPointer(start: words + index, count: count))
    }

    // MARK: - In the parent

    func requestStop() { header[3] = 1 }

    /// Nil where no worker of ours wrote it.
    package var phase: Phase? { Phase(rawValue: header[0]) }

    package var position: UInt64 { header[1] }

    package var count: UInt64 { header[2] }

    /// Moves whenever the worker does.
    var pulse: UInt64 { header[2] &* 8 &+ header[0] }
}
