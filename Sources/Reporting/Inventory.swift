// SPDX-License-Identifier: GPL-2.0-only

// What there is to run and to judge by, for `list`.

import Expectations
import Exploration
import Interleavings
import Machine

/// The contents of the catalogue.
package struct Inventory: Encodable {
    package enum Section: String, CaseIterable, Sendable {
        case expectations, operations, points, strategies, own, races, scenarios
    }

    private struct ScenarioLine: Encodable {
        let name: String
        let words: String
    }

    private struct ExpectationLine: Encodable {
        let name: String
        let rule: String
    }

    private struct PointLine: Encodable {
        let call: String
        let errors: [String]
    }

    private struct StrategyLine: Encodable {
        let name: String
        let words: String
    }

    private struct OperationLine: Encodable {
        let name: String
        let words: String
        let filesystems: [String]
    }

    /// The tree that the lists are about; absent for the embedded slice.
    private var tree: ReportJSON.TreeDocument?
    private var scenarios: [ScenarioLine]?
    private var expectations: [ExpectationLine]?
    private var points: [PointLine]?
    private var operations: [OperationLine]?
    private var strategies: [StrategyLine]?
    /// Scenarios of several tasks, those of the explorer itself included.
    private var races: [ScenarioLine]?
    /// Those that somebody added by hand; they are among the races and the scenarios too.
    private var own: [ScenarioLine]?
    private var header: String?
    private var notRun: [NotRun]?

    private enum CodingKeys: String, CodingKey {
        case tree, scenarios, races, own, expectations, points, operations, strategies
        case notRun = "not_run"
    }

    /// - Parameters:
    ///   - image: what is listed is what this image can be asked; all of it for the embedded slice.
    ///   - tree: the tree that the image was made from; nil for the embedded slice.
    package init(
        sections: [Section], image: ImageDescription, tree: Witness.TreeIdentity? = nil
    ) {
        self.tree = tree.map(ReportJSON.TreeDocument.init)
        header = tree.map { Layout.entry("tree", TreeText.words($0), indent: 0) }
        for section in sections {
            switch section {
            case .scenarios:
                scenarios = Catalogue.scenarios.filter(image.supports).map {
                    ScenarioLine(name: $0.name, words: $0.description)
                }
                let left = NotRun.all(image.unsupported())
                notRun = left.isEmpty ? nil : left
            case .races:
                races = (ConcurrentScenarios.scenarios.filter(image.supports) + LockToys.all).map {
                    ScenarioLine(name: $0.name, words: $0.description)
                }
            case .own:
                own = OwnScenarios.scenarios.filter(image.supports).map {
                    ScenarioLine(name: $0.name, words: $0.description)
                }
            case .strategies:
                strategies = OrderKind.allCases.map {
                    StrategyLine(name: $0.rawValue, words: $0.description)
                }
            case .expectations:
                expectations = Expectations.all.map {
                    ExpectationLine(name: $0.name, rule: $0.rule)
                }
            case .points:
                points = image.points.map { point in
                    PointLine(
                        call: point.name, errors: point.legalErrors.map(OperationText.error))
                }
            case .operations:
                operations = Operation.Kind.allCases.map { kind in
                    OperationLine(
                        name: kind.name, words: kind.description,
                        filesystems: Filesystem.allCases.filter {
                            image.supports(kind, on: $0)
                        }.map(\.name))
                }
            }
        }
    }

    /// One line each under a heading with the count.
    package var text: String {
        var blocks = header.map { [$0] } ?? []
        if let expectations {
            blocks.append(
                block(
                    "expectation", expectations.count,
                    expectations.map { Layout.fill($0.rule, first: "  " + $0.name.padded(to: 20)) })
            )
        }
        if let operations {
            blocks.append(
                block(
                    "operation", operations.count,
                    operations.map {
                        let places = $0.filesystems.joined(separator: ", ")
                        return Layout.fill(
                            "\($0.words) (\(places.isEmpty ? "not on this tree" : places))",
                            first: "  " + $0.name.padded(to: 26))
                    }))
        }
        if let points {
            blocks.append(
                block(
                    "injection point", points.count,
                    points.map {
                        Layout.fill(
                            $0.errors.isEmpty
                                ? "cannot fail here" : $0.errors.joined(separator: ", "),
                            first: "  " + $0.call.padded(to: 26))
                    }))
        }
        if let strategies {
            let lines = strategies.map {
                Layout.fill($0.words, first: "  " + $0.name.padded(to: 20))
            }
            blocks.append((["\(strategies.count) strategies:"] + lines).joined(separator: "\n"))
        }
        if let own {
            let lines = own.map { "  \($0.name)\n" + Layout.fill($0.words, first: "      ") }
            blocks.append(
                (["\(own.count) of your own, in Scenarios/:"] + lines).joined(separator: "\n"))
        }
        if let races {
            blocks.append(block("race", races.count, races.map { "  " + $0.name }))
        }
        if let scenarios {
            blocks.append(block("scenario", scenarios.count, scenarios.map { "  " + $0.name }))
            for left in notRun ?? [] {
                blocks.append(
                    Layout.entry(
                        "not run",
                        "\(left.scenarios.of("scenario")) on \(left.filesystem): \(left.reason)",
                        indent: 0))
            }
        }
        return blocks.joined(separator: "\n\n")
    }

    private func block(_ noun: String, _ count: Int, _ lines: [String]) -> String {
        (["\(count.of(noun)):"] + lines).joined(separator: "\n")
    }
}
