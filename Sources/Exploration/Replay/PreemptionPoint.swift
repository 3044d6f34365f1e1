// SPDX-License-Identifier: GPL-2.0-only

// An order in terms that outlive a change of the code: not the n-th scheduling point, but "task 1
// gives way to task 0 in dax_insert_mapping_entry(), having taken tree_lock there for the second
// time". Only where an order does something else than running one task after the other there is a
// mark, so a witness has as many of them as it has preemptions, and few more.

import Machine

/// A place where an order goes on with another task than an order without marks would.
package struct PreemptionPoint: Codable, Hashable, Sendable {
    /// Where a task stands: what it did last, and for which time within its operation.
    package struct Place: Codable, Hashable, Sendable {
        package var task: Int
        /// Index of its operation; -1: before its first.
        package var operation: Int
        /// Innermost function of the code under test; empty for the machine's own doing.
        package var function: String
        package var call: Event.Kind
        package var lockClass: String
        /// From 1.
        package var occurrence: Int
    }

    package var place: Place
    /// Who goes on.
    package var next: Int

    /// A task other than the usual one goes first.
    package static func first(_ next: Int, insteadOf usual: Int = 0) -> PreemptionPoint {
        PreemptionPoint(
            place: Place(
                task: usual, operation: -1, function: "", call: .none, lockClass: "",
                occurrence: 1),
            next: next)
    }

    /// A task gives way behind a call of its operation.
    ///
    /// - Parameters:
    ///   - operation: its index in the scenario, set-up operations included.
    ///   - time: for which time within its operation the task stands there, from 1.
    package static func from(
        _ task: Int, to next: Int, operation: Int, behind call: Event.Kind,
        of lockClass: String = "", in function: String = "", time: Int = 1
    ) -> PreemptionPoint {
        PreemptionPoint(
            place: Place(
                task: task, operation: operation, function: function, call: call,
                lockClass: lockClass, occurrence: time),
            next: next)
    }

    /// The marks of a run, in order.
    package static func marks(of record: RunRecord, _ frames: [UInt64: [CodeFrame]])
        -> [PreemptionPoint]
    {
        choices(of: record, frames).compactMap { choice in
            choice.isUsual ? nil : PreemptionPoint(place: choice.place, next: choice.chosen)
        }
    }

    /// A point of a run at which several tasks could have gone on.
    package struct Choice {
        package var place: Place
        package var chosen: Int
        package var runnable: Int
        /// What an order without marks does.
        package var isUsual: Bool
    }

    /// All choices of a run, in order.
    package static func choices(of record: RunRecord, _ frames: [UInt64: [CodeFrame]]) -> [Choice] {
        var choices: [Choice] = []
        var last = [Place?](repeating: nil, count: 4)
        var counts: [Place: Int] = [:]
        for step in record.steps {
            guard step.kind == .schedule else {
                guard step.task < 4 else { continue }
                let function =
                    frames[step.pc]?.first { $0.isOfSlice }?.function ?? ""
                var place = Place(
                    task: step.task, operation: step.operation, function: function,
                    call: step.kind, lockClass: step.lockClass, occurrence: 0)
                counts[place, default: 0] += 1
                place.occurrence = counts[place.counted]!
                last[step.task] = place
                continue
            }
            let (chosen, runnable) = (Int(step.arguments[0]), Int(step.arguments[1]))
            let isForced = step.arguments[2] != 0
            let usual = isForced ? runnable.trailingZeroBitCount : step.task
            let start = Place(
                task: step.task, operation: -1, function: "", call: .none, lockClass: "",
                occurrence: 1)
            choices.append(
                Choice(
                    place: last[step.task] ?? start, chosen: chosen, runnable: runnable,
                    isUsual: chosen == usual))
        }
        return choices
    }
}

extension PreemptionPoint.Place {
    /// The same without its number: what is counted.
    fileprivate var counted: PreemptionPoint.Place {
        var place = self
        place.occurrence = 0
        return place
    }
}

extension PreemptionPoint.Place {
    private enum CodingKeys: String, CodingKey {
        case task, operation, function, call, lockClass, occurrence
    }

    /// A call is written by its name, because its number is another one as soon as the trace learns
    /// of a new kind. What was written before has the number.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        task = try values.decode(Int.self, forKey: .task)
        operation = try values.decode(Int.self, forKey: .operation)
        function = try values.decode(String.self, forKey: .function)
        if let name = try? values.decode(String.self, forKey: .call) {
            guard let kind = Event.Kind.allCases.first(where: { "\($0)" == name }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .call, in: values, debugDescription: "no call is named \(name)")
            }
            call = kind
        } else {
            call = try values.decode(Event.Kind.self, forKey: .call)
        }
        lockClass = try values.decode(String.self, forKey: .lockClass)
        occurrence = try values.decode(Int.self, forKey: .occurrence)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(task, forKey: .task)
        try values.encode(operation, forKey: .operation)
        try values.encode(function, forKey: .function)
        try values.encode("\(call)", forKey: .call)
        try values.encode(lockClass, forKey: .lockClass)
        try values.encode(occurrence, forKey: .occurrence)
    }
}
