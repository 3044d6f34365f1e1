// SPDX-License-Identifier: GPL-2.0-only

// A part of a check: what somebody asks for who looks at one failure, and changes the code, and looks
// again. A name that there is not is a mistake of the user's: less would be run than is meant, and
// nothing would fail.

import ArgumentParser
import Expectations
import Exploration
import Slices
import System

/// Which part of a check is run and asked for.
struct FilterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Run only scenarios by name; * matches anything. Can be given several times.",
            valueName: "name"), completion: .scenarios)
    var scenario: [String] = []

    @Option(
        help: ArgumentHelp(
            "Judge only by this expectation. Can be given several times.", valueName: "name"),
        completion: .expectations)
    var expectation: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only runs in which this call fails, with this error: kmem_cache_alloc:ENOMEM. Can be "
                + "given several times.", valueName: "call[:error]"))
    var failure: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only runs that enter this function. Can be given several times.", valueName: "name"))
    var function: [String] = []

    @Flag(
        help: """
            Run only the scenarios that failed when these patches were checked last, or else \
            this tree.
            """)
    var rerunFailed = false

    @Flag(
        help:
            "List all runs that fail, by how they fail, instead of one witness for each expectation."
    )
    var listFailing = false

    /// Whether less than everything is asked.
    var isPart: Bool {
        !scenario.isEmpty || !expectation.isEmpty || !failure.isEmpty || !function.isEmpty
    }

    func validate() throws {
        for name in expectation where Expectations.named(name) == nil {
            let names = Expectations.all.map(\.name)
            throw ValidationError(
                "there is no expectation \(name); "
                    + NearestName.hint(
                        for: name, among: names, else: "there are \(names.joined(separator: ", "))")
            )
        }
        for text in failure where text.isEmpty || text.hasPrefix(":") || text.hasSuffix(":") {
            throw ValidationError("--failure takes a call, or a call and an error: call:error")
        }
        for name in function where name.isEmpty {
            throw ValidationError("--function takes the name of a function")
        }
    }

    /// The filter, for a session on a tree.
    ///
    /// - Parameter last: what is known of the last check of the tree.
    func filter(_ session: CheckSession, last: LastFailing) throws -> RunFilter {
        var filter = session.filter
        let orders = failure.isEmpty ? session.orders : nil
        let places = filter.scope.places(with: orders)
        if !scenario.isEmpty {
            filter.scenarios = try chosen(of: places)
            filter.scenarioWords =
                "scenarios " + scenario.joined(separator: ", ")
        }
        if rerunFailed {
            guard let names = last.read() else {
                throw CommandFailure(
                    "--rerun-failed: this tree was not checked yet, so what failed is not known")
            }
            if names.isEmpty {
                complain("nothing failed in the last check: everything is run")
            } else {
                let wanted = Set(names)
                filter.scenarios = (filter.scenarios ?? places).filter {
                    wanted.contains(ScenarioIndex.scenario(at: $0).name)
                }
                let words = "the \(names.count) scenarios that failed last"
                filter.scenarioWords =
                    scenario.isEmpty ? words : "\(filter.scenarioWords) of \(words)"
            }
        }
        filter.expectations =
            expectation.isEmpty
            ? nil : Expectations.all.map(\.name).filter(Set(expectation).contains)
        let leftOut = Configuration.leftOut.filter { !expectation.contains($0.expectation) }
        if expectation.isEmpty, !leftOut.isEmpty {
            let names = Set(leftOut.map(\.expectation))
            filter.expectations = Expectations.all.map(\.name).filter { !names.contains($0) }
            filter.reasons = leftOut.map { "\($0.expectation): \($0.reason)" }
        }
        filter.failures = failure.map { text in
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            return RunFilter.Failure(call: parts[0], error: parts.count > 1 ? parts[1] : nil)
        }
        filter.functions = function
        return filter
    }

    private func chosen(of places: [Int]) throws -> [Int] {
        let names = places.map { ScenarioIndex.scenario(at: $0).name }
        var chosen: Set<Int> = []
        for text in scenario {
            let pattern = NamePattern(text)
            let found = names.indices.filter { pattern.matches(names[$0]) }
            guard !found.isEmpty else {
                throw CommandFailure(
                    "--scenario \(text): no scenario of this check matches; "
                        + NearestName.hint(
                            for: text, among: names, else: "`faultline list` prints the names"))
            }
            chosen.formUnion(found.map { places[$0] })
        }
        return chosen.sorted()
    }
}

/// Names as a user means them: `*` stands for anything, a slash included.
struct NamePattern {
    private let parts: [Substring]

    init(_ text: String) { parts = text.split(separator: "*", omittingEmptySubsequences: false) }

    func matches(_ name: String) -> Bool {
        guard parts.count > 1 else { return name == parts[0] }
        guard name.hasPrefix(parts[0]) else { return false }
        var rest = name.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }
}
