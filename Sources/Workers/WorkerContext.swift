// SPDX-License-Identifier: GPL-2.0-only

// The worker process: where code under test runs. It may do anything there, so nothing but this
// process depends on it: descriptors 0 to 2 lead nowhere that matters, what was found leaves
// through a pipe of its own, and when the parent is gone the worker goes too.
//
// Before code under test is loaded the process gives up what that code must not have, in two steps: to
// load an image, files are read and mapped as code; to make runs, none of that is needed.

import FoundationEssentials
import Glibc
import System

/// Descriptors that a worker is born with, besides 0 (its job), 1 (nowhere) and 2 (read by the
/// parent, for the last words of a process that dies).
enum WorkerDescriptor {
    static let page: Int32 = 3
    static let messages: Int32 = 4
    /// How a worker leaves that has found its descriptors closed.
    static let cutStatus: Int32 = 72
}

/// What a job has of the worker that it runs in.
package struct WorkerContext<Job: WorkerJob> {
    package let page: WorkerPage

    /// Sends what is known so far; the parent uses it if this worker dies.
    ///
    /// - Throws: `WorkerError` when the parent is gone.
    package func send(checkpoint: Job.Checkpoint) throws {
        try WorkerMessage.checkpoint.send(JSONEncoder().encode(checkpoint))
    }
}

/// The life of a worker process.
package enum Worker {
    /// Does the job on standard input.
    ///
    /// - Parameter jobs: all that there are; which one it is, its name says.
    /// - Returns: the process's exit status.
    package static func main(jobs: [any WorkerJob.Type]) -> Int32 {
        do {
            let order = try JobOrder.read(from: STDIN_FILENO)
            close(STDIN_FILENO)
            let page = try WorkerPage(
                inherited: WorkerDescriptor.page, isCareful: order.isCareful)
            guard let type = jobs.first(where: { $0.name == order.name }) else {
                throw WorkerError("no job is called \(order.name)")
            }
            do {
                try WorkerMessage.result.send(try perform(type, order, page))
            } catch {
                page.enter(.finished)
                try WorkerMessage.failure.send(JSONEncoder().encode("\(error)"))
            }
            return 0
        } catch {
            let message = "\(error)\n"
            write(STDERR_FILENO, message, message.utf8.count)
            return 70
        }
    }

    private static func perform<Job: WorkerJob>(
        _ type: Job.Type, _ order: JobOrder, _ page: WorkerPage
    ) throws -> Data {
        let job = try JSONDecoder().decode(type, from: order.job)
        let messages = WorkerDescriptor.messages
        // Before the second thread: what Landlock takes is taken from one thread and its own.
        if order.isConfined { try Sandbox.restrict(toReading: job.files) }
        leaveWithParent()
        if order.isConfined { try Sandbox.filterForLoading(messages: messages) }
        try job.load()
        if order.isConfined { try Sandbox.filterForRunning(messages: messages) }
        return try JSONEncoder().encode(try job.run(in: WorkerContext<Job>(page: page)))
    }

    /// A pipe whose reader is gone wakes this thread, and the process ends, even one that a patch
    /// keeps from ever writing again.
    private static func leaveWithParent() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { _ in
                var watched = pollfd(fd: WorkerDescriptor.messages, events: 0, revents: 0)
                while true {
                    guard poll(&watched, 1, -1) > 0, watched.revents != 0 else { continue }
                    // A run has closed it: that run is found by the next worker.
                    if watched.revents & Int16(POLLNVAL) != 0 { return nil }
                    _exit(71)
                }
            }, nil)
        pthread_detach(thread)
    }
}
