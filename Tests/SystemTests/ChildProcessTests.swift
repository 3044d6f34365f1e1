// SPDX-License-Identifier: GPL-2.0-only

// What a child gets and what it does not: descriptors, environment, signals, process group.

import Glibc
import Testing

@testable import System

@Suite("Child processes")
struct ChildProcessTests {
    /// Runs a shell command to its end; its standard output goes to `output`.
    private func run(
        _ script: String, to output: borrowing UnnamedFile, _ change: (inout ChildProcess) -> Void
    ) throws -> Int32 {
        var process = ChildProcess(
            executable: "/bin/sh", arguments: ["sh", "-c", script],
            descriptors: [STDOUT_FILENO: .open(output.descriptor)])
        change(&process)
        return ChildProcess.wait(for: try process.start())
    }

    private func text(_ file: borrowing UnnamedFile) throws -> String {
        String(anyBytes: try file.contents())
    }

    @Test func theChildHasTheDescriptorsThatAreListed() throws {
        let output = try UnnamedFile()
        let one = try UnnamedFile(containing: Array("one\n".utf8))
        let other = try UnnamedFile(containing: Array("other\n".utf8))
        // Closed on exec, so the child has it only if it is listed.
        let unlisted = try UnnamedFile()
        let status = try run(
            "cat <&3; cat <&4; test -e /proc/self/fd/\(unlisted.descriptor) || echo none",
            to: output
        ) {
            $0.descriptors[3] = .open(one.descriptor)
            $0.descriptors[4] = .open(other.descriptor)
        }
        #expect(status == 0)
        #expect(try text(output) == "one\nother\nnone\n")
    }

    @Test("A descriptor may have the number that another one gets in the child")
    func exchangedDescriptors() throws {
        let output = try UnnamedFile()
        let files = try ["one\n", "other\n"].map { text -> Int32 in
            let file = try UnnamedFile(containing: Array(text.utf8))
            return fcntl(file.descriptor, F_DUPFD_CLOEXEC, 30)
        }
        defer { for file in files { close(file) } }
        _ = try run("cat <&\(files[0]); cat <&\(files[1])", to: output) {
            $0.executable = "/bin/bash"  // dash reads one digit
            $0.descriptors[files[0]] = .open(files[1])
            $0.descriptors[files[1]] = .open(files[0])
        }
        #expect(try text(output) == "other\none\n")
    }

    @Test func theEnvironmentIsTheGivenOne() throws {
        let output = try UnnamedFile()
        _ = try run("echo $X-$HOME-", to: output) { $0.environment = ["X": "y"] }
        #expect(try text(output) == "y--\n")
    }

    @Test func aBlockedSignalDoesNotEndTheChild() throws {
        let output = try UnnamedFile()
        // Not SIGINT: whoever runs the tests in the background has the shell ignore it.
        let status = try run("kill -USR1 $$; echo on", to: output) {
            $0.blockedSignals = [SIGUSR1]
        }
        #expect(status == 0)
        #expect(try text(output) == "on\n")
    }

    @Test(arguments: [true, false]) func processGroup(_ leads: Bool) throws {
        let output = try UnnamedFile()
        _ = try run("echo $$; cut -d ' ' -f 5 /proc/$$/stat", to: output) {
            $0.leadsProcessGroup = leads
        }
        let numbers = try text(output).split(separator: "\n")
        try #require(numbers.count == 2)
        #expect((numbers[0] == numbers[1]) == leads)
    }

    @Test func whatCannotBeStartedIsAnError() {
        #expect(throws: ChildProcess.StartError.self) {
            try ChildProcess(executable: "/nowhere", arguments: ["x"]).start()
        }
    }

    @Test func theFileHasNoNameAndAHighDescriptor() throws {
        let file = try UnnamedFile(containing: [1, 2, 3])
        #expect(file.descriptor >= 10)
        #expect(try file.contents() == [1, 2, 3])
        var status = stat()
        #expect(fstat(file.descriptor, &status) == 0 && status.st_nlink == 0)
        let descriptor = file.release()
        #expect(fstat(descriptor, &status) == 0)
        close(descriptor)
    }

    @Test func aToolReadsAndWritesInC() throws {
        let done = try Command(
            executable: "/bin/sh", arguments: ["-c", "echo $LC_ALL; echo no >&2; exit 3"]
        ).run()
        #expect(done.status == 3)
        #expect(String(anyBytes: done.output) == "C\n")
        #expect(done.messages == "no\n")
    }

    @Test func aToolThatASignalEndsHasGivenNoAnswer() throws {
        let command = Command(executable: "/bin/sh", arguments: ["-c", "echo no >&2; kill -9 $$"])
        let error = #expect(throws: QuestionError.self) { try command.run() }
        #expect(error?.kind == .toolchain)
        #expect(error?.reason == "was ended by SIGKILL")
        #expect(error?.output == "no\n")
    }
}
