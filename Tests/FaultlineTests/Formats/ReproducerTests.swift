// SPDX-License-Identifier: GPL-2.0-only

// A witness as a program for a booted kernel. Nothing boots here: what is written is compiled as
// strictly as can be, and run on a file of this machine without failures, which must tell that from
// the witness. What cannot be staged is refused.

import Exploration
import Foundation
import Reporting
import Testing
import VariantTesting

@Suite struct ReproducerTests {
    private static let merged = CommandRun.home.appending(
        path: "patches/history/merged-v4.10.patch"
    ).path

    /// Failing runs by the call that fails; "" where none does.
    private static func failing(_ arguments: [String]) throws -> [String: String] {
        let run = try CommandRun(
            ["check", "--orders", "none", "--list-failing", "--format", "json"] + arguments)
        let report = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let variant = try #require(
            (report?["variants"] as? [[String: Any]])?.first, "\(run.errors)")
        var found: [String: String] = [:]
        for group in try #require(variant["failing_runs"] as? [[String: Any]]) {
            for run in try #require(group["runs"] as? [[String: Any]]) {
                let calls = try #require(run["failing"] as? [String])
                let call = calls.first?.split(separator: ": ").last.map(String.init) ?? ""
                if (run["scenario"] as? String)?.hasPrefix("ext2/") == true, calls.count < 2 {
                    found[call] = run["id"] as? String
                }
            }
        }
        return found
    }

    private static func write(_ id: String, in place: URL) throws -> (run: CommandRun, folder: URL)
    {
        let folder = place.appending(path: id)
        let run = try CommandRun([
            "replay", id, "--format", "reproducer", "--output", folder.path,
        ])
        return (run, folder)
    }

    private static func compile(_ folder: URL) throws {
        let made = try Tool(name: "make").run(
            ["-s", "CC=clang", "CFLAGS=-Wall -Wextra -Werror"], in: folder)
        #expect(made.status == 0, "\(made.text)")
    }

    /// The last line of the program, on an ordinary file and with nothing failing.
    private static func rehearse(_ folder: URL) throws -> (status: Int32, last: String) {
        let place = try TemporaryDirectory.make()
        let run = try Tool(name: folder.appending(path: "witness").path).run(
            ["--rehearse", place.path])
        return (run.status, run.text.split(separator: "\n").last.map(String.init) ?? "")
    }

    private static let deadlocks = Result {
        try failing(["--scenario", "ext2/1-byte/last-partial/write-fault/*", merged])
    }

    @Test func theShippedDeadlockBecomesAProgram() throws {
        let deadlocks = try Self.deadlocks.get()
        let id = try #require(deadlocks["bdev_direct_access -EIO"], "\(deadlocks)")
        let (run, folder) = try Self.write(id, in: try TemporaryDirectory.make())
        #expect(run.status == 1, "\(run.errors)")
        let program = try String(contentsOf: folder.appending(path: "witness.c"), encoding: .utf8)
        #expect(program.contains(".decides = IS_HANG,"))
        #expect(program.contains(".function = \"bdev_direct_access\", .n = 1,"))
        let page = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
        #expect(page.contains("./boot LINUX/arch/x86/boot/bzImage") && page.contains("vng --run"))
        #expect(!page.contains(CommandRun.home.path), "a path of this machine")
        for name in ["boot", "guest", "kernel.config", "module/flinject.c", "module/Kbuild"] {
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: name).path))
        }
        try Self.compile(folder)
        let (status, last) = try Self.rehearse(folder)
        #expect(status == 1)
        #expect(
            last.hasPrefix("not reproduced: operation ") && last.hasSuffix(" returns"), "\(last)")
    }

    @Test func whatNoKernelCanBeBroughtToDoIsRefused() throws {
        let id = try #require(try Self.deadlocks.get()["blk_queue_enter -ENODEV"])
        let (run, folder) = try Self.write(id, in: try TemporaryDirectory.make())
        #expect(run.status == 2)
        #expect(run.errors.contains("blk_queue_enter() fails with -ENODEV"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test func nothingIsWrittenOver() throws {
        let id = try #require(try Self.deadlocks.get()["bdev_direct_access -EIO"])
        let place = try TemporaryDirectory.make()
        let there = place.appending(path: id)
        try FileManager.default.createDirectory(at: there, withIntermediateDirectories: true)
        let (run, _) = try Self.write(id, in: place)
        #expect(run.status == 2 && run.errors.contains("exists already"), "\(run.errors)")
        let nowhere = try CommandRun(["replay", id, "--format", "reproducer"])
        #expect(nowhere.status != 0 && nowhere.errors.contains("--output FOLDER"))
    }

    @Test(.enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason))
    func eachKindOfFailureHasMeansOfItsOwn() throws {
        let failing = try Self.failing([
            "--count-known", "--scenario", "ext2/49153-bytes/last-partial/w*", "--tree",
            try KernelTree.v612.directory.path,
        ])
        let place = try TemporaryDirectory.make()
        let means = [
            "vmf_insert_mixed -ENOMEM": "NO_MEMORY", "memory allocation -ENOMEM": "NO_MEMORY",
            "dax_direct_access -ENXIO": "BAD_CALL", "user copy 1 byte": "USER_COPY",
            "sb_issue_zeroout -EIO": "BAD_IO", "sb_bread -EIO": "BAD_IO",
        ]
        for (call, name) in means {
            let id = try #require(failing[call], "\(call): \(failing.keys.sorted())")
            let (run, folder) = try Self.write(id, in: place)
            #expect(run.status == 1, "\(run.errors)")
            let program = try String(
                contentsOf: folder.appending(path: "witness.c"), encoding: .utf8)
            #expect(program.contains(".means = \(name)"), "\(call)")
            try Self.compile(folder)
            let (status, last) = try Self.rehearse(folder)
            #expect(status == 1 && last.hasPrefix("not reproduced: "), "\(call): \(last)")
        }
    }

    /// What the catalogue's failing runs do not need: a full device, a signal, names that are C.
    @Test func everyWayCompiles() throws {
        let id = try #require(try Self.deadlocks.get()["bdev_direct_access -EIO"])
        let (_, folder) = try Self.write(id, in: try TemporaryDirectory.make())
        let file = try CommandRun(["replay", id, "--format", "json"])
        let witness = try #require(
            try JSONDecoder().decode(Replayed.self, from: Data(file.output.utf8)).witness.witnesses
                .first)
        let means: [StagedMeans] = [
            .none, .noSpace(free: 3), .signal("a\"b\\c??/", nth: 2), .call("f", nth: 1, returns: 0),
        ]
        let reproducer = Reproducer(
            witness: witness,
            ways: means.map { StagedWay(means: $0, run: witness.run, record: witness.record) })
        try Data(WitnessProgram(reproducer).render().utf8)
            .write(to: folder.appending(path: "witness.c"))
        try Self.compile(folder)
    }

    private struct Replayed: Decodable { let witness: WitnessFile }
}
