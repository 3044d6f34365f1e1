// SPDX-License-Identifier: GPL-2.0-only

// What there is to run and to judge by, for `list`.

import Expectations
import Machine

/// The contents of the catalogue.
public struct Inventory: Encodable {
    public enum Section: String, CaseIterable, Sendable {
        case scenarios, expectations, points, operations
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

    private struct OperationLine: Encodable {
        let name: String
        let words: String
        let filesystems: [String]
    }

    private var scenarios: [ScenarioLine]?
    private var expectations: [ExpectationLine]?
    private var points: [PointLine]?
    private var operations: [OperationLine]?

    public init(sections: [Section]) {
        let image = KernelImage.workingCopy
        for section in sections {
            switch section {
            case .scenarios:
                scenarios = Catalogue.scenarios.map {
                    ScenarioLine(name: $0.name, words: $0.words)
                }
            case .expectations:
                expectations = Expectations.all.map {
                    ExpectationLine(name: $0.name, rule: $0.rule)
                }
            case .points:
                points = InjectionPoint.allCases.map { point in
                    PointLine(
                        call: image.name(of: point),
                        errors: image.legalErrors(of: point).map(OperationText.error))
                }
            case .operations:
                operations = Operation.Kind.allCases.map { kind in
                    OperationLine(
                        name: kind.name, words: kind.words,
                        filesystems: Filesystem.allCases.filter {
                            image.supports(kind, on: $0)
                        }.map(\.name))
                }
            }
        }
    }

    /// One line each under a heading with the count.
    public var text: String {
        var blocks: [String] = []
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
                        Layout.fill(
                            "\($0.words) (\($0.filesystems.joined(separator: ", ")))",
                            first: "  " + $0.name.padded(to: 26))
                    }))
        }
        if let points {
            blocks.append(
                block(
                    "injection point", points.count,
                    points.map {
                        Layout.fill(
                            $0.errors.joined(separator: ", "), first: "  " + $0.call.padded(to: 26))
                    }))
        }
        if let scenarios {
            blocks.append(block("scenario", scenarios.count, scenarios.map { "  " + $0.name }))
        }
        return blocks.joined(separator: "\n\n")
    }

    private func block(_ noun: String, _ count: Int, _ lines: [String]) -> String {
        (["\(count.of(noun)):"] + lines).joined(separator: "\n")
    }
}
