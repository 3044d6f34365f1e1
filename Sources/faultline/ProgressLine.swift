// SPDX-License-Identifier: GPL-2.0-only

// One line on the terminal that says what is being done. It is written over itself, so it exists
// only where standard error is a terminal; a log gets nothing.

import Exploration
import Glibc
import Synchronization

/// The live line.
final class ProgressLine: Sendable {
    private let width = Mutex(0)

    /// Nil where nobody would see it live.
    init?() {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
    }

    deinit { clear() }

    func show(_ stage: Examination.Stage) {
        switch stage {
        case .building(let variants):
            show("building \(variants == 1 ? "the slice" : "\(variants) variants")")
        case .exploring(let progress):
            show(
                "\(progress.runs) runs, \(progress.finishedParts) of \(progress.parts) parts done")
        case .witnessing: show("writing down what failed")
        case .done: clear()
        }
    }

    private func show(_ text: String) {
        width.withLock { width in
            let padding = String(repeating: " ", count: max(0, width - text.count))
            write("\r\(text)\(padding)", to: STDERR_FILENO)
            width = text.count
        }
    }

    private func clear() {
        width.withLock { width in
            guard width > 0 else { return }
            write("\r\(String(repeating: " ", count: width))\r", to: STDERR_FILENO)
            width = 0
        }
    }
}
