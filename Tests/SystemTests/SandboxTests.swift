// SPDX-License-Identifier: GPL-2.0-only

// What a tool is left when it is started in a sandbox: asked of small programs that every system has.

import Glibc
import System
import TestSupport
import Testing

@Suite struct SandboxTests: TemporaryFiles {
    let directory = Self.newPath()

    /// Runs a program of the system in a sandbox.
    private func run(
        _ program: String, _ arguments: String..., readable: [String] = [], writable: [String] = [],
        seconds: Int = 60
    ) throws -> Command.Completion {
        let path = ["/usr/bin/\(program)", "/bin/\(program)"].first(where: Disk.isExecutable)
        var command = Command(
            executable: try #require(path), arguments: arguments,
            confinement: Sandbox.Confinement(readable: readable, writable: writable))
        command.seconds = seconds
        return try command.run()
    }

    private static var hasFiles: Bool { Sandbox.layers.contains(.files) }

    @Test(.enabled(if: hasFiles, "this kernel has no Landlock"))
    func aToolReadsWhatIsNamedAndNothingElse() throws {
        let canary = try write("canary", to: "canary")
        defer { Disk.remove(directory) }
        let allowed = try run("cat", canary, readable: [directory])
        #expect(allowed.status == 0 && allowed.output == Array("canary".utf8))
        let refused = try run("cat", canary)
        #expect(refused.status != 0 && refused.output.isEmpty)
        #expect(refused.messages.contains("Permission denied"))
    }

    @Test(.enabled(if: hasFiles, "this kernel has no Landlock"))
    func aToolWritesWhereItMayAndNowhereElse() throws {
        try write("", to: "out/there")
        defer { Disk.remove(directory) }
        let (new, outside) = ("\(directory)/out/new", "\(directory)/new")
        _ = try run("cp", "/dev/null", new, readable: [directory], writable: ["\(directory)/out"])
        #expect(Disk.exists(new))
        _ = try run(
            "cp", "/dev/null", outside, readable: [directory], writable: ["\(directory)/out"])
        #expect(!Disk.exists(outside))
    }

    @Test(.enabled(if: Sandbox.layers.contains(.calls), "this kernel has no seccomp"))
    func aToolStartsNoProcessAndChangesNoMode() throws {
        let file = try write("", to: "file")
        defer { Disk.remove(directory) }
        let shell = try run("sh", "-c", "cat /dev/null; echo started")
        #expect(shell.status != 0 && !String(anyBytes: shell.output).contains("started"))
        let mode = try run("chmod", "000", file, writable: [directory])
        #expect(mode.status != 0)
        #expect(access(file, R_OK) == 0)
    }

    @Test func aToolThatDoesNotEndIsEnded() throws {
        let error = #expect(throws: QuestionError.self) { try run("sleep", "86400", seconds: 1) }
        #expect(error?.reason == "was ended: it took longer than 1 s")
    }

    @Test func aToolThatIsNotThereIsAnError() {
        let command = Command(
            executable: "/nonexistent/tool", arguments: [], confinement: Sandbox.Confinement())
        #expect(throws: QuestionError.self) { try command.run() }
    }

    @Test func nothingOfTheEnvironmentIsHandedOn() throws {
        setenv("FAULTLINE_TEST_SECRET", "canary", 1)
        defer { unsetenv("FAULTLINE_TEST_SECRET") }
        let done = try run("env")
        #expect(done.status == 0)
        #expect(!String(anyBytes: done.output).contains("canary"))
    }
}
