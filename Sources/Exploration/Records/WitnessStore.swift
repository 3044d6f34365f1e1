// SPDX-License-Identifier: GPL-2.0-only

// Where witnesses are kept between the command that found them and the one that shows them again:
// a file each, in the cache, so that `replay ID` works in any directory. The newest are kept.

import FoundationEssentials
import Glibc
import System
import Workers

/// Saved witnesses, by id.
package struct WitnessStore: Sendable {
    /// A directory; made when the first witness is saved.
    package let directory: String
    /// More than so many are not kept.
    package static let capacity = 512

    package init(directory: String) { self.directory = directory }

    package init(in cache: BuildCache) { directory = cache.root + "/witnesses" }

    /// Writes a witness; one with the same id is replaced in one step.
    package func save(_ witness: Witness) throws(WorkerError) {
        let unfinished = "\(directory)/.\(witness.id)-\(getpid())"
        do {
            try Disk.makeDirectory(directory)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            try Disk.write(Array(encoder.encode(witness)), to: unfinished, isSynced: true)
            try Disk.move(unfinished, to: path(of: witness.id))
        } catch {
            Disk.remove(unfinished)
            let reason = (error as? QuestionError)?.reason ?? "\(error)"
            throw WorkerError("\(path(of: witness.id)): the witness \(reason)")
        }
        prune()
    }

    /// Finds a witness.
    ///
    /// - Parameters:
    ///   - name: an id, the first digits of one, or the path of a file.
    ///   - id: the one that is meant, or its first digits, where a file has several.
    package func load(_ name: String, id: String? = nil) throws(WorkerError) -> Witness {
        // One that was only listed, if it was not made yet.
        if !WitnessStore.isFile(name), id == nil, !hasWitness(name), let witness = listed(name) {
            return witness
        }
        let file = try find(name)
        let found = try WitnessStore.witnesses(in: file)
        let meant = found.filter { $0.id.hasPrefix(id ?? "") }
        guard let witness = meant.first else {
            throw WorkerError(
                found.isEmpty
                    ? "\(file): no expectation failed in this report, so there is no witness in it"
                    : "\(file): has no witness \(id ?? ""); it has "
                        + found.map(\.id).joined(separator: ", "))
        }
        guard meant.count == 1 else {
            throw WorkerError(
                "\(file): has \(meant.count) witnesses; --id names one of "
                    + meant.map(\.id).joined(separator: ", "))
        }
        return witness
    }

    /// Whether there is a witness with an id.
    package func contains(_ id: String) -> Bool {
        FileManager.default.fileExists(atPath: path(of: id))
    }

    /// Whether there is a witness whose id begins so.
    private func hasWitness(_ prefix: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.contains { $0.hasSuffix(".json") && $0.hasPrefix(prefix) }
    }

    /// Whether a name is that of a file and no id.
    package static func isFile(_ name: String) -> Bool {
        name.contains("/") || name.hasSuffix(".json")
            || !name.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
                && FileManager.default.fileExists(atPath: name)
    }

    /// More is no report of ours.
    private static let bytesMax = 1 << 26

    private static func witnesses(in file: String) throws(WorkerError) -> [Witness] {
        var status = stat()
        guard stat(file, &status) == 0 else { throw WorkerError("\(file): no such file") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw WorkerError("\(file): is no file of a witness")
        }
        guard status.st_size <= bytesMax else {
            throw WorkerError("\(file): \(status.st_size) bytes; a witness has a few thousand")
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw WorkerError("\(file): cannot be read")
        }
        let found: [Witness]
        do {
            found = try JSONDecoder().decode(WitnessFile.self, from: data).witnesses
        } catch {
            throw WorkerError("\(file): is no witness of this version of faultline")
        }
        for witness in found {
            // A file can say anything; what the machine asserts must hold is checked here.
            guard witness.format == 1 else {
                throw WorkerError("\(file): format \(witness.format); this version knows 1")
            }
            if let mistake = witness.mistake {
                throw WorkerError("\(file): describes a run that cannot be made: \(mistake)")
            }
        }
        return found
    }

    private func find(_ name: String) throws(WorkerError) -> String {
        if WitnessStore.isFile(name) {
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
