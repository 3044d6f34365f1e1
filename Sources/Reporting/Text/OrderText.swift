// SPDX-License-Identifier: GPL-2.0-only

// Orders of tasks in sentences: where a task gives way, in which orders races were run, and how far
// an order could be followed on other code.

import Exploration

extension PreemptionPoint: CustomStringConvertible {
    /// E.g. "task 0, after lock &ei->dax_sem in ext2_dax_fault(), gives way to task 1".
    package var description: String {
        guard place.operation >= 0 else { return "task \(next) begins" }
        var there = "\(place.call)"
        if !place.lockClass.isEmpty { there += " \(place.lockClass)" }
        if !place.function.isEmpty { there += " in \(place.function)()" }
        if place.occurrence > 1 { there += " (time \(place.occurrence))" }
        switch place.call {
        case .taskExit: return "task \(place.task) ends, and task \(next) goes on"
        case .wait, .lockWait:
            return "task \(place.task) waits (\(there)), and task \(next) goes on"
        default: return "task \(place.task), after \(there), gives way to task \(next)"
        }
    }
}

extension Witness {
    /// Where its tasks give way; the bare schedule where nothing is known of that.
    var orderDescription: String {
        let points = order ?? []
        return points.isEmpty
            ? run.schedule.text : points.map(\.description).joined(separator: "; ")
    }
}

extension OrdersCovered: CustomStringConvertible {
    /// In which orders the races were run, and which races were left out.
    package var description: String {
        guard scenarios > 0 else { return "no scenario of two tasks can run" }
        var parts: [String] = []
        if races.complete > 0 {
            let all = races.complete == scenarios ? "all" : "\(races.complete)"
            parts.append("\(all) of them in every order that can make a difference")
        }
        if races.bounded > 0 {
            let first = limit.runs.map { "the first \($0) such orders and " } ?? ""
            parts.append(
                "\(races.bounded) in \(first)every order with at most "
                    + limit.preemptions.of("preemption"))
        }
        if races.broken > 0 {
            parts.append("\(races.broken) only up to a run that the harness had to stop")
        }
        if races.failing > 0 {
            parts.append(
                "and \(races.failing.of("run")) more in which one call fails, at most "
                    + "\(OrdersCovered.failingRunsEach) of a scenario")
        }
        return parts.joined(separator: ", ")
            + "; left to explore: most scenarios of three tasks"
            + (racesLeftOut == 0
                ? ""
                : ", and \(racesLeftOut) scenarios on the "
                    + "strict filesystem that truncates under the lock of begin")
    }

    /// With the number of runs and scenarios.
    var sentence: String {
        "\(runs.of("run")) of \(scenarios.of("scenario")) of two or three tasks: \(description)"
    }
}

extension CheckSession.Replay {
    /// How far its order could be followed; nil where the code is the witness's own, or it has no
    /// order.
    package var followed: String? {
        guard let following else { return nil }
        let all = following.followed + following.left
        let switches = all == 1 ? "its one switch" : "\(all) switches"
        guard let lost = following.lost else {
            return "the run follows the witness's order to the end, through \(switches)"
        }
        return "the run follows the witness's order through \(following.followed) of \(switches); "
            + "then this code differs: it has no point at which \(lost)"
    }
}
