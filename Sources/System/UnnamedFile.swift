// SPDX-License-Identifier: GPL-2.0-only

// Files without a name: they are gone when the last descriptor is, so an interrupt leaves nothing.

import Glibc

/// A file without a name, open for reading and writing, closed in children.
///
/// - Returns: a descriptor of 10 or more, out of the way of those that children are given.
/// - Throws: `QuestionError` where TMPDIR takes no file, or not so much.
package func unnamedFile(containing contents: [UInt8] = []) throws(QuestionError) -> Int32 {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    func failure(_ reason: String) -> QuestionError {
        QuestionError(.disk, file: directory, reason: "\(reason): \(lastError())")
    }
    var template = Array("\(directory)/faultline.XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure("takes no temporary file") }
    unlink(template)
    let high = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
    close(descriptor)
    guard high >= 0 else { throw failure("a temporary file cannot be kept open") }
    let written = contents.isEmpty ? 0 : write(high, contents, contents.count)
    guard written == contents.count, lseek(high, 0, SEEK_SET) == 0 else {
        close(high)
        throw failure("a temporary file cannot be written")
    }
    return high
}
