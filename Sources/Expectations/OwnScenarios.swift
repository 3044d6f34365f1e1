// SPDX-License-Identifier: GPL-2.0-only

// What the folder `Scenarios` adds to the catalogue and to the concurrent scenarios. A description
// with a mistake is left out and reported: the command refuses to start, and the tests fail.

/// The scenarios of the folder `Scenarios`.
public enum OwnScenarios {
    /// In the order of the list, whether or not they can be run.
    public static var described: [OwnScenario] { list }

    /// Those that can be run.
    public static let scenarios: [Scenario] = results.scenarios

    /// Why the others cannot be run.
    public static let mistakes: [ScenarioMistake] = results.mistakes

    private static let results = collect(list)

    static func collect(
        _ list: [OwnScenario]
    ) -> (scenarios: [Scenario], mistakes: [ScenarioMistake]) {
        var scenarios: [Scenario] = []
        var mistakes: [ScenarioMistake] = []
        for own in list {
            if scenarios.contains(where: { $0.name == own.name }) {
                mistakes.append(ScenarioMistake(of: own, reason: "another one has the same name"))
                continue
            }
            do {
                scenarios.append(try own.scenario())
            } catch {
                mistakes.append(error)
            }
        }
        return (scenarios, mistakes)
    }
}
