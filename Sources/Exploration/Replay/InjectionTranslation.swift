// SPDX-License-Identifier: GPL-2.0-only

// A witness names a call that fails by its number, and the error by what its tree has. On another
// tree the same call has another number, and a bad medium another error. What is meant is the call
// of that kind, counted among its like: it is looked up in a run that is the same up to there.

import Expectations
import Machine
import Workers

/// Says in the terms of one tree what failed on another.
package struct InjectionTranslation {
    private let stored: Witness
    private let image: ImageReference
    private let description: ImageDescription
    private let pool: WorkerPool
    /// What is not as it was, in sentences.
    package private(set) var differences: [String] = []

    /// A point that a run passed.
    private struct Point {
        var task: Int
        var nth: Int64
        var kind: InjectionPoint

        /// Those of a run, in order.
        static func all(of record: RunRecord) -> [Point] {
            record.steps.compactMap { step in
                guard step.kind == .point, step.arguments.count > 1 else { return nil }
                return InjectionPoint(rawValue: UInt32(truncatingIfNeeded: step.arguments[1]))
                    .map { Point(task: step.task, nth: step.arguments[0], kind: $0) }
            }
        }
    }

    package init(_ stored: Witness, to image: ImageReference, pool: WorkerPool) throws {
        self.stored = stored
        self.image = image
        self.pool = pool
        description = try pool.describe(image)
    }

    /// The witness's injections on this tree.
    package mutating func translate() throws -> [Injection] {
        let there = Point.all(of: stored.record)
        var translated: [Injection] = []
        for injection in stored.run.injections {
            let task = Int(injection.task)
            let mine = there.filter { $0.task == task }
            guard let place = mine.firstIndex(where: { $0.nth == Int64(injection.nth) }) else {
                // The run killed its process, so nobody knows what the number stood for.
                translated.append(injection)
                continue
            }
            let kind = mine[place].kind
            let before = mine[..<place].count { $0.kind == kind }
            let here = try points(behind: translated).filter {
                $0.task == task && $0.kind == kind
            }
            let name = description.points.first { $0.kind == kind }?.name ?? "\(kind)"
            guard before < here.count else {
                differences.append("\(name) is not called here as it was there: nothing fails")
                continue
            }
            let nth = UInt32(truncatingIfNeeded: here[before].nth)
            if nth != injection.nth {
                differences.append(
                    "\(name) is fallible call \(nth) here; where the witness was found it was "
                        + "call \(injection.nth)")
            }
            guard let error = error(injection.error, of: kind, name) else { continue }
            translated.append(Injection(task: injection.task, nth: nth, error: error))
        }
        return translated
    }

    /// What a run with these failures passes.
    private func points(behind injections: [Injection]) throws -> [Point] {
        let scenario = stored.scenarioAsFound
        var run = stored.run
        run.injections = injections
        return Point.all(of: try pool.record([(image, scenario, run)])[0])
    }

    /// An error that the call can have here: a bad medium stays one.
    private mutating func error(
        _ error: Int32, of kind: InjectionPoint, _ name: String
    ) -> Int32? {
        let legal = description.points.first { $0.kind == kind }?.legalErrors ?? []
        guard !legal.contains(error) else { return error }
        let medium = [-Int32(Errno.eio), -Int32(Errno.ehwpoison)]
        let same = medium.contains(error) ? legal.first { medium.contains($0) } : nil
        guard let instead = same ?? legal.first else {
            differences.append("\(name) cannot fail here: nothing fails")
            return nil
        }
        differences.append(
            "\(name) fails with \(Errno.name(of: instead)) here; it does not know "
                + "\(Errno.name(of: error)), with which it failed where the witness was found")
        return instead
    }
}
