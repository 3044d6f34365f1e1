// SPDX-License-Identifier: GPL-2.0-only

// witness.c of a reproducer: the run and what is seen of it, as tables that csrc/reproducer/stage.h
// declares. It is generated, but it is read by somebody who may never have heard of Faultline: each
// table says what it is, operations and ways stand one on a line.

import Exploration
import Machine

/// Writes witnesses as programs for a booted kernel.
package struct WitnessProgram {
    private let reproducer: Reproducer
    private var witness: Witness { reproducer.witness }
    private var run: Run { witness.run }

    package init(_ reproducer: Reproducer) { self.reproducer = reproducer }

    /// What stage.h has room for.
    private static let operationsMax = 64
    private static let runsMax = 64

    /// The file.
    ///
    /// - Throws: `FormatError` for a run that is larger than the program's tables.
    package func render() throws(FormatError) -> String {
        guard run.operations.count <= Self.operationsMax, reproducer.ways.allSatisfy(Self.fits)
        else { throw FormatError("witness \(witness.id) is too large for a reproducer") }
        var lines =
            head() + [
                "#include \"stage.h\"", "#include <errno.h>", "",
                "/* Blocks of the file before the run. */",
                "static const struct extent extents[] = {",
            ]
        lines += run.geometry.extents.map(Self.extent)
        // C knows no empty table.
        if run.geometry.extentCount == 0 { lines.append("\t{ .count = 0 },") }
        lines += ["};", "", "static const struct op ops[] = {"]
        lines += run.operations.map(operation)
        lines += ["};", ""]
        let outcomes = distinctOutcomes()
        for (number, outcome) in outcomes.outcomes.enumerated() {
            lines += Self.outcome(outcome, number)
        }
        lines += ["static const struct way ways[] = {"]
        for (way, number) in zip(reproducer.ways, outcomes.numbers) {
            lines += self.way(way, number)
        }
        lines += ["};", ""] + table() + main()
        return lines.joined(separator: "\n") + "\n"
    }

    private static func fits(_ way: StagedWay) -> Bool {
        guard let end = way.record.endState else { return true }
        return end.contents.count * 2 < runsMax && end.seen.allSatisfy { $0.count <= runsMax }
    }

    private func head() -> [String] {
        let broken = witness.record.findings.map(\.expectation).joined(separator: ", ")
        let text =
            "Made by faultline replay \(witness.id) --format reproducer. It breaks \(broken). "
            + witness.words
        return ["// SPDX-License-Identifier: GPL-2.0-only", "/*"]
            + Self.comment(text).map { " * " + $0 } + [" */"]
    }

    /// Lines of a comment that no text ends.
    static func comment(_ text: String) -> [String] {
        Layout.fill(
            Layout.plain(text).replacing("*/", with: "* /").replacing("/*", with: "/ *"), width: 74
        ).split(separator: "\n").map(String.init)
    }

    /// A literal of C.
    static func literal(_ text: String) -> String {
        let escaped = Layout.plain(text).replacing("\\", with: "\\\\")
            .replacing("\"", with: "\\\"").replacing("??", with: "?\\?")
        return "\"\(escaped)\""
    }

    private static func extent(_ extent: Extent) -> String {
        "\t{ .block = \(extent.block), .count = \(extent.count), .fill = \(byte(extent.fill))"
            + (extent.isBad ? ", .bad = true" : "") + " },"
    }

    private func task(_ task: Int) -> Int { witness.testedTasks.firstIndex(of: task) ?? 0 }

    private func operation(_ operation: Machine.Operation) -> String {
        var fields = [".kind = " + Self.constant(operation.kind)]
        if operation.position != 0 { fields.append(".pos = \(operation.position)") }
        if operation.length != 0 { fields.append(".len = \(operation.length)") }
        if operation.kind.isStore || operation.kind == .write {
            fields.append(".fill = \(Self.byte(operation.fill))")
        }
        if operation.isSetup { fields.append(".setup = true") }
        let task = task(Int(operation.task))
        if task != 0 { fields.append(".task = \(task)") }
        return "\t{ \(fields.joined(separator: ", ")) },"
    }

    private static func constant(_ kind: Machine.Operation.Kind) -> String {
        kind.name.uppercased().replacing("-", with: "_")
    }

    static func byte(_ value: UInt8) -> String {
        let digits = String(value, radix: 16)
        return "0x" + (digits.count < 2 ? "0" : "") + digits
    }

    // MARK: - What was seen

    /// Many ways make the same run.
    private func distinctOutcomes() -> (outcomes: [SeenOutcome], numbers: [Int]) {
        var outcomes: [SeenOutcome] = []
        let numbers = reproducer.ways.map { way in
            let outcome = SeenOutcome(way, operations: run.operations.count)
            if let known = outcomes.firstIndex(of: outcome) { return known }
            outcomes.append(outcome)
            return outcomes.count - 1
        }
        return (outcomes, numbers)
    }

    private static func outcome(_ outcome: SeenOutcome, _ number: Int) -> [String] {
        var lines = [
            "/* What an observer of the simulated machine saw. */",
            "static const struct result results_\(number)[] = {",
        ]
        for result in outcome.results {
            let value = Errno.name(of: result.value)
            lines += ["\t{ .state = \(result.state), .value = \(value),"]
            lines += bytes("seen", result.seen)
            lines[lines.count - 1] += " },"
        }
        lines += [
            "};", "", "static const struct outcome saw_\(number) = {",
            "\t.hangs_in = \(outcome.hangsIn), .killed_in = \(outcome.killedIn),",
            "\t.results = results_\(number),",
            "\t.size = \(outcome.size), .blocks = \(outcome.blocks), .lost = \(outcome.lost),",
            "\t.warns = \(outcome.warns),", "\t.decides = \(names(of: outcome.decides)),",
            "\t.actual = \(literal(outcome.actual)),",
        ]
        return lines + bytes("contents", outcome.contents, indent: "\t") + ["};", ""]
    }

    private static func bytes(
        _ name: String, _ runs: [RunRecord.EndState.Bytes], indent: String = "\t  "
    ) -> [String] {
        guard !runs.isEmpty else { return [] }
        return ["\(indent).nr_\(name) = \(runs.count), .\(name) = {"]
            + runs.map { "\(indent)\t{ \($0.from), \($0.to), \(byte($0.value)) }," }
            + ["\(indent)},"]
    }

    // MARK: - Ways

    private func way(_ way: StagedWay, _ outcome: Int) -> [String] {
        let task = task(Int(run.injections.first?.task ?? 0))
        var lines = ["\t{", "\t\t.words = \(Self.literal(way.means.description)),"]
        lines += Self.settings(way.means).map { "\t\t\($0)," }
        if task != 0 { lines.append("\t\t.task = \(task),") }
        return lines + ["\t\t.saw = &saw_\(outcome),", "\t},"]
    }

    private static func settings(_ means: StagedMeans) -> [String] {
        switch means {
        case .none: return [".means = NO_MEANS"]
        case .userCopy(let operation, let reach):
            return [".means = USER_COPY", ".op = \(operation), .reach = \(reach)"]
        case .noSpace(let free): return [".means = NO_SPACE", ".n = \(free)"]
        case .memory: return [".means = NO_MEMORY", ".n = 1, .to = 10"]
        case .io: return [".means = BAD_IO", ".n = 1, .to = 10"]
        case .call(let function, let nth, let value):
            return [
                ".means = BAD_CALL", ".function = \(literal(function)), .n = \(nth)",
                ".error = \(Errno.name(of: value))",
            ]
        case .signal(let function, let nth):
            return [".means = FATAL_SIGNAL", ".function = \(literal(function)), .n = \(nth)"]
        }
    }

    private func table() -> [String] {
        let pages = run.geometry.mappedPages
        let finding = witness.record.findings.first {
            !StagedAspects($0, in: witness.record).isEmpty
        }
        return [
            "static const struct witness witness = {",
            "\t.id = \(Self.literal(witness.id)),",
            "\t.rule = \(Self.literal(finding?.expectation ?? "")),",
            "\t.warning = \(Self.literal(warning)),",
            "\t.size = \(run.geometry.size),",
            "\t.map_from = \(pages.lowerBound), .map_pages = \(pages.count),",
            "\t.extents = extents, .nr_extents = \(run.geometry.extentCount),",
            "\t.ops = ops, .nr_ops = \(run.operations.count),",
            "\t.nr_tasks = \(max(1, witness.testedTasks.count)),",
            "\t.ways = ways, .nr_ways = \(reproducer.ways.count),", "};", "",
        ]
    }

    /// What a line of the kernel's log has when the rule is broken.
    private var warning: String {
        for finding in witness.record.findings {
            if finding.expectation == "locks-released" { return "held when returning to user" }
            let frames = (finding.chain ?? []).compactMap { witness.frame(at: $0) }
            if finding.expectation == "no-warning", let frame = frames.first {
                return "at \(frame.file):"
            }
        }
        return "WARNING:"
    }

    private static func names(of aspects: StagedAspects) -> String {
        let names: [(StagedAspects, String)] = [
            (.hang, "IS_HANG"), (.result, "IS_RESULT"), (.data, "IS_DATA"), (.blocks, "IS_BLOCKS"),
            (.lost, "IS_LOST"), (.warning, "IS_WARNING"),
        ]
        let all = names.filter { aspects.contains($0.0) }.map(\.1)
        return all.isEmpty ? "0" : all.joined(separator: " | ")
    }

    private func main() -> [String] {
        [
            "int main(int argc, char **argv)", "{", "\treturn stage(&witness, argc, argv);", "}",
        ]
    }
}

extension StagedMeans {
    /// By what the call is made to fail.
    var description: String {
        switch self {
        case .none: "as it is"
        case .userCopy(let operation, let reach):
            "of the memory of operation \(operation), \(reach.of("byte")) can be reached"
        case .noSpace(let free): "\(free.of("block")) of the device free"
        case .memory: "failslab and fail_page_alloc by fail-nth"
        case .io: "fail_make_request by fail-nth"
        case .call(let function, let nth, let value):
            "flinject: call \(nth) of \(function)() returns \(Errno.name(of: value))"
        case .signal(let function, let nth):
            "flinject: a fatal signal at call \(nth) of \(function)()"
        }
    }
}
