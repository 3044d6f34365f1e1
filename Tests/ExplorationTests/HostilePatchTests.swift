// SPDX-License-Identifier: GPL-2.0-only

// Code under test that makes system calls, in a worker that has given them up: each costs its run, and
// is told by its name. The calls are harmless where a layer fails: canary files of this test's own,
// signal 0, a child that exits.

import Expectations
import Foundation
import Machine
import Patches
import Slices
import System
import Testing
import VariantTesting
import Workers

@testable import Exploration

@Suite(.enabled(if: Sandbox.layers.contains(.calls), "this kernel has no seccomp"))
struct HostilePatchTests {
    /// A system call, and what a run that makes it ends with.
    struct Call: Sendable {
        var name: String
        var number: Int
        /// In C; `canary` and `new` are paths.
        var arguments = "0, 0, 0, 0"

        var message: String { "system call \(number), \(name)" }
    }

    /// The first one is made by an instruction of the image, the others through the C library.
    static let calls = [
        Call(name: "getpid", number: 39),
        Call(name: "fork", number: 57),
        Call(name: "openat", number: 257, arguments: "-100, (long)canary, 0, 0"),
        Call(name: "open", number: 2, arguments: "(long)new, 0101, 0600, 0"),
        Call(name: "unlink", number: 87, arguments: "(long)canary, 0, 0, 0"),
        Call(name: "socket", number: 41, arguments: "2, 1, 0, 0"),
        Call(name: "kill", number: 62, arguments: "1, 0, 0, 0"),
        Call(name: "execve", number: 59, arguments: "(long)\"/bin/true\", 0, 0, 0"),
        Call(name: "ptrace", number: 101),
        Call(name: "process_vm_readv", number: 310),
        Call(name: "mmap", number: 9, arguments: "0, 4096, 7, 0x22"),
        Call(name: "mprotect", number: 10, arguments: "0, 4096, 7, 0"),
        Call(name: "close", number: 3, arguments: "4, 0, 0, 0"),
        Call(name: "write", number: 1, arguments: "1, (long)canary, 1, 0"),
        Call(name: "prctl", number: 157, arguments: "15, (long)canary, 0, 0"),
        Call(name: "io_uring_setup", number: 425, arguments: "1, (long)new, 0, 0"),
    ]

    /// The handler of a fault makes the call whose number is the file's size.
    private static func statements(canary: String, new: String) -> [String] {
        [
            "\textern long syscall(long number, ...);",
            "\tstatic const char canary[] = \"\(canary)\";",
            "\tstatic const char new[] = \"\(new)\";",
            "\tstatic const long calls[][5] = {",
        ] + calls.map { "\t\t{ \($0.number), \($0.arguments) }," } + [
            "\t};",
            "\tconst long *call = calls[vma->vm_file->f_mapping->host->i_size - 1];",
            "",
            "\tif (call == calls[0])",
            "\t\tasm volatile(\"syscall\" : : \"a\"(call[0])",
            "\t\t\t     : \"rcx\", \"r11\", \"memory\");",
            "\telse",
            "\t\tsyscall(call[0], call[1], call[2], call[3], call[4], -1, 0);",
        ]
    }

    @Test(.timeLimit(.minutes(5))) func aSystemCallEndsItsRunAndIsTold() throws {
        let variants = try Variants()
        let directory = try TemporaryDirectory.make()
        let (canary, new) = (directory.appending(path: "canary"), directory.appending(path: "new"))
        try Data("canary".utf8).write(to: canary)
        let patch = directory.appending(path: "hostile.patch")
        let text = try MadePatch.inserting(
            Self.statements(canary: canary.path, new: new.path), into: "dax_iomap_fault")
        try Data(text.utf8).write(to: patch)
        var builder = variants.builder
        builder.trustsPatches = true
        let variant = try builder.build(
            variants.tree,
            patches: Patch.read(
                patch.path, toolchain: builder.toolchain, cache: builder.cache), named: "hostile")

        let runs = Self.calls.indices.map { index in
            let scenario = Scenario(
                name: "hostile", description: "a fault",
                geometry: Geometry(
                    filesystem: .ext2, size: UInt64(index + 1),
                    extents: [Extent(block: 0, count: 1, fill: 0x41)], mappedPages: 0..<1, skew: 0),
                operations: [Machine.Operation(.readFault, at: 0, length: 1)])
            return (
                image: ImageReference.file(variant.image), scenario: scenario, run: scenario.run()
            )
        }
        let records = try variants.pool.record(runs)
        try #require(records.count == Self.calls.count)
        for (call, record) in zip(Self.calls, records) {
            #expect(record.death == nil, "\(call.name): \(record.death?.words ?? "")")
            #expect(record.end == .oops && record.message == call.message, "\(record.message)")
            #expect(record.findings.contains { $0.expectation == "no-warning" }, "\(call.name)")
            let chain = try #require(record.endChain.map { record.chains[$0] })
            let frames = try Symbolizer(toolchain: builder.toolchain).frames(
                image: variant.image, pcs: Array(chain.pcs.prefix(1)))
            #expect(
                frames.first?.contains { $0.function == "dax_iomap_fault" } == true, "\(frames)")
            #expect(frames.first?.first?.file == "fs/dax.c", "\(frames)")
        }
        #expect(try Data(contentsOf: canary) == Data("canary".utf8))
        #expect(!FileManager.default.fileExists(atPath: new.path))
    }

    /// From the first fault on no operation is carried out, and so nothing can go wrong.
    private static let turnsTheMachineOff = [
        "\textern void (*op_override)(const void *op, void *result);",
        "\textern void freeze_reset(void);",
        "",
        "\top_override = (void *)freeze_reset;",
    ]

    @Test(.timeLimit(.minutes(5))) func codeThatKeepsFailuresFromBeingSeenIsNoticed() throws {
        let variants = try Variants()
        let patch = try TemporaryDirectory.make().appending(path: "off.patch")
        let text = try MadePatch.inserting(Self.turnsTheMachineOff, into: "dax_iomap_fault")
        try Data(text.utf8).write(to: patch)
        var builder = variants.builder
        let patches = try Patch.read(
            patch.path, toolchain: builder.toolchain, cache: builder.cache)
        let refused = #expect(throws: QuestionError.self) {
            try builder.build(variants.tree, patches: patches, named: "off")
        }
        #expect(refused?.kind == .refused && refused?.file == "fs/dax.c")
        #expect(refused?.reason.contains(" of the machine, which kernel code") == true)
        // Who has read the patch, and trusts it all the same, is told.
        builder.trustsPatches = true
        let variant = try builder.build(variants.tree, patches: patches, named: "off")
        let error = #expect(throws: WorkerError.self) {
            _ = try variants.pool.check([.file(variant.image)])
        }
        #expect(error?.description.hasPrefix("the worker was tampered with: ") == true)
    }

    /// The C library's memory is the judge's, too.
    @Test(
        .enabled(if: Sandbox.layers.contains(.memory), "no protection keys here"),
        .timeLimit(.minutes(5)))
    func aStoreToTheJudgesMemoryEndsItsRunAndIsTold() throws {
        let variants = try Variants()
        let variant = try variants.trusted(
            ["\textern char **environ;", "", "\tenviron = NULL;"], named: "store")
        let scenario = Scenario(
            name: "store", description: "a fault",
            geometry: Geometry(
                filesystem: .ext2, size: 4096,
                extents: [Extent(block: 0, count: 1, fill: 0x41)], mappedPages: 0..<1, skew: 0),
            operations: [Machine.Operation(.readFault, at: 0, length: 1)])
        let run = (
            image: ImageReference.file(variant.image), scenario: scenario, run: scenario.run()
        )
        // The second one shows that the wall is there again behind the first.
        for record in try variants.pool.record([run, run]) {
            #expect(record.death == nil, "\(record.death?.words ?? "")")
            #expect(record.end == .oops && record.message == "write to memory of the judge")
            #expect(record.findings.contains { $0.expectation == "no-warning" })
            let chain = try #require(record.endChain.map { record.chains[$0] })
            let frames = try Symbolizer(toolchain: variants.builder.toolchain).frames(
                image: variant.image, pcs: Array(chain.pcs.prefix(1)))
            #expect(frames.first?.first?.file == "fs/dax.c", "\(frames)")
        }
    }
}
