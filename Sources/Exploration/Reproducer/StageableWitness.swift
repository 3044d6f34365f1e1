// SPDX-License-Identifier: GPL-2.0-only

// What of a witness a booted kernel can be brought to do, asked before anything is made. Whoever gets
// a "no" is told which part stands in the way: another witness of the same failure may have none.

import Machine

extension Witness {
    /// Throws the reason for which a booted kernel cannot make this run.
    func requireStageable() throws(NotStageable) {
        if let reason = obstacle { throw NotStageable(self, reason) }
    }

    private var obstacle: String? {
        let geometry = run.geometry
        guard geometry.filesystem == .ext2 else {
            return "its filesystem, \(geometry.filesystem.name), is in no kernel"
        }
        if let kind = run.operations.map(\.kind).first(where: { !$0.isStageable }) {
            return "a program cannot do this there: \(kind.description)"
        }
        guard geometry.extents.allSatisfy({ $0.flags.isSubset(of: .bad) }) else {
            return "ext2 has no unwritten or aligned extents"
        }
        guard run.injections.count <= 1 else { return "more than one of its calls fails" }
        guard record.death == nil, record.end.isStageable else {
            return
                "the run \(record.end.description), and what a kernel does then is no longer told"
        }
        if record.findings.isEmpty { return "the run breaks nothing any more" }
        if record.findings.allSatisfy({ StagedAspects(rule: $0.expectation).isEmpty }) {
            let rules = record.findings.map(\.expectation).joined(separator: ", ")
            return "a program cannot see whether \(rules) holds"
        }
        return nil
    }
}

extension Machine.Operation.Kind {
    /// A process can do it on ext2, on a kernel as it is.
    fileprivate var isStageable: Bool {
        switch self {
        case .readFault, .writeFault, .privateReadFault, .privateWriteFault, .pfnMkwrite, .write,
            .read, .truncate, .fsync, .unmap, .freeze, .yield:
            true
        default: false
        }
    }
}

extension RunEnd {
    /// A kernel does the same: it goes on, hangs, or kills the process.
    fileprivate var isStageable: Bool {
        switch self {
        case .finished, .selfDeadlock, .deadlock, .lostWakeup, .endlessLoop, .oops, .bug, .divide:
            true
        default: false
        }
    }

    /// The operation in which it shows never returns.
    package var hangs: Bool { isDeadlock || self == .endlessLoop }
}

/// What a program sees of a broken rule.
package struct StagedAspects: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package static let hang = StagedAspects(rawValue: 1)
    package static let result = StagedAspects(rawValue: 2)
    package static let data = StagedAspects(rawValue: 4)
    package static let blocks = StagedAspects(rawValue: 8)
    package static let lost = StagedAspects(rawValue: 16)
    package static let warning = StagedAspects(rawValue: 32)
    package static let writeback = StagedAspects(rawValue: 64)

    /// - Parameter rule: its name; what is broken inside of the kernel alone has no aspect.
    package init(rule: String) {
        switch rule {
        case "no-self-deadlock", "no-deadlock": self = .hang
        case "data-intact": self = [.hang, .result, .data]
        case "error-kept", "error-has-cause", "fault-code": self = [.hang, .result, .data, .blocks]
        case "short-write-trims", "fault-keeps-blocks": self = [.hang, .result, .data, .blocks]
        case "no-leak": self = [.hang, .lost]
        case "no-warning", "locks-released", "lock-order": self = .warning
        case "durability": self = [.hang, .writeback]
        default: self = []
        }
    }
}
