// SPDX-License-Identifier: GPL-2.0-only

// A part of a check: some scenarios, some expectations, the runs in which a certain call fails, those
// that enter a certain function. Scenarios are known before anything is built; calls and functions
// are those of an image, so they are looked up in each. What always holds: a filtered check is
// compared with runs that were chosen in the same way, and never kept under the name of a whole one.

import Expectations
import Interleavings
import Machine
import Slices
import System
import Workers

/// Which runs of a check are made, and which expectations are asked for.
package struct RunFilter: Hashable, Codable, Sendable {
    /// A call that fails, as a user names it.
    package struct Failure: Hashable, Codable, Sendable {
        /// What this kernel calls it, or the kind's own name.
        package var call: String
        /// `-ENOMEM`; nil for any.
        package var error: String?

        package init(call: String, error: String?) {
            self.call = call
            self.error = error
        }

        package var words: String { error.map { "\(call) with \($0)" } ?? call }
    }

    /// What it is a part of.
    package var scope = CheckScope.standard
    /// Indices into `ScenarioIndex`, ascending; nil for all of the scope.
    package var scenarios: [Int]?
    /// What the user called them.
    package var scenarioWords = ""
    /// Nil for all.
    package var expectations: [String]?
    /// Why some of the others are not asked for: `no-leak: being rewritten`.
    package var reasons: [String] = []
    /// One of them fails; empty for any run.
    package var failures: [Failure] = []
    /// One of them is entered; empty for any run.
    package var functions: [String] = []

    package init() {}

    /// The scenarios that are run, by their places; nil for those of every check.
    package func only(with orders: OrderLimit?) -> [Int]? { scenarios ?? scope.only(with: orders) }

    /// Everything in the scope is run and asked for.
    package var isEmpty: Bool {
        scenarios == nil && expectations == nil && choosesWithinScenarios == false
    }

    /// Of a scenario, only some runs count.
    package var choosesWithinScenarios: Bool { !failures.isEmpty || !functions.isEmpty }

    package func asks(_ expectation: Expectation) -> Bool {
        expectations?.contains(expectation.name) ?? true
    }

    /// What is asked, and what was left out for it, in one sentence.
    ///
    /// - Parameter all: how many scenarios there are.
    package func description(of all: Int) -> String {
        var asked: [String] = []
        var left: [String] = []
        if let scenarios {
            asked.append(scenarioWords)
            left.append("\(all - scenarios.count) of \(all) scenarios")
        }
        if !failures.isEmpty {
            asked.append("runs in which \(failures.map(\.words).joined(separator: " or ")) fails")
            left.append("all runs in which it does not, and races")
        }
        if !functions.isEmpty {
            asked.append("runs that enter \(functions.joined(separator: " or "))")
            left.append("all runs that do not")
        }
        if let expectations {
            asked.append(
                expectations.count > 4
                    ? "\(expectations.count) expectations" : expectations.joined(separator: ", "))
            left.append(
                "\(Expectations.all.count - expectations.count) of \(Expectations.all.count) "
                    + "expectations"
                    + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))"))
        }
        return "\(asked.joined(separator: "; ")). Left out: \(left.joined(separator: "; "))"
    }

    /// What a worker has to know of it.
    ///
    /// - Throws: `WorkerError` for a call, `QuestionError` for a function that there is not.
    func selection(in variant: Variant, by pool: WorkerPool) throws -> RunSelection? {
        guard choosesWithinScenarios else { return nil }
        var selection = RunSelection()
        if !failures.isEmpty {
            let image = try pool.describe(.file(variant.image))
            selection.failures = try failures.map { try $0.find(in: image) }
        }
        if !functions.isEmpty {
            selection.entries = try HunkCounters(entering: functions, of: variant)
        }
        return selection
    }
}

extension RunFilter.Failure {
    /// All of these are one kind of call.
    fileprivate static let allocations = [
        "kmalloc", "kzalloc", "kmem_cache_alloc", "alloc_page", "alloc_pages", "xas_nomem",
    ]

    private static func alias(_ call: String) -> String {
        allocations.contains(call) ? "\(InjectionPoint.allocation)" : call
    }

    /// Without what a shell or a habit makes different.
    private static func plain(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }

    fileprivate func find(in image: ImageDescription) throws(WorkerError) -> RunSelection.Failure {
        let wanted = Self.plain(Self.alias(call))
        let meant = image.points.filter {
            Self.plain($0.name) == wanted || Self.plain("\($0.kind)") == wanted
        }
        let possible = image.points.filter { !$0.legalErrors.isEmpty }
        guard !meant.isEmpty else {
            throw WorkerError(
                "--failure \(call): no such call can be made to fail; "
                    + NearestName.hint(
                        for: call, among: possible.map(\.name) + Self.allocations,
                        else: "`faultline list points` has those that can"))
        }
        let errors = meant.flatMap(\.legalErrors)
        guard let error else {
            guard !errors.isEmpty else {
                throw WorkerError("--failure \(call): it cannot fail on this tree")
            }
            return RunSelection.Failure(points: meant.map(\.kind), error: nil)
        }
        let word = error.hasPrefix("-") || error.first?.isNumber == true ? error : "-" + error
        guard let number = errors.first(where: { $0.errorWord == word }) else {
            throw WorkerError(
                "--failure \(call):\(error): it cannot fail with that; it can with "
                    + errors.map(\.errorWord).joined(separator: ", "))
        }
        return RunSelection.Failure(points: meant.map(\.kind), error: number)
    }
}

extension Int32 {
    /// An error as `--failure` takes it: `-ENOMEM`, or how many bytes a copy manages first.
    fileprivate var errorWord: String { self > 0 ? "\(self)" : Errno.name(of: self) }
}

/// Which runs count, in terms of one image.
package struct RunSelection: Hashable, Codable, Sendable {
    struct Failure: Hashable, Codable, Sendable {
        var points: [InjectionPoint]
        /// Nil for any.
        var error: Int32?
    }

    /// Empty for any run.
    var failures: [Failure] = []
    /// Of functions, one of which must be entered; nil for any run.
    var entries: HunkCounters?

    /// Whether one of the calls has failed in a run.
    func hasFailure(_ injections: [Injection], _ outcome: borrowing Outcome) -> Bool {
        guard !failures.isEmpty else { return true }
        for injection in injections {
            guard let point = FailedSite(injection, in: outcome).point else { continue }
            if failures.contains(where: {
                $0.points.contains(point) && $0.error.map { $0 == injection.error } ?? true
            }) {
                return true
            }
        }
        return false
    }
}
