// SPDX-License-Identifier: GPL-2.0-only

// A witness on its way to another machine: what makes the run again, without what came of it. A
// colleague gets it in a mail or as part of a saved report, so it carries the patches by content,
// and what comes back in is a file that anybody may have written: it is held against the limits of
// a run before anything is made of it.

import Expectations
import FoundationEssentials
import Machine

/// What `faultline replay FILE` needs of a witness.
package struct PortableWitness: Encodable {
    private let witness: Witness

    package init(_ witness: Witness) { self.witness = witness }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Witness.CodingKeys.self)
        try values.encode(witness.format, forKey: .format)
        try values.encode(witness.id, forKey: .id)
        try values.encode(witness.subject.portable, forKey: .subject)
        try values.encode(witness.scenario, forKey: .scenario)
        try values.encode(witness.words, forKey: .words)
        try values.encode(witness.run, forKey: .run)
        try values.encodeIfPresent(witness.order, forKey: .order)
        try values.encodeIfPresent(witness.companions, forKey: .companions)
    }
}

extension Witness {
    package enum CodingKeys: String, CodingKey {
        case format, id, subject, scenario, words, run, order, record, frames, companions
    }

    /// A portable witness has neither a record nor frames; they are made when its run is.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        format = try values.decode(Int.self, forKey: .format)
        id = try values.decode(String.self, forKey: .id)
        subject = try values.decode(Subject.self, forKey: .subject)
        scenario = try values.decode(String.self, forKey: .scenario)
        words = try values.decode(String.self, forKey: .words)
        run = try values.decode(Run.self, forKey: .run)
        order = try values.decodeIfPresent([PreemptionPoint].self, forKey: .order)
        record = try values.decodeIfPresent(RunRecord.self, forKey: .record) ?? RunRecord()
        frames =
            try values.decodeIfPresent([UInt64: [CodeFrame]].self, forKey: .frames) ?? [:]
        companions = try values.decodeIfPresent([Companion].self, forKey: .companions)
    }
}

/// A file with witnesses: one by itself, or a report, a replay or a verdict that was saved as JSON.
package struct WitnessFile: Decodable {
    package private(set) var witnesses: [Witness] = []

    private enum CodingKeys: String, CodingKey {
        case run, replay, witness, variants, verdicts
        case harnessErrors = "harness_errors"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if values.contains(.run) {
            witnesses = [try Witness(from: decoder)]
            return
        }
        if values.contains(.replay) {
            witnesses = [try values.decode(Witness.self, forKey: .replay)]
            return
        }
        if values.contains(.witness) {
            witnesses = try values.decode(WitnessFile.self, forKey: .witness).witnesses
        }
        for key in [CodingKeys.variants, .verdicts, .harnessErrors] where values.contains(key) {
            let parts = try values.decode([WitnessFile].self, forKey: key)
            for witness in parts.flatMap(\.witnesses)
            where !witnesses.contains(where: { $0.id == witness.id }) {
                witnesses.append(witness)
            }
        }
    }
}

extension Witness {
    /// More than a run makes.
    private static let choicesMax = 1 << 16
    private static let marksMax = 4096
    private static let companionsMax = 16
    private static let patchesMax = 1024
    /// The machine's own is some millions; a hundred times as much is still minutes.
    private static let budgetMax: UInt64 = 1_000_000_000

    /// Why no run can be made of what a file says; nil if one can.
    package var mistake: String? {
        guard id.utf8.count == 12, id.utf8.allSatisfy(Self.isHexadecimal) else {
            return "its id is not of twelve hexadecimal digits"
        }
        let names =
            [scenario, words, subject.variant, subject.tree.kind, subject.tree.version]
            + subject.patches.flatMap { [$0.name, $0.path, $0.subject ?? ""] }
            + [subject.tree.root, subject.tree.rev, subject.tree.name, subject.tree.revName,
                subject.tree.head]
            .compactMap { $0 }
            + (order ?? []).flatMap { [$0.place.function, $0.place.lockClass] }
            + (companions ?? []).flatMap { [$0.scenario, $0.words] }
        guard names.allSatisfy(Self.isText) else { return "a name in it is no line of text" }
        guard subject.patches.count <= Self.patchesMax else {
            return "\(subject.patches.count) patches"
        }
        guard (order?.count ?? 0) <= Self.marksMax, (companions?.count ?? 0) <= Self.companionsMax
        else { return "its order is longer than a run" }
        let tasks = 0..<4
        guard (order ?? []).allSatisfy({ tasks ~= $0.next && tasks ~= $0.place.task }) else {
            return "its order names a task that there cannot be"
        }
        if let objection = record.objection(ofRun: run) { return "\(objection) in its record" }
        return Self.mistake(in: run)
            ?? (companions ?? []).lazy.compactMap { Self.mistake(in: $0.run) }.first
    }

    private static func mistake(in run: Run) -> String? {
        guard Scenario.isWellFormed(run.operations), run.injections.count <= 8,
            run.operations.allSatisfy({ $0.repeats <= 1 }),
            run.injections.allSatisfy({ $0.task < 4 })
        else { return "its operations are not those of a run" }
        guard run.schedule.choices.count <= choicesMax, run.schedule.choices.allSatisfy({ $0 < 4 })
        else { return "its schedule is not one of a run" }
        guard !run.isQuiet, run.budget <= budgetMax else {
            return "it asks for a run that is not written down, or has no end"
        }
        return nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// Fit to be printed: a terminal does what control characters say.
    private static func isText(_ text: String) -> Bool {
        text.utf8.count <= 4096
            && text.unicodeScalars.allSatisfy {
                $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value)
            }
    }
}
