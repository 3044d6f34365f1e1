// SPDX-License-Identifier: GPL-2.0-only

// One run in this process, for a debugger: no worker, no watchdog, nothing forked. The command that
// starts the debugger writes the run into a file and gives that file's name; nobody calls it by hand.

import Exploration
import FoundationEssentials
import Glibc

/// The run that a debugger looks at.
enum DebuggedRun {
    /// The argument that makes the program do nothing but that run; the file's name stands behind it.
    static let argument = "debugged-run"

    /// Makes the run and leaves.
    static func main(_ path: String?) -> Never {
        do {
            guard let path, let data = FileManager.default.contents(atPath: path) else {
                complain("\(argument): is for faultline replay --debug alone")
                Glibc.exit(2)
            }
            let request = try JSONDecoder().decode(RecordingRequest.self, from: data)
            let image = try request.image.load()
            let end = image.run(request.run) { outcome in "\(outcome.end.description)" }
            try printResult("the run \(end)\n")
            Glibc.exit(0)
        } catch {
            complain("\(error)")
            Glibc.exit(2)
        }
    }
}
