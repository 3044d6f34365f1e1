// SPDX-License-Identifier: GPL-2.0-only

// Temporary files that have no name, so that nothing has to be removed after a crash. A tool's input
// and output go through them and not through pipes: nobody has to read while the tool runs, so no
// tool can block or be blocked.

import Glibc

/// A file without a name, open for reading and writing; it is gone when its last descriptor is.
package struct UnnamedFile: ~Copyable {
    /// Closed on exec, and not below 10: a child's own numbers are low.
    package let descriptor: Int32

    /// - Parameter contents: what the file begins with; it is read from its start.
    /// - Throws: `QuestionError` if the directory of temporary files takes none.
    package init(containing contents: [UInt8] = []) throws {
        let made = try UnnamedFile.make()
        do {
            try Disk.write(contents, to: made, named: "temporary file")
        } catch {
            close(made)
            throw error
        }
        lseek(made, 0, SEEK_SET)
        descriptor = made
    }

    // mkstemp would do, but sets no close-on-exec: another thread's child would keep the file.
    private static func make() throws -> Int32 {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        for _ in 0..<100 {
            let path = "\(directory)/faultline-\(getpid())-\(UInt64.random(in: 0 ... .max))"
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor < 0 {
                guard errno == EEXIST else { break }
                continue
            }
            defer { close(descriptor) }
            unlink(path)
            let high = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
            guard high >= 0 else { break }
            return high
        }
        throw QuestionError(
            .disk, file: directory,
            reason: "takes no temporary file: \(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    /// All of the file.
    package func contents() throws -> [UInt8] {
        lseek(descriptor, 0, SEEK_SET)
        return try Disk.read(descriptor, named: "temporary file")
    }

    /// The descriptor, which the caller closes.
    package consuming func release() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }
}
