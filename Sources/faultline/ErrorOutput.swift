// SPDX-License-Identifier: GPL-2.0-only

// What the command says beside its result, on standard error: one line for each thing, with the
// program's name in front, so that it can be told from what a shell or git says around it.

import Glibc
import System

/// A failure of the command itself.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Every line that starts a message carries the program's name.
func complain(_ message: String) {
    let lines = VisibleText.of(message).split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { $0.hasPrefix(" ") ? "\($0)\n" : "faultline: \($0)\n" }.joined()
    write(text, to: STDERR_FILENO)
}

/// Writes a result, whole, to standard output.
///
/// - Throws: `CommandFailure` where it cannot be written, as on a full disk. What a closed pipe does not
///   take is nobody's loss.
func printResult(_ text: String) throws {
    guard let code = write(text, to: STDOUT_FILENO), code != EPIPE else { return }
    throw CommandFailure("standard output: cannot write: \(String(cString: strerror(code)))")
}

/// Writes all of a text.
///
/// - Returns: the error that kept it from being written; nil for none.
@discardableResult
func write(_ text: String, to descriptor: Int32) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            done += count
        }
        return nil
    }
}
