// SPDX-License-Identifier: GPL-2.0-only

// An order followed on code that has changed since it was found. A schedule is a list of choices,
// and means something else as soon as a task passes one scheduling point more; the marks of an
// order name functions and calls instead. They are followed one after the other, each time with a
// run made up to there; where the code under test has no such place any more the order is at its
// end, and that is said.

import Expectations
import Machine
import Slices

/// How far an order could be followed.
package struct ScheduleReplay: Sendable {
    /// The schedule that follows it on this code.
    package var schedule: Schedule
    package var followed: Int
    /// Marks that were not followed.
    package var left = 0
    /// The first mark that has no place in this code any more.
    package var lost: PreemptionPoint?
}

extension CheckSession {
    /// Finds the schedule that does on a variant what marks say.
    package func follow(
        _ marks: [PreemptionPoint], _ scenario: Scenario, _ run: Run, of variant: Variant
    ) throws -> ScheduleReplay {
        var following = ScheduleReplay(schedule: .inOrder, followed: 0, left: marks.count)
        var passed = 0
        for mark in marks {
            var trial = run
            trial.schedule = following.schedule
            let record = try pool.record([(.file(variant.image), scenario, trial)])[0]
            guard record.death == nil else {
                following.lost = mark
                return following
            }
            let frames = try symbolize([record], image: variant.image)
            let choices = PreemptionPoint.choices(of: record, frames)
            let place = choices.indices.dropFirst(passed).first {
                choices[$0].place == mark.place && choices[$0].runnable & 1 << mark.next != 0
            }
            guard let place else {
                following.lost = mark
                return following
            }
            following.schedule = Schedule(
                choices: choices[..<place].map { UInt8($0.chosen) } + [UInt8(mark.next)])
            following.followed += 1
            following.left -= 1
            passed = place + 1
        }
        return following
    }
}
