// SPDX-License-Identifier: GPL-2.0-only

// A reproducer on disk: the sources of csrc/reproducer, which are the same for every witness, and
// beside them the witness's own. The folder appears whole or not at all, and nothing that is there
// already is written over.

import Exploration
import Glibc
import Reporting
import System

/// The folder that `replay --format reproducer` writes.
struct ReproducerFolder {
    private let path: String

    /// - Throws: `CommandFailure` if there is something of that name.
    init(_ path: String) throws {
        self.path = path
        guard !Disk.exists(path) else {
            throw CommandFailure("\(path): exists already; --output names a new folder")
        }
    }

    /// Writes it.
    ///
    /// - Returns: the names of its files.
    func write(_ reproducer: Reproducer, sources: String) throws {
        let new = "\(path).new-\(getpid())"
        defer { Disk.remove(new) }
        do {
            try Disk.makeDirectory(new + "/module")
            for name in Disk.files(under: sources) where name != "README.md" {
                try Disk.write(try Disk.read("\(sources)/\(name)"), to: "\(new)/\(name)")
            }
            for script in ["boot", "guest"] { chmod("\(new)/\(script)", 0o755) }
            try write(WitnessProgram(reproducer).render(), to: new + "/witness.c")
            try write(ReproducerReadme(reproducer).render(), to: new + "/README.md")
        } catch let error as QuestionError {
            throw CommandFailure(error.description)
        }
        guard rename(new, path) == 0 else {
            throw CommandFailure("\(path): cannot write: \(String(cString: strerror(errno)))")
        }
    }

    private func write(_ text: String, to path: String) throws {
        try Disk.write(Array(text.utf8), to: path)
    }
}
