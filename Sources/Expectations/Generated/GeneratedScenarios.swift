// SPDX-License-Identifier: GPL-2.0-only

// Scenarios that nobody thought of: a file of some geometry and a few operations on it, of one to
// three tasks, drawn by lot and judged by the same rules as all others. A seed and a number say
// everything about one, so its name makes it again, `generated/1-42`, on every machine and however
// the numbers were shared out; another version of the program may draw others.

import Machine

/// Scenarios drawn by lot.
package enum GeneratedScenarios {
    /// What all their names begin with.
    package static let prefix = "generated/"

    /// The scenario of a seed and a number.
    package static func scenario(seed: UInt64, number: UInt32) -> Scenario {
        var random = SeededRandom(seed: seed, number: UInt64(number))
        let tasks = random.pick(weighted: [(1, 5), (2, 4), (3, 1)])
        let file = GeneratedFile(&random)
        var operations = GeneratedOperations(on: file)
        let drawn = operations.draw(tasks: tasks, &random)
        return scenario(
            named: "\(prefix)\(seed)-\(number)", file.geometry, drawn)
    }

    /// How many tasks the scenario of a seed and a number has, without drawing the rest of it.
    package static func tasks(seed: UInt64, number: UInt32) -> Int {
        var random = SeededRandom(seed: seed, number: UInt64(number))
        return random.pick(weighted: [(1, 5), (2, 4), (3, 1)])
    }

    /// The scenario of a name; nil if no generated one is called that.
    package static func scenario(named name: String) -> Scenario? {
        guard name.hasPrefix(prefix) else { return nil }
        let numbers = name.dropFirst(prefix.count).split(
            separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, let seed = UInt64(numbers[0]), let number = UInt32(numbers[1])
        else { return nil }
        let scenario = scenario(seed: seed, number: number)
        // "01" would be another name for the same thing.
        return scenario.name == name ? scenario : nil
    }

    /// A scenario with a sentence that is made from what it is: of one that was made smaller, too.
    package static func scenario(
        named name: String, _ geometry: Geometry, _ operations: [Operation]
    ) -> Scenario {
        Scenario(
            name: name, description: description(of: geometry, operations), geometry: geometry,
            operations: operations)
    }

    private static func description(of geometry: Geometry, _ operations: [Operation]) -> String {
        let tasks = Set(operations.filter { !$0.isSetup }.map(\.task)).count
        guard geometry.filesystem != .none else { return "Without a file, \(tasks) tasks." }
        var text = "On \(geometry.filesystem.name), in a file of \(geometry.size) byte"
        if geometry.size != 1 { text += "s" }
        let extents = geometry.extents.map { extent in
            var text =
                extent.count == 1
                ? "\(extent.block)" : "\(extent.block) to \(extent.blocks.upperBound - 1)"
            if extent.isUnwritten { text += " (unwritten)" }
            if extent.flags.contains(.bad) { text += " (bad medium)" }
            if extent.flags.contains(.pmdAligned) { text += " (aligned to 2 MiB)" }
            return text
        }
        text += extents.isEmpty ? " without blocks" : " that has blocks " + list(extents)
        let mapped = geometry.mappedPages
        text += ", on a device of \(geometry.deviceBlocks) blocks, "
        text +=
            mapped.count == 1
            ? "page \(mapped.lowerBound) mapped"
            : "pages \(mapped.lowerBound) to \(mapped.upperBound - 1) mapped"
        return text + (tasks > 1 ? ": \(tasks) tasks at once." : ".")
    }

    private static func list(_ items: [String]) -> String {
        guard items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " and " + items[items.count - 1]
    }
}
