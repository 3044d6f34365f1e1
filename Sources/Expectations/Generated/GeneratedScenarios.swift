// SPDX-License-Identifier: GPL-2.0-only

// Random scenarios: a file of some geometry and a few operations of one to three tasks, judged by
// the same rules as all others. A seed and a number determine one, so its name, `generated/1-42`,
// makes it again on every machine and with any number of workers. Another version of the program
// may make another scenario of the same name.

import Machine

/// Random scenarios.
public enum GeneratedScenarios {
    /// Prefix of their names.
    public static let prefix = "generated/"

    /// The scenario of a seed and a number.
    public static func scenario(seed: UInt64, number: UInt32) -> Scenario {
        var random = SeededRandom(seed: seed, number: UInt64(number))
        let tasks = random.pick(weighted: [(1, 5), (2, 4), (3, 1)])
        let file = GeneratedFile(&random)
        var operations = GeneratedOperations(on: file)
        let made = operations.make(
            tasks: tasks,
            withLayout: hasLayoutOperations(number) && file.geometry.filesystem == .strict,
            &random)
        return scenario(
            named: "\(prefix)\(seed)-\(number)", file.geometry, made)
    }

    /// Whether operations about where the bytes are, which a kernel need not have, are among those of a
    /// scenario on the strict filesystem. They came later: the other numbers are what they were, because
    /// FINDINGS.md and witnesses name them.
    private static func hasLayoutOperations(_ number: UInt32) -> Bool {
        number % 8 == 2 || number % 8 == 3
    }

    /// How many tasks the scenario of a seed and a number has, without making the rest of it.
    public static func tasks(seed: UInt64, number: UInt32) -> Int {
        var random = SeededRandom(seed: seed, number: UInt64(number))
        return random.pick(weighted: [(1, 5), (2, 4), (3, 1)])
    }

    /// The scenario of a name; nil if no generated one is called that.
    public static func scenario(named name: String) -> Scenario? {
        guard name.hasPrefix(prefix) else { return nil }
        let numbers = name.dropFirst(prefix.count).split(
            separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, let seed = UInt64(numbers[0]), let number = UInt32(numbers[1])
        else { return nil }
        let scenario = scenario(seed: seed, number: number)
        // "01" would be a second name for the same scenario.
        return scenario.name == name ? scenario : nil
    }

    /// A scenario with a description made from its geometry and operations; also for one that was
    /// shrunk.
    public static func scenario(
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
