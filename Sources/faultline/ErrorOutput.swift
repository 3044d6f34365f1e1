// SPDX-License-Identifier: GPL-2.0-only

// What the command says beside its result, on standard error: one line for each thing, with the
// program's name in front, so that it can be told from what a shell or git says around it.

import Glibc

/// A failure of the command itself.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Every line that starts a message carries the program's name.
func complain(_ message: String) {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { $0.hasPrefix(" ") ? "\($0)\n" : "faultline: \($0)\n" }.joined()
    write(text, to: STDERR_FILENO)
}

/// Writes all of a text; what a closed pipe does not take is nobody's loss.
func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            done += count
        }
    }
}
