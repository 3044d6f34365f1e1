// SPDX-License-Identifier: GPL-2.0-only

// The version of the program, with the commit that it was built from: a number alone does not tell
// two builds of one week apart. ./install records the commit beside the executable; a later build
// makes that record stale, and without one the checkout is asked, whose sources this program
// compiles for every variant.

import FoundationEssentials
import Glibc
import System

/// What `--version` prints.
enum Version {
    /// The only place that has it.
    static let number = "0.2.0"
    /// When this version was made, for the manual page.
    static let date = "November 23, 2026"

    /// "0.1.0 (57fb09d2c1f4)"; the number alone where no commit is known.
    static func current(_ toolchain: Toolchain?) -> String {
        let commit = recorded ?? toolchain.flatMap(commitOfCheckout)
        return commit.map { "\(number) (\($0))" } ?? number
    }

    /// What ./install wrote down, unless the executable is newer.
    private static var recorded: String? {
        guard let executable = Environment.executable else { return nil }
        let record = executable + ".commit"
        var (program, note) = (stat(), stat())
        guard stat(executable, &program) == 0, stat(record, &note) == 0,
            note.st_mtim.tv_sec >= program.st_mtim.tv_sec,
            let bytes = FileManager.default.contents(atPath: record)
        else { return nil }
        return line(bytes)
    }

    /// The commit of the checkout; "-dirty" behind it if files differ from it.
    private static func commitOfCheckout(_ toolchain: Toolchain) -> String? {
        guard let home = try? Checkout.find() else { return nil }
        let arguments = ["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        let done = try? Command.git(toolchain, reading: home.root, arguments).run()
        guard let done, done.status == 0 else { return nil }
        return line(done.output)
    }

    private static func line(_ bytes: some Sequence<UInt8>) -> String? {
        let text = String(decoding: Array(bytes), as: UTF8.self)
        return text.split(separator: "\n").first.map(String.init)
    }
}
