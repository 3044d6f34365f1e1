// SPDX-License-Identifier: GPL-2.0-only

// One line on the terminal that says what is being done, how far it has come, how fast, and how
// long it will take. It is written over itself, so it exists only where standard error is a terminal
// that can do that; a log gets nothing.

import Exploration
import FoundationEssentials
import Glibc
import Synchronization
import System
import Workers

/// The live line.
final class ProgressLine: Sendable {
    private let width = Mutex(0)

    /// Nil where nobody would see it live.
    init?() {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        guard let terminal = getenv("TERM").map({ String(cString: $0) }), terminal != "dumb",
            !terminal.isEmpty
        else { return nil }
    }

    deinit { clear() }

    func show(_ stage: CheckSession.Stage) {
        switch stage {
        case .building(let variants):
            show("building \(variants == 1 ? "the slice" : "\(variants) variants")")
        case .exploring(let progress): show(ProgressLine.text(progress))
        case .witnessing: show("making the smallest run of each failure")
        case .done: clear()
        }
    }

    /// E.g. "1,234,567 runs, 98,765/s, 41 % done, 12 s left".
    static func text(_ progress: Progress) -> String {
        var text = "\(progress.runs.grouped) runs"
        guard let rate = progress.rate else { return text }
        text += ", \(rate.grouped)/s"
        guard let fraction = progress.fraction else {
            return text + ", for \(time(progress.seconds))"
        }
        text += ", \(Int(100 * fraction)) % done"
        return text + (progress.secondsLeft.map { ", \(time($0)) left" } ?? "")
    }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.up))
        switch whole {
        case ..<120: return "\(whole) s"
        case ..<7200: return "\(whole / 60) min \(whole % 60) s"
        default: return "\(whole / 3600) h \(whole / 60 % 60) min"
        }
    }

    /// A line that is broken in two could not be written over.
    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 79 }
        return Int(size.ws_col) - 1
    }

    func show(_ text: String) {
        let text = VisibleText.of(text).prefix(ProgressLine.columns)
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
