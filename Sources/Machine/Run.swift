// SPDX-License-Identifier: GPL-2.0-only

// A run, as it is passed to C. Every part is stored in the ABI's layout, so that making the same
// `Run` again, or with another injection, converts and allocates nothing.

import CFaultline

/// Which task runs next.
public struct Schedule: Hashable, Codable, Sendable {
    /// How tasks are chosen after the last of the choices.
    public enum Policy: UInt32, Hashable, Codable, Sendable {
        /// A task runs until it ends or blocks; then the lowest-numbered one that can run.
        case inOrder
        /// Switch at every scheduling point.
        case roundRobin
        /// Uniform among the runnable, from the seed.
        case random
        /// Like `inOrder`, but skips a task that would only queue for a lock as long as another can
        /// run.
        case unstuck
        /// The task of highest priority. The seed determines the priorities, and the points at
        /// which the running task gets the lowest one.
        case priority
    }

    /// Task numbers, one for each scheduling point at which more than one task could run; in a
    /// run that records steps, one for each step.
    public var choices: [UInt8]
    public var policy: Policy
    public var seed: UInt64
    /// For `priority`: one more than the number of those points.
    public var depth: UInt32 = 0
    /// For `priority`: the number of choices among which those points are.
    public var length: UInt32 = 0

    public init(choices: [UInt8] = [], policy: Policy = .inOrder, seed: UInt64 = 0) {
        self.choices = choices
        self.policy = policy
        self.seed = seed
    }

    /// Files from before there were priorities have no depth and no length.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        choices = try values.decode([UInt8].self, forKey: .choices)
        policy = try values.decode(Policy.self, forKey: .policy)
        seed = try values.decode(UInt64.self, forKey: .seed)
        depth = try values.decodeIfPresent(UInt32.self, forKey: .depth) ?? 0
        length = try values.decodeIfPresent(UInt32.self, forKey: .length) ?? 0
    }

    /// Each task to its end, one after the other.
    public static let inOrder = Schedule()
}

/// One run: a world, what its tasks do there, what fails, and in which order they run.
public struct Run: Hashable, Codable, Sendable {
    public var geometry: Geometry
    public var operations: [Operation]
    public var injections: [Injection]
    public var schedule: Schedule
    /// No events and no audit: for benchmarks.
    public var isQuiet: Bool
    /// Every scheduling point ends a step, and the accesses of steps are recorded: for order
    /// strategies.
    public var recordsSteps = false
    /// Basic blocks of slice code before a loop counts as endless; 0 for the machine's default.
    public var budget: UInt64

    public init(
        geometry: Geometry, operations: [Operation], injections: [Injection] = [],
        schedule: Schedule = .inOrder, isQuiet: Bool = false, budget: UInt64 = 0
    ) {
        self.geometry = geometry
        self.operations = operations
        self.injections = injections
        self.schedule = schedule
        self.isQuiet = isQuiet
        self.budget = budget
    }

    /// Files from before there were steps do not record them.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        geometry = try values.decode(Geometry.self, forKey: .geometry)
        operations = try values.decode([Operation].self, forKey: .operations)
        injections = try values.decode([Injection].self, forKey: .injections)
        schedule = try values.decode(Schedule.self, forKey: .schedule)
        isQuiet = try values.decode(Bool.self, forKey: .isQuiet)
        recordsSteps = try values.decodeIfPresent(Bool.self, forKey: .recordsSteps) ?? false
        budget = try values.decode(UInt64.self, forKey: .budget)
    }

    /// Lends the run in the ABI's layout; the pointer is valid only inside `body`.
    func withRaw<R>(_ body: (UnsafePointer<fl_run>) throws -> R) rethrows -> R {
        try withUnsafePointer(to: geometry.raw) { geometry in
            try operations.withUnsafeBytes { operations in
                try injections.withUnsafeBytes { injections in
                    try schedule.choices.withUnsafeBufferPointer { choices in
                        var raw = fl_run()
                        raw.geometry = geometry
                        raw.ops = operations.bindMemory(to: fl_op.self).baseAddress
                        raw.nr_ops = UInt32(self.operations.count)
                        raw.injections = injections.bindMemory(to: fl_injection.self).baseAddress
                        raw.nr_injections = UInt32(self.injections.count)
                        raw.schedule.choices = choices.baseAddress
                        raw.schedule.nr_choices = UInt32(choices.count)
                        raw.schedule.policy = schedule.policy.rawValue
                        raw.schedule.seed = schedule.seed
                        raw.schedule.depth = schedule.depth
                        raw.schedule.length = schedule.length
                        raw.flags =
                            (isQuiet ? UInt32(FL_RUN_QUIET) : 0)
                            | (recordsSteps ? UInt32(FL_RUN_STEPS) : 0)
                        raw.budget = budget
                        return try withUnsafePointer(to: raw, body)
                    }
                }
            }
        }
    }
}
