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
        if let reason = geometry.filesystem.reasonNotToBeStaged { return reason }
        guard geometry.flags.isEmpty else {
            return "its ext2 is laid out as mke2fs does not do it"
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
        let aspects = record.findings.reduce(into: StagedAspects()) {
            $0.formUnion(StagedAspects($1, in: record))
        }
        let rules = record.findings.map(\.expectation).joined(separator: ", ")
        guard !aspects.isEmpty else { return "a program cannot see whether \(rules) holds" }
        // What several tasks return and leave may be right in another order than theirs.
        let tasks = Set(run.operations.filter { !$0.isSetup }.map(\.task))
        if tasks.count > 1, aspects.isDisjoint(with: [.lost, .warning]), aspects != .hang {
            return "it has several tasks, and a program does not see in which order they went"
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

    /// Nothing where code that keeps the rule could look the same to a program: what is broken inside
    /// of the kernel alone, or would show after a loss of power.
    package init(_ finding: RunRecord.Finding, in record: RunRecord) {
        let kind = finding.kind ?? ""
        func isOne(of cases: [String]) -> Bool { cases.contains { kind.hasPrefix($0) } }
        let texts = finding.expected + finding.actual
        let all: StagedAspects = [.hang, .result, .data, .blocks]
        switch finding.expectation {
        case "no-self-deadlock", "no-deadlock": self = .hang
        case "data-intact":
            let bytes = ["a byte is seen", "a call returns", "an access ends", "another i_size"]
            self =
                isOne(of: bytes + ["a byte on the medium"])
                ? [.hang, .result, .data] : isOne(of: ["a block is missing"]) ? all : []
        case "error-kept" where isOne(of: ["a call"]): self = all
        case "error-kept", "fault-code":
            // Codes of success differ in what the kernel counts.
            self = texts.contains("SIGBUS") || texts.contains("OOM") ? all : []
        case "error-has-cause": self = isOne(of: ["a call", "a bad medium"]) ? all : []
        case "short-write-trims", "fault-keeps-blocks": self = all
        case "no-leak": self = record.lost.contains { $0.kind == "block" } ? [.hang, .lost] : []
        case "no-warning": self = record.end == .finished ? .warning : []
        case "locks-released":
            self = record.held.contains { $0.kind.isSeenByLockdep } ? .warning : []
        default: self = []
        }
    }
}

extension HeldKind {
    /// lockdep knows nothing of entries.
    fileprivate var isSeenByLockdep: Bool {
        switch self {
        case .lock, .pageLock, .freeze: true
        case .waitQueue, .entry, .storage, .preload, .atomic: false
        }
    }
}
