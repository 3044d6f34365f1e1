// SPDX-License-Identifier: GPL-2.0-only

// Where witnesses are kept between the command that found them and the one that shows them again:
// a file each, in the cache, so that `replay ID` works in any directory. The newest are kept.

import FoundationEssentials
import Glibc
import Machine
import Slices

/// Saved witnesses, by id.
public struct WitnessStore: Sendable {
    /// A directory; made when the first witness is saved.
    public let directory: String
    /// More than so many are not kept.
    public static let capacity = 512

    public init(directory: String) { self.directory = directory }

    public init(in cache: BuildCache) { directory = cache.root + "/witnesses" }

    /// Writes a witness; one with the same id is replaced in one step.
    public func save(_ witness: Witness) throws(WorkerError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            try encoder.encode(witness).write(
                to: URL(filePath: path(of: witness.id)), options: .atomic)
        } catch {
            throw WorkerError("\(path(of: witness.id)): \(error)")
        }
        prune()
    }

    /// Finds a witness.
    ///
    /// - Parameter name: an id, the first digits of one, or the path of a file.
    public func load(_ name: String) throws(WorkerError) -> Witness {
        let file = try find(name)
        guard let data = FileManager.default.contents(atPath: file) else {
            throw WorkerError("\(file): cannot be read")
        }
        let witness: Witness
        do {
            witness = try JSONDecoder().decode(Witness.self, from: data)
        } catch {
            throw WorkerError("\(file): is no witness of this version of faultline")
        }
        try WitnessStore.check(witness, file)
        return witness
    }

    private func find(_ name: String) throws(WorkerError) -> String {
        if name.contains("/") || name.hasSuffix(".json") {
            guard FileManager.default.fileExists(atPath: name) else {
                throw WorkerError("\(name): no such file")
            }
            return name
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let matches = names.filter { $0.hasSuffix(".json") && $0.hasPrefix(name) }.sorted()
        guard !name.isEmpty, let match = matches.first else {
            throw WorkerError(
                "\(name): no such witness in \(directory); `faultline check` prints ids, and a "
                    + "witness in a file is named by its path")
        }
        guard matches.count == 1 else {
            throw WorkerError("\(name): could be any of \(matches.count) witnesses")
        }
        return "\(directory)/\(match)"
    }

    /// A file can say anything; what the machine asserts must hold is checked here.
    private static func check(_ witness: Witness, _ file: String) throws(WorkerError) {
        let operations = witness.run.operations
        let setup = operations.prefix { $0.isSetup }.count
        guard witness.format == 1 else {
            throw WorkerError("\(file): format \(witness.format); this version knows 1")
        }
        guard !operations.isEmpty, operations.count <= 64, witness.run.injections.count <= 8,
            !operations[setup...].contains(where: { $0.isSetup })
        else { throw WorkerError("\(file): describes a run that cannot be made") }
    }

    private func path(of id: String) -> String { "\(directory)/\(id).json" }

    private func prune() {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory),
            names.count > WitnessStore.capacity
        else { return }
        let byAge = names.map { name in
            var status = stat()
            stat("\(directory)/\(name)", &status)
            return (status.st_mtim.tv_sec, name)
        }.sorted { $0 < $1 }
        for (_, name) in byAge.prefix(names.count - WitnessStore.capacity) {
            unlink("\(directory)/\(name)")
        }
    }
}
