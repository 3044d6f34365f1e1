// SPDX-License-Identifier: GPL-2.0-only

// What there is to run and to judge by, for `list`: each section as lines of text under a heading
// with its count, and as an array under its name in JSON.

import Expectations
import Exploration
import Interleavings
import Machine

/// The contents of the catalogue.
package struct Inventory {
    package enum Section: String, CaseIterable, Sendable {
        case expectations, operations, points, strategies
        /// Scenarios that somebody added by hand; they are among races and scenarios, too.
        case own
        /// Scenarios of several tasks, those of the explorer itself included.
        case races
        case scenarios
    }

    private let sections: [Section]
    private let image: ImageDescription
    private let tree: Witness.TreeIdentity?
    private let scope: CheckScope?

    /// - Parameters:
    ///   - image: what is listed is what this image can be asked; all of it for the embedded slice.
    ///   - tree: the tree that the image was made from; nil for the embedded slice.
    ///   - scope: whose scenarios are listed; nil for those that every check runs, and toys.
    package init(
        sections: [Section], image: ImageDescription, tree: Witness.TreeIdentity? = nil,
        scope: CheckScope? = nil
    ) {
        self.scope = scope
        self.sections = sections
        self.image = image
        self.tree = tree
    }

    private func scenarios(_ section: Section) -> [Scenario] {
        guard let scope else { return ofEveryCheck(section) }
        switch section {
        case .scenarios:
            return (Catalogue.scenarios + FilesystemScenarios.ofOneTask).filter {
                scope.contains($0) && image.supports($0)
            }
        case .races:
            return (ConcurrentScenarios.scenarios + FilesystemScenarios.races).filter {
                scope.contains($0) && image.supports($0)
            }
        default:
            return ofEveryCheck(section).filter(scope.contains)
        }
    }

    private func ofEveryCheck(_ section: Section) -> [Scenario] {
        switch section {
        case .scenarios: Catalogue.scenarios.filter(image.supports)
        case .races: ConcurrentScenarios.scenarios.filter(image.supports) + LockToys.all
        case .own: OwnScenarios.scenarios.filter(image.supports)
        case .expectations, .operations, .points, .strategies: []
        }
    }

    private func filesystems(_ kind: Operation.Kind) -> [String] {
        Filesystem.all.filter { image.supports(kind, on: $0) }.map(\.name)
    }

    private var notRun: [NotRun] {
        sections.contains(.scenarios) && scope == nil ? NotRun.all(image.unsupported()) : []
    }

    // MARK: - Text

    /// One line each under a heading with the count.
    package var text: StyledText {
        var blocks = tree.map { [Layout.entry("tree", $0.chosen, indent: 0)] } ?? []
        blocks += Section.allCases.filter(sections.contains).map { section in
            let lines = lines(of: section)
            return ([heading(section, lines.count)] + lines).joined(separator: "\n")
        }
        blocks += notRun.map { Layout.entry("not run", $0.description, indent: 0) }
        return StyledText(blocks.joined(separator: "\n\n"))
    }

    private func heading(_ section: Section, _ count: Int) -> String {
        switch section {
        case .expectations: count.of("expectation") + ":"
        case .operations: count.of("operation") + ":"
        case .points: count.of("injection point") + ":"
        case .strategies: "\(count) strategies:"
        case .own: "\(count) of your own, in Scenarios/:"
        case .races: count.of("race") + ":"
        case .scenarios: count.of("scenario") + ":"
        }
    }

    private func lines(of section: Section) -> [String] {
        switch section {
        case .expectations: Expectations.all.map { line($0.name, $0.rule, 20) }
        case .operations:
            Operation.Kind.allCases.map { kind in
                let names = filesystems(kind).joined(separator: ", ")
                let support = names.isEmpty ? "not on this tree" : names
                return line(kind.name, "\(kind.description) (\(support))", 26)
            }
        case .points:
            image.points.map { point in
                let errors = point.legalErrors.map(OperationText.error).joined(separator: ", ")
                return line(point.name, errors.isEmpty ? "cannot fail here" : errors, 26)
            }
        case .strategies: OrderKind.allCases.map { line($0.rawValue, $0.description, 20) }
        case .own:
            scenarios(section).map {
                "  \($0.name)\n" + Layout.fill($0.description, first: "      ")
            }
        case .races, .scenarios: scenarios(section).map { "  \($0.name)" }
        }
    }

    private func line(_ name: String, _ text: String, _ column: Int) -> String {
        Layout.fill(text, first: "  " + name.padded(to: column))
    }

    // MARK: - JSON

    package var json: JSONObject {
        func array(_ section: Section) -> [JSONObject]? {
            sections.contains(section) ? items(of: section) : nil
        }
        return [
            "tree": tree?.json, "scenarios": array(.scenarios), "races": array(.races),
            "own": array(.own), "expectations": array(.expectations), "points": array(.points),
            "operations": array(.operations), "strategies": array(.strategies),
            "not_run": notRun.map(\.json).ifAny,
        ]
    }

    private func items(of section: Section) -> [JSONObject] {
        switch section {
        case .expectations: Expectations.all.map { ["name": $0.name, "rule": $0.rule] }
        case .operations:
            Operation.Kind.allCases.map {
                ["name": $0.name, "words": $0.description, "filesystems": filesystems($0)]
            }
        case .points:
            image.points.map {
                ["call": $0.name, "errors": $0.legalErrors.map(OperationText.error)]
            }
        case .strategies:
            OrderKind.allCases.map { ["name": $0.rawValue, "words": $0.description] }
        case .own, .races, .scenarios:
            scenarios(section).map { ["name": $0.name, "words": $0.description] }
        }
    }
}
