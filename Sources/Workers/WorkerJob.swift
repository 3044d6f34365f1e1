// SPDX-License-Identifier: GPL-2.0-only

// What a job is to the process that runs it. A job is a value: it goes to a worker as JSON, and a
// result comes back the same way. The code under test runs in the worker and may kill it at any
// instruction, so the job itself says what becomes of the rest: it goes on from the last checkpoint
// without the run that killed the worker, or it ends there.

/// Something to be done in a worker process.
package protocol WorkerJob: Codable, Sendable {
    /// What comes of it.
    associatedtype Result: Codable & Sendable
    /// What a worker sends on the way, to be used if it dies.
    associatedtype Checkpoint: Codable & Sendable = Result

    /// Tells the jobs of one executable apart.
    static var name: String { get }

    /// The code under test: the only files that a worker reaches.
    var files: [String] { get }

    /// Loads the code under test. Called in the worker, which can load no more afterwards.
    func load() throws

    /// Does the job. Called in the worker.
    ///
    /// - Throws: anything; the parent gets it as a `WorkerError`, and no result counts.
    func run(in worker: WorkerContext<Self>) throws -> Result

    /// The job as it is handed to a worker that starts now.
    ///
    /// - Parameter seconds: since the whole began.
    func starting(after seconds: Double) -> Self

    /// What is done behind a death. Called in the parent.
    ///
    /// - Throws: `WorkerError` where the death is the harness's own fault.
    func resume(after death: WorkerDeath<Checkpoint>) throws -> Continuation<Self>

    /// Whether a user's interrupt ends the job early, with what it knows by then.
    static var endsEarly: Bool { get }

    /// Whether a job whose runs take too long is ended like one that is interrupted.
    static var isLimited: Bool { get }

    /// The result of a job that was interrupted before it ended by itself.
    ///
    /// - Parameter checkpoint: the last one; nil where the job never began or sent none.
    func interrupted(at checkpoint: Checkpoint?) -> Result?

    /// What is wrong with a result, as far as the parent can tell, as a part of a sentence: code
    /// under test runs in the process that sends it. Nil for nothing.
    ///
    /// - Parameter isWhole: nobody has asked the worker to stop.
    func objection(to result: Result, isWhole: Bool) -> String?

    /// The same for what a worker sent on the way.
    func objection(to checkpoint: Checkpoint) -> String?

    /// How far jobs have come, for a person who waits.
    static func progress(of jobs: [JobState<Self>], after seconds: Double) -> Progress
}

/// What a job does behind a death.
package enum Continuation<Job: WorkerJob> {
    /// Another worker takes this job. What is kept counts beside that worker's result.
    case again(Job, keeping: Job.Result? = nil)
    /// The job has ended.
    case ended(Job, Job.Result)
}

/// A job on its way, as its owner sees it.
package struct JobState<Job: WorkerJob>: Sendable {
    /// As it was handed out last.
    package var job: Job
    /// Those of all workers that it took, in order.
    package var results: [Job.Result] = []
    package var isFinished = false
    /// It took too long, and was ended early.
    package var isCutShort = false
    /// Runs made by the worker that is at it.
    package var runs = 0
    /// What that worker noted last as its position.
    package var position: UInt64 = 0
    /// When its first worker was started and its last one ended, in nanoseconds of the monotonic
    /// clock.
    package var started: UInt64 = 0
    package var ended: UInt64 = 0
}

extension WorkerJob {
    package var files: [String] { [] }

    package func load() throws {}

    package func starting(after seconds: Double) -> Self { self }

    /// Behind a job that knows no better, a death is an error of the harness.
    package func resume(after death: WorkerDeath<Checkpoint>) throws -> Continuation<Self> {
        throw WorkerError("a worker died before it answered: \(death.lastWords)")
    }

    package static var endsEarly: Bool { false }

    package static var isLimited: Bool { false }

    package func interrupted(at checkpoint: Checkpoint?) -> Result? { nil }

    package func objection(to result: Result, isWhole: Bool) -> String? { nil }

    package func objection(to checkpoint: Checkpoint) -> String? { nil }

    package static func progress(
        of jobs: [JobState<Self>], after seconds: Double
    ) -> Progress {
        Progress(
            runs: jobs.reduce(0) { $0 + $1.runs }, finishedShards: jobs.count(where: \.isFinished),
            shards: jobs.count, seconds: seconds)
    }
}

/// What went wrong between us and a worker; never the fault of the code under test.
package struct WorkerError: Error, CustomStringConvertible, Sendable {
    package let description: String
    package init(_ description: String) { self.description = description }

    /// A worker says what a worker of ours cannot say.
    package static func tampered(_ objection: String) -> WorkerError {
        WorkerError(
            "the worker was tampered with: \(objection); there is no verdict on code that writes to "
                + "the process that judges it")
    }
}
