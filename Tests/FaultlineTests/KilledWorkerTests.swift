// SPDX-License-Identifier: GPL-2.0-only

// A worker that somebody else ends, and a full disk: neither is held against the patch.

import Foundation
import Glibc
import Testing
import VariantTesting

@Suite struct KilledWorkerTests {
    private static let patch = "patches/option-2-iomap-fault-flag.patch"

    /// Ends the first worker of a command as soon as it is there.
    ///
    /// - Returns: whether there was one.
    private static func killWorker(of process: Process) -> Bool {
        let pid = process.processIdentifier
        while process.isRunning {
            let list = "/proc/\(pid)/task/\(pid)/children"
            let children = (try? String(contentsOfFile: list, encoding: .utf8)) ?? ""
            for child in children.split(separator: " ").compactMap({ pid_t($0) }) {
                let line = try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)
                if line?.contains("\0worker") == true {
                    usleep(200_000)
                    return kill(child, SIGKILL) == 0
                }
            }
            usleep(5_000)
        }
        return false
    }

    private static func untimed(_ json: String) -> String {
        json.replacing(
            /"(seconds|building|reading|running|total|witnessing)" : [0-9.e-]+/, with: "")
    }

    @Test func aWorkerThatIsKilledFromOutsideChangesNothing() throws {
        let arguments = ["check", "--no-reuse", "--jobs", "1", "--format", "json", Self.patch]
        let expected = try CommandRun(arguments, in: CommandRun.home)
        let run = try CommandRun.start(
            arguments, in: CommandRun.home, cache: CommandRun.sharedCache.url)
        #expect(Self.killWorker(of: run.process))
        run.waitUntilExit()
        let (output, errors) = (try run.text(of: run.output), try run.text(of: run.errors))
        #expect(run.process.terminationStatus == 0, "\(errors)")
        #expect(Self.untimed(output) == Self.untimed(expected.output))
    }

    @Test(arguments: [
        ["list", "expectations"], ["--help"], ["check", "--help"], ["help", "check"], ["--version"],
        ["--generate-completion-script", "bash"], ["manual"], ["watch"],
    ])
    func aResultThatCannotBeWrittenIsNoResult(_ arguments: [String]) throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let process = Process()
        process.executableURL = CommandRun.executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging([
            "FAULTLINE_HOME": CommandRun.home.path,
            "FAULTLINE_CACHE": CommandRun.sharedCache.url.path,
        ]) { $1 }
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2)
        #expect(
            text == "faultline: standard output: cannot write: No space left on device\n", "\(text)"
        )
    }
}
