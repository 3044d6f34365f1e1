// SPDX-License-Identifier: GPL-2.0-only

// What parent and worker say to each other: one order goes in on standard input, and messages come
// back, a line each: a mark, and JSON behind it. Both ends are the same executable, so the format is
// private to it.

import FoundationEssentials
import Glibc
import System

/// What a worker is started for.
struct JobOrder: Codable {
    var name: String
    /// See `WorkerPage.willNoteRun()`.
    var isCareful: Bool
    /// Whether the worker gives up what code under test must not have.
    var isConfined: Bool
    var job: Data

    /// In a file that a worker can read.
    static func read(from descriptor: Int32) throws -> JobOrder {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw WorkerError("cannot read the job: \(lastError())") }
            if count == 0 { break }
            data.append(contentsOf: buffer[..<count])
        }
        return try JSONDecoder().decode(JobOrder.self, from: data)
    }
}

/// What a message of a worker is; its first byte.
enum WorkerMessage: UInt8 {
    /// What is known so far. The parent keeps the last one as it came, and reads it only if the
    /// worker dies.
    case checkpoint = 0x40
    /// The job is done.
    case result = 0x3d
    /// The harness itself failed: nothing may be concluded.
    case failure = 0x21

    /// Writes it to the parent, in the worker.
    func send(_ body: Data) throws {
        var line = Data([rawValue]) + body
        line.append(UInt8(ascii: "\n"))
        try line.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = write(
                    WorkerDescriptor.messages, bytes.baseAddress! + sent, bytes.count - sent)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw WorkerError("the parent is gone") }
                sent += count
            }
        }
    }
}

/// Splits a byte stream into lines; what is behind the last newline waits for more. A message may be
/// megabytes long and comes in pieces of a pipe's size, so each byte is looked at once.
package struct LineBuffer {
    private var pending = Data()

    package init() {}

    package mutating func take(_ bytes: some Collection<UInt8>) -> [Data] {
        let newline = UInt8(ascii: "\n")
        var lines: [Data] = []
        var rest = Array(bytes)[...]
        while let end = rest.firstIndex(of: newline) {
            pending.append(contentsOf: rest[..<end])
            if !pending.isEmpty { lines.append(pending) }
            pending = Data()
            rest = rest[(end + 1)...]
        }
        pending.append(contentsOf: rest)
        return lines
    }
}
