// SPDX-License-Identifier: GPL-2.0-only

// A directory for files that nobody needs after the command: it carries the number of the process
// in its name, is removed with the value, and by the next command if its process was killed.

import FoundationEssentials
import Glibc
import Slices

/// A temporary directory in the cache.
final class ScratchDirectory: Sendable {
    let path: String

    init(in cache: BuildCache) throws(WorkerError) {
        path = "\(cache.root)/tmp/\(getpid())-runs"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw WorkerError("\(path): cannot be made: \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func makeDirectory(_ name: String) throws(WorkerError) -> String {
        let directory = "\(path)/\(name)"
        guard mkdir(directory, 0o777) == 0 else {
            throw WorkerError("\(directory): \(lastError())")
        }
        return directory
    }
}
