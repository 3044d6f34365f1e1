// SPDX-License-Identifier: GPL-2.0-only

// A witness as a test: the scenario, what fails, and where tasks give way, in the form in which
// scenarios of one's own are written. Pasted into a file of tests it holds the code to that run from
// then on. Everything that the run depends on is spelled out, so that a change of a default somewhere
// does not turn it into another run. A call that fails is named by the code around it: on other code
// its number would be another call, and the test would hold for the wrong reason.

import Exploration
import Machine

/// Writes witnesses as tests.
package struct WitnessSwift {
    private let witness: Witness

    package init(_ witness: Witness) { self.witness = witness }

    private var run: Run { witness.run }

    /// A comment, and a test of a few lines.
    ///
    /// - Throws: `FormatError` for a run that no scenario of one's own describes.
    package func render() throws(FormatError) -> String {
        var lines = comment()
        lines += [
            "@Test func witness\(witness.id)() throws {",
            "    let scenario = OwnScenario(",
        ]
        let arguments = try scenario()
        lines += arguments.map { "        " + $0 }
        lines += test() + ["}"]
        return lines.joined(separator: "\n")
    }

    private func comment() -> [String] {
        let broken = witness.record.findings.map(\.expectation)
        var text = "Of witness \(witness.id) (\(witness.scenario)), which breaks "
        text += broken.isEmpty ? "nothing any more." : broken.joined(separator: ", ") + "."
        if broken.contains("lock-order") {
            text += " An inversion takes several runs; this is one of them."
        }
        return Layout.fill(text, first: "// ", rest: "// ", width: 90).split(separator: "\n")
            .map(String.init)
    }

    /// The arguments of the scenario, a line each, the last one with the bracket that closes them.
    private func scenario() throws(FormatError) -> [String] {
        let geometry = run.geometry
        var lines = [
            "\"witness-\(witness.id)\", on: .\(geometry.filesystem.name), size: \(geometry.size),"
        ]
        if geometry.extentCount > 0 {
            lines += Self.list("extents", geometry.extents.map(Self.extent)) { $0 + "," }
        }
        let setup = run.operations.filter(\.isSetup)
        guard setup.allSatisfy({ $0.task == 0 }), run.operations.allSatisfy({ $0.repeats <= 1 })
        else {
            throw FormatError(
                "witness \(witness.id) cannot be written as a test: a task other than the first "
                    + "makes the prior state, or an operation is repeated")
        }
        if !setup.isEmpty { lines += Self.list("before", setup.map(Self.operation)) { $0 + "," } }
        for (index, task) in tasks.enumerated() {
            let operations = run.operations.filter { !$0.isSetup && Int($0.task) == task }.map(
                Self.operation)
            lines += Self.list(index == 0 ? "tasks" : nil, operations) { $0 + "," }
        }
        let pages = geometry.mappedPages
        lines.append(
            "deviceBlocks: \(geometry.deviceBlocks), mapped: \(pages.lowerBound)..<"
                + "\(pages.upperBound), skew: \(geometry.skew)"
                + Self.flags(geometry.flags) + ")")
        return lines
    }

    private static func flags(_ flags: Geometry.Flags) -> String {
        let names = Geometry.Flags.names.filter { flags.contains($0.0) }.map { ".\($0.1)" }
        switch names.count {
        case 0: return ""
        case 1: return ", flags: \(names[0])"
        default: return ", flags: [\(names.joined(separator: ", "))]"
        }
    }

    /// The tasks that take part. A witness whose other tasks were found not to matter may have lost
    /// its first one; then the others move up.
    private var tasks: [Int] { witness.testedTasks }

    private func indexOf(task: Int) -> Int {
        tasks.firstIndex(of: task) ?? task
    }

    /// Where an operation stands once those of each task stand together.
    private func indexOf(operation index: Int) -> Int {
        let order = run.operations.indices.sorted {
            let (one, other) = (run.operations[$0], run.operations[$1])
            let ranks = [one, other].map { $0.isSetup ? -1 : Int($0.task) }
            return ranks[0] == ranks[1] ? $0 < $1 : ranks[0] < ranks[1]
        }
        return order.firstIndex(of: index) ?? index
    }

    private func test() -> [String] {
        var arguments = foundOn
        if !run.injections.isEmpty {
            arguments[arguments.count - 1] += ","
            arguments += Self.list("failing", run.injections.map(failure)) { $0 }
        }
        if let marks = witness.order, !marks.isEmpty {
            arguments[arguments.count - 1] += ","
            arguments += Self.list("order", marks.map(mark)) { $0 }
        }
        arguments[arguments.count - 1] += ")"
        return ["    try expectHolds(", "        scenario,"] + arguments.map { "        " + $0 }
    }

    /// The code that the witness is of.
    private var foundOn: [String] {
        let subject = witness.subject
        let tree = Self.literal(Layout.plain(subject.tree.description))
        guard !subject.patches.isEmpty else { return ["foundOn: \(tree)"] }
        return ["foundOn: \(tree),"]
            + Self.list("with", subject.patches.map { Self.literal($0.subject ?? $0.name) }) { $0 }
    }

    private static func literal(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// `label: [item, item]`, on one line where it fits.
    private static func list(
        _ label: String?, _ items: [String], _ end: (String) -> String
    ) -> [String] {
        let start = label.map { "\($0): [" } ?? "["
        let line = end(start + items.joined(separator: ", ") + "]")
        if line.count <= 90 { return [line] }
        return [start] + items.map { "    \($0)," } + [end("]")]
    }

    private static func extent(_ extent: Extent) -> String {
        let range = "\(extent.blocks.lowerBound)..<\(extent.blocks.upperBound)"
        let fill = ", of: \(hexadecimal(extent.fill))"
        switch extent.flags {
        case []: return ".blocks(\(range)\(fill))"
        case .unwritten where extent.fill == 0: return ".unwritten(\(range))"
        case .bad: return ".bad(\(range)\(fill))"
        case .pmdAligned: return ".huge(\(range)\(fill))"
        default:
            let names: [(Extent.Flags, String)] = [
                (.unwritten, ".unwritten"), (.bad, ".bad"), (.pmdAligned, ".pmdAligned"),
            ]
            let flags = names.filter { extent.flags.contains($0.0) }.map(\.1)
            return "Extent(block: \(extent.block), count: \(extent.count), "
                + "fill: \(hexadecimal(extent.fill)), flags: [\(flags.joined(separator: ", "))])"
        }
    }

    private static func operation(_ operation: Operation) -> String {
        let name = camelCase(operation.kind.name)
        switch operation.kind {
        case .truncate: return ".truncate(to: \(operation.position))"
        case .read, .readNowait, .unmap, .zeroRange, .punchHole, .reflink, .unshare,
            .collapseRange, .dedupe:
            return ".\(name)(at: \(operation.position), bytes: \(operation.length))"
        case .pin, .unpin, .memoryFailure, .mappingFailure:
            return ".\(name)(at: \(operation.position))"
        case let kind where kind.isStore || kind.isWrite:
            return ".\(name)(at: \(operation.position), bytes: \(operation.length), "
                + "of: \(hexadecimal(operation.fill)))"
        case let kind where kind.isAccess:
            return ".\(name)(at: \(operation.position), bytes: \(operation.length))"
        default: return ".\(name)"
        }
    }

    private func failure(_ injection: Injection) -> String {
        let task = indexOf(task: Int(injection.task))
        let whose = task == 0 ? "" : ", of: \(task)"
        let comes =
            injection.error > 0
            ? ", copies: \(injection.error))" : ", returns: \(Self.error(injection.error)))"
        return ".call(" + (named(injection) ?? "\(injection.nth)") + whose + comes
    }

    /// The call that fails, by the code around it; nil where the run killed its process, so that
    /// nobody knows what it passed.
    private func named(_ injection: Injection) -> String? {
        let all = FallibleCall.all(of: witness.record, witness.frames)
        guard
            let call = all.first(where: {
                $0.task == Int(injection.task) && $0.nth == injection.nth
            }),
            let failed = witness.record.failedCalls.first(where: { $0.injection == injection }),
            !failed.call.isEmpty
        else { return nil }
        var text = Self.literal(failed.call)
        if !call.function.isEmpty { text += ", in: \(Self.literal(call.function))" }
        if call.occurrence != 1 { text += ", time: \(call.occurrence)" }
        return text
    }

    private func mark(_ mark: PreemptionPoint) -> String {
        let point = mark.place
        let next = indexOf(task: mark.next)
        guard point.operation >= 0 else {
            let usual = indexOf(task: point.task)
            return usual == 0 ? ".first(\(next))" : ".first(\(next), insteadOf: \(usual))"
        }
        var text =
            ".from(\(indexOf(task: point.task)), to: \(next), "
            + "operation: \(indexOf(operation: point.operation)), behind: .\(point.call)"
        if !point.lockClass.isEmpty { text += ", of: \"\(point.lockClass)\"" }
        if !point.function.isEmpty { text += ", in: \"\(point.function)\"" }
        if point.occurrence != 1 { text += ", time: \(point.occurrence)" }
        return text + ")"
    }

    /// By name where `Errno` has one.
    private static func error(_ number: Int32) -> String {
        let names: [Int: String] = [
            Errno.eio: "eio", Errno.enxio: "enxio", Errno.eagain: "eagain",
            Errno.enomem: "enomem", Errno.efault: "efault", Errno.ebusy: "ebusy",
            Errno.eexist: "eexist", Errno.einval: "einval", Errno.enospc: "enospc",
            Errno.eintr: "eintr", Errno.erange: "erange", Errno.ehwpoison: "ehwpoison",
            Errno.enodev: "enodev", Errno.edquot: "edquot",
        ]
        return names[-Int(number)].map { "-Errno.\($0)" } ?? "\(number)"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        "0x" + String(byte, radix: 16)
    }

    private static func camelCase(_ name: String) -> String {
        let parts = name.split(separator: "-")
        return (parts.first.map(String.init) ?? "")
            + parts.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
