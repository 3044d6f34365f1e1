// SPDX-License-Identifier: GPL-2.0-only

// The command as a user meets it: exit codes, the shape of its JSON, what a witness tells, and that
// a patch which does its worst gets a verdict like any other.

import Expectations
import Foundation
import Testing
import VariantTesting

@Suite struct CheckTests {
    private static func patch(_ name: String) -> String {
        CommandRun.home.appending(path: "patches/\(name).patch").path
    }

    private static func json(_ run: CommandRun) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    }

    /// Verdicts of the first variant by expectation.
    private static func verdicts(_ run: CommandRun) throws -> [String: [String: Any]] {
        let variants = try #require(try json(run)["variants"] as? [[String: Any]])
        let verdicts = try #require(variants[0]["verdicts"] as? [[String: Any]])
        return Dictionary(
            uniqueKeysWithValues: verdicts.map { ($0["expectation"] as! String, $0) })
    }

    // MARK: - Exit codes

    @Test func aGoodPatchExitsWithZero() throws {
        let run = try CommandRun(["check", Self.patch("option-2-iomap-fault-flag")])
        #expect(run.status == 0, "\(run.errors)")
        // The slice has finding 27, as kernels do.
        #expect(run.output.contains("Nothing fails that did not before;"))
    }

    @Test func theMergedPatchExitsWithOneAndExplainsTheDeadlock() throws {
        let run = try CommandRun(["check", Self.patch("history/merged-v4.10")])
        #expect(run.status == 1, "\(run.errors)")
        let chain = [
            "ext2_dax_fault", "dax_iomap_fault", "ext2_iomap_end", "ext2_write_failed",
            "ext2_truncate_blocks",
        ]
        var rest = run.output[...]
        for function in chain {
            let place = try #require(rest.range(of: function), "\(function) in order")
            rest = rest[place.upperBound...]
        }
        let sections = [
            "WARNING: possible recursive locking detected", "is trying to acquire lock:",
            "&ei->dax_sem", "but task is already holding lock:",
            "other info that might help us debug this:", "Possible unsafe locking scenario:",
            "CPU0", "lock(&ei->dax_sem);", "lock(&ei->dax_sem);", "*** DEADLOCK ***",
            "held by task0/0:", "stack backtrace:",
        ]
        rest = run.output[...]
        for section in sections {
            let place = try #require(rest.range(of: section), "\(section) in order")
            rest = rest[place.upperBound...]
        }
        #expect(run.output.contains("(fail_nth: "))
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("The task waits for itself, for ever."))
        let longest = run.output.split(separator: "\n").map(\.count).max() ?? 0
        #expect(longest <= 100)
    }

    @Test(arguments: [
        ["--no-such-option"], ["check", "--format", "xml"], ["check", "--jobs", "0"],
        ["no-such-subcommand"], ["replay"], ["check", "/no/such/file.patch"],
        ["replay", "ffffffffffff"],
    ])
    func aQuestionThatCannotBeAskedExitsWithTwo(_ arguments: [String]) throws {
        let run = try CommandRun(arguments)
        #expect(run.status == 2)
        #expect(run.output.isEmpty)
        #expect(!run.errors.isEmpty)
    }

    @Test(arguments: [["--help"], ["check", "--help"], ["--version"], ["list", "expectations"]])
    func whatIsAskedForExitsWithZero(_ arguments: [String]) throws {
        let run = try CommandRun(arguments)
        #expect(run.status == 0)
        #expect(!run.output.isEmpty)
        #expect(run.errors.isEmpty)
    }

    // MARK: - JSON

    /// The keys that were agreed on first; SchemaTests holds whole reports against their schema.
    @Test func jsonHasTheAgreedKeys() throws {
        let run = try CommandRun(["check", "--format", "json", Self.patch("history/merged-v4.10")])
        #expect(run.status == 1)
        func expect(_ object: [String: Any], has keys: Set<String>) {
            #expect(keys.subtracting(object.keys).isEmpty, "\(object.keys.sorted())")
        }
        let object = try Self.json(run)
        expect(object, has: ["faultline", "tree", "variants"])
        #expect(object["faultline"] as? Int == 1)
        let tree = try #require(object["tree"] as? [String: Any])
        expect(tree, has: ["kind", "version", "rev"])
        #expect(tree["kind"] as? String == "embedded")
        let variant = try #require((object["variants"] as? [[String: Any]])?.first)
        expect(
            variant,
            has: ["name", "patches", "runs", "seconds", "verdicts", "coverage", "orders"])
        let baseline = try #require(variant["baseline"] as? [String: Any])
        #expect(baseline["kind"] as? String == "unpatched")
        #expect(variant["name"] as? String == "merged-v4.10")
        let coverage = try #require(variant["coverage"] as? [String: Any])
        expect(coverage, has: ["added_lines", "executed", "missed"])
        #expect(try #require(coverage["executed"] as? Int) > 0)
        let verdicts = try #require(variant["verdicts"] as? [[String: Any]])
        #expect(
            verdicts.map { $0["expectation"] as? String } == Expectations.all.map { $0.name })
        for verdict in verdicts {
            expect(verdict, has: ["expectation", "verdict", "runs"])
            let fails = verdict["verdict"] as? String == "fail"
            let witness = verdict["witness"] as? [String: Any]
            #expect((witness != nil) == fails)
            if let witness {
                expect(witness, has: ["id", "scenario", "injections", "schedule", "text"])
            }
        }
    }

    @Test func theResultDoesNotDependOnJobs() throws {
        func object(jobs: Int) throws -> String {
            let run = try CommandRun([
                "check", "--format", "json", "--no-reuse", "--jobs", "\(jobs)",
                Self.patch("history/naive-iomap-end"),
            ])
            var object = try Self.json(run)
            var variants = try #require(object["variants"] as? [[String: Any]])
            variants[0]["seconds"] = 0
            object["variants"] = variants
            object["seconds"] = 0
            return try sortedJSON(object)
        }
        let one = try object(jobs: 1)
        #expect(try object(jobs: 3) == one)
        #expect(try object(jobs: 2) == one)
    }

    // MARK: - Witnesses

    @Test func aWitnessCanBeReplayedAfterItsPatchIsGone() throws {
        let directory = try TemporaryDirectory.make()
        let patch = directory.appending(path: "mine.patch")
        try FileManager.default.copyItem(
            at: URL(filePath: Self.patch("history/naive-iomap-end")), to: patch)
        // A store of its own: others check the same patch under its own name meanwhile, and a
        // witness keeps the name that was given last.
        let cache = try CommandRun.cacheOfObjects()
        let check = try CommandRun(
            ["check", "--format", "json", "mine.patch"], in: directory, cache: cache)
        #expect(check.status == 1, "\(check.errors)")
        let verdict = try #require(try Self.verdicts(check)["no-self-deadlock"])
        let witness = try #require(verdict["witness"] as? [String: Any])
        let id = try #require(witness["id"] as? String)
        #expect(id.count == 12)
        try FileManager.default.removeItem(at: patch)

        let replay = try CommandRun(["replay", id], cache: cache)
        #expect(replay.status == 1, "\(replay.errors)")
        #expect(replay.output.contains("trace:"))
        #expect(replay.output.contains("iomap_end("))
        #expect(replay.output.contains("possible recursive locking detected"))
        #expect(try CommandRun(["replay", id], cache: cache).output == replay.output)
    }

    // MARK: - Patches that do their worst

    @Test(arguments: [
        (
            "dereferences NULL",
            ["\tvolatile int *nothing = 0;", "\t*nothing = 1;"], "dax_iomap_fault fs/dax.c:"
        ),
        ("loops for ever", ["\tfor (;;)", "\t\t;"], "endless loop"),
        (
            "loops for ever through a lock",
            [
                "\tfor (;;) {", "\t\tdown_read(&vma->vm_file->f_mapping->i_mmap_rwsem);",
                "\t\tup_read(&vma->vm_file->f_mapping->i_mmap_rwsem);", "\t}",
            ], "endless loop"
        ),
        (
            "calls _exit", ["\textern void _exit(int);", "\t_exit(3);"],
            "called exit with status 3"
        ),
        (
            "kills itself", ["\textern int raise(int);", "\traise(9);"], "died of SIGKILL"
        ),
        (
            "smashes its stack",
            [
                "\tvolatile char small[8];", "\tfor (int i = 0; i < 512; i++)",
                "\t\tsmall[i] = 0x41;",
            ], "stack"
        ),
    ])
    func aPatchThatGetsAVerdict(_ what: String, _ statements: [String], _ words: String) throws {
        let patch = try MadePatch.inserting(statements, into: "dax_iomap_fault")
        // Some of them are refused otherwise.
        let run = try CommandRun(["check", "--trust", "--format", "json", "-"], input: patch)
        #expect(run.status == 1, "\(what): \(run.errors)")
        let verdict = try #require(try Self.verdicts(run)["no-warning"])
        #expect(verdict["verdict"] as? String == "fail")
        let witness = try #require(verdict["witness"] as? [String: Any])
        let text = try #require(witness["text"] as? String)
        #expect(text.contains(words), "\(text)")
        // The rest of the catalogue was judged all the same.
        #expect(try #require(verdict["runs"] as? Int) > 100)
    }

    // MARK: - Files

    @Test func outputAppearsInAFileAndNothingElseDoes() throws {
        let directory = try TemporaryDirectory.make()
        let run = try CommandRun(
            ["list", "expectations", "--output", "list.txt"], in: directory)
        #expect(run.status == 0)
        #expect(run.output.isEmpty)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names.filter { !$0.hasPrefix(".") } == ["list.txt"])
        let text = try String(
            contentsOf: directory.appending(path: "list.txt"), encoding: .utf8)
        #expect(text.contains("no-self-deadlock"))
    }

    @Test func outputThatCannotBeWrittenIsAnError() throws {
        let run = try CommandRun(["list", "--output", "/no/such/directory/file"])
        #expect(run.status == 2)
        #expect(run.errors.contains("/no/such/directory/file"))
    }

    @Test func anInterruptLeavesNothingBehind() throws {
        let cache = try TemporaryDirectory.make()
        // A process that was started in the background inherits SIGINT ignored.
        let before = signal(SIGINT, SIG_DFL)
        defer { signal(SIGINT, before) }
        let started = try CommandRun.start(["matrix"], cache: cache)
        Thread.sleep(forTimeInterval: 0.4)
        kill(started.process.processIdentifier, SIGINT)
        started.waitUntilExit()
        #expect(started.process.terminationStatus == 130)
        let left = try? FileManager.default.contentsOfDirectory(
            atPath: cache.appending(path: "tmp").path)
        #expect((left ?? []).isEmpty)
        let next = try CommandRun(
            ["check", Self.patch("option-2-iomap-fault-flag")], cache: cache)
        #expect(next.status == 0, "\(next.errors)")
    }
}
