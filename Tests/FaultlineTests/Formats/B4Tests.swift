// SPDX-License-Identifier: GPL-2.0-only

// b4 itself, offline, on a kernel repository of a few commits: what it says of a branch in work, of
// a series out of a mailbox, and what its review would show. Nobody tells `perpatch` where a patch
// belongs; it has to find that.

import Foundation
import Testing
import VariantTesting

@Suite(
    .enabled(if: PythonTools.areThere, PythonTools.reason),
    .enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
struct B4Tests {
    /// A work tree with a prepared series: the second patch needs the first, the third is a bug, the
    /// fourth is about something else.
    private struct Place {
        let url: URL
        let home: URL

        static let shared = Result { try Place() }

        init() throws {
            let tree = KernelTree.v612
            url = try TemporaryDirectory.make()
            home = try TemporaryDirectory.make()
            for part in ["Makefile", "fs", "include", "lib", "mm", "drivers"] {
                try FileManager.default.copyItem(
                    at: try tree.directory.appending(path: part), to: url.appending(path: part))
            }
            try git("init", "-q", "-b", "master", ".")
            try git("config", "--global", "user.name", "A Developer")
            try git("config", "--global", "user.email", "dev@example.org")
            try git("config", "--global", "b4.attestation-policy", "off")
            let command = CommandRun.executable.path + " perpatch"
            try git("config", "--global", "b4.prep-perpatch-check-cmd", command)
            try git("config", "--global", "b4.am-perpatch-check-cmd", command)
            try git("add", "-A")
            try git("commit", "-qm", "Linux 6.12")
            _ = try b4("prep", "-n", "faults", "-f", "master")
            let file = "fs/ext2/inode.c"
            try insert(
                "\twritten = max_t(ssize_t, written, 0);\n",
                before: "\tif (iomap->type == IOMAP_MAPPED &&", of: file)
            try change(
                file, before: "static int\next2_iomap_end(",
                "static bool ext2_wrote_nothing(unsigned int flags)\n{\n"
                    + "\treturn flags & IOMAP_FAULT;\n}\n\n",
                subject: "ext2: say which iomap operations write nothing")
            try change(
                file, before: "\tif (iomap->type == IOMAP_MAPPED &&",
                "\tif (ext2_wrote_nothing(flags))\n\t\treturn 0;\n",
                subject: "ext2: a fault has nothing to trim")
            try change(
                file, before: "\tif (ext2_wrote_nothing(flags))", "\t*(volatile int *)NULL = 1;\n",
                subject: "ext2: try something")
            try change("README", before: "", "A kernel.\n", subject: "README: say what this is")
            try git("format-patch", "-q", "--thread", "-o", "../\(outName)", "HEAD~4")
            try tree.noteTested()
        }

        private var outName: String { url.lastPathComponent + "-mails" }

        /// The mails of the series, without b4's cover letter.
        var mails: [URL] {
            get throws {
                let directory = url.deletingLastPathComponent().appending(path: outName)
                return try FileManager.default.contentsOfDirectory(atPath: directory.path)
                    .sorted().map { directory.appending(path: $0) }
            }
        }

        private func change(
            _ file: String, before landmark: String, _ text: String, subject: String
        ) throws {
            try insert(text, before: landmark, of: file)
            try git("add", "-A")
            try git("commit", "-qm", subject, "-m", "Because.")
        }

        private func insert(_ text: String, before landmark: String, of file: String) throws {
            let path = url.appending(path: file)
            let old = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
            let place =
                landmark.isEmpty ? old.endIndex : try #require(old.range(of: landmark)).lowerBound
            try Data((old[..<place] + text + old[place...]).utf8).write(to: path)
        }

        private var environment: [String: String] {
            [
                "HOME": home.path, "GIT_CONFIG_NOSYSTEM": "1", "XDG_CACHE_HOME": home.path,
                "FAULTLINE_HOME": CommandRun.home.path,
                "FAULTLINE_CACHE": CommandRun.sharedCache.url.path,
            ]
        }

        @discardableResult
        func git(_ arguments: String...) throws -> String {
            let run = try Tool(name: "git").run(arguments, environment: environment, in: url)
            try #require(run.status == 0, "git \(arguments): \(run.text)")
            return run.text
        }

        func b4(_ arguments: String...) throws -> String {
            let run = try PythonTools.tool("b4").run(
                arguments, environment: environment, in: url)
            try #require(run.status == 0, "b4 \(arguments): \(run.text)")
            return run.text
        }

        func python(_ lines: String, _ arguments: [String]) throws -> String {
            let run = try PythonTools.tool("python3").run(
                ["-c", lines] + arguments, environment: environment, in: url)
            try #require(run.status == 0, "\(run.text)")
            return run.text
        }
    }

    @Test("prep --check judges each commit on its parent")
    func prep() throws {
        let text = try Place.shared.get().b4("prep", "--check", "--no-cache")
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0 == "Success: 2, Warning: 1, Error: 1" }, "\(text)")
        #expect(
            lines.contains {
                $0.contains("WARNING: 1 of 2 added lines never ran: fs/ext2/inode.c:")
            },
            "nothing calls the new function before the second patch\n\(text)")
        #expect(
            !text.contains("no-self-deadlock"),
            "6.12 deadlocks until the second patch, as is on record of it\n\(text)")
        let bad = try #require(lines.firstIndex { $0.contains("ext2: try something") }, "\(text)")
        #expect(
            lines[(bad + 1)...].contains { $0.contains("ERROR: no-warning fails in ") }, "\(text)")
        #expect(lines[(bad + 1)...].contains { $0.contains("faultline replay ") }, "\(text)")
        #expect(!text.contains("faultline: faultline:"), "standard error is silent\n\(text)")
    }

    @Test("am --check judges a series out of a mailbox, each patch on those before it")
    func fetched() throws {
        let place = try Place.shared.get()
        // HEAD has nothing of it, as where one applies other people's mail.
        let other = place.url.deletingLastPathComponent().appending(path: UUID().uuidString)
        try place.git("worktree", "add", "-q", "--detach", other.path, "master")
        let box = place.home.appending(path: "series.mbox")
        let mails = try place.mails.map { try String(contentsOf: $0, encoding: .utf8) }
        try Data(mails.joined(separator: "\n").utf8).write(to: box)
        let first = try #require(mails[0].firstMatch(of: /Message-I[dD]: <([^>]+)>/)?.1)
        let run = try PythonTools.python(
            """
            import os, subprocess, sys
            os.chdir(sys.argv[1])
            done = subprocess.run(sys.argv[2:], capture_output=True, text=True)
            print(done.stdout + done.stderr)
            """,
            [
                other.path, "env", "HOME=\(place.home.path)",
                "XDG_CACHE_HOME=\(place.home.path)", "GIT_CONFIG_NOSYSTEM=1",
                "FAULTLINE_HOME=\(CommandRun.home.path)",
                "FAULTLINE_CACHE=\(CommandRun.sharedCache.url.path)",
                try PythonTools.tool("b4").name, "am", "--check", "--no-cache", "-m", box.path,
                "-o", place.home.path, String(first),
            ])
        #expect(run.contains("ERROR: no-warning fails in "), "\(run)")
        #expect(!run.contains("not judged"), "the second patch stands on the first\n\(run)")
        #expect(run.components(separatedBy: "ERROR:").count == 2, "only one is bad\n\(run)")
    }

    @Test("A review shows a pass, a failure with its witness, and what has nothing to judge")
    func review() throws {
        let place = try Place.shared.get()
        let text = try place.python(
            """
            import email, email.policy, json, sys
            import b4
            from b4.review import checks
            patches = []
            for path in sys.argv[3:]:
                with open(path, 'rb') as mail:
                    patches.append((path, email.message_from_binary_file(mail, policy=b4.emlpolicy)))
            results = checks.run_perpatch_checks(patches, [sys.argv[1]], sys.argv[2])
            print(json.dumps([results[path] for path in sys.argv[3:]]))
            """,
            [
                "\(CommandRun.executable.path) perpatch --format review", place.url.path,
            ] + place.mails.map(\.path))
        let results = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[[String: String]]])
        #expect(results.map(\.count) == [1, 1, 1, 1])
        #expect(results.map { $0[0]["status"] } == ["warn", "pass", "fail", "pass"], "\(text)")
        #expect(results.allSatisfy { $0[0]["tool"] == "faultline" })
        let failure = results[2][0]
        #expect(failure["summary"]?.hasPrefix("no-warning fails in ") == true, "\(failure)")
        #expect(failure["details"]?.contains("call chain of ") == true, "\(failure)")
        #expect(results[3][0]["summary"]?.hasPrefix("nothing to judge") == true)
        #expect(results[1][0]["details"]?.contains("coverage ") == true, "\(results[1])")
    }

    @Test func aPatchWhoseSeriesWasNeverSeenIsAWarning() throws {
        let place = try Place.shared.get()
        let other = place.url.deletingLastPathComponent().appending(path: UUID().uuidString)
        try place.git("worktree", "add", "-q", "--detach", other.path, "master")
        let mail = try String(contentsOf: place.mails[2], encoding: .utf8)
        let run = try CommandRun(
            ["perpatch"], input: mail, in: other, cache: TemporaryDirectory.make())
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.isEmpty)
        #expect(run.output.hasPrefix("WARNING: not judged: the patch does not apply here: "))
        #expect(
            run.output.contains(
                /it is patch [0-9] of [0-9], and this tree lacks the patches before it/))
        #expect(run.output.split(separator: "\n").count == 1, "\(run.output)")
    }

    @Test func aPatchThatDoesNotCompileIsAnError() throws {
        let patch = try MadePatch.inserting(["\tno_such_type x;"], into: "dax_iomap_fault")
        let run = try CommandRun(["perpatch"], input: patch)
        #expect(run.status == 2)
        #expect(run.errors.isEmpty)
        #expect(run.output.contains(/^ERROR: fs\/dax\.c:[0-9]+: .*no_such_type/), "\(run.output)")
    }

    @Test func aCoverLetterHasNothingToJudge() throws {
        let run = try CommandRun(
            ["perpatch", "--format", "review"],
            input: "From: A <a@example.org>\nSubject: [PATCH 0/2] two things\n\nHello.\n")
        #expect(run.status == 0)
        #expect(run.output.contains("\"status\" : \"pass\""), "\(run.output)")
    }
}
