// SPDX-License-Identifier: GPL-2.0-only

// An image that says what it really accesses. It is built as every variant is, from a copy of csrc
// with Tests/AccessLog in it, by a compiler that adds what calls the log before each load and store.
// A step that only one of two tasks' access sets tells of is what AccessSetTests looks for.

import Foundation
import Machine
import System
import VariantTesting

@testable import Slices

/// The slice and the machine, with a log of accesses.
struct LoggedImage {
    let image: KernelImage
    let path: String
    let toolchain: Toolchain
    private let directory = TemporaryDirectory()

    /// Files of the machine that are not looked into, and why their own accesses are nobody's
    /// business. All of core is what observes and schedules.
    private static let bookkeeping = [
        // Fresh memory is zeroed for whoever gets it; which address that is says nothing.
        "memory/arena.c", "memory/slab.c", "memory/kmalloc.c",
        // Checks.
        "memory/shadow.c",
        // What each task holds lies in `struct run`; names of classes are interned.
        "locks/held.c", "locks/lock_class.c",
        // Which blocks need not be zeroed before the next run. Their bytes are looked at where the
        // slice or pmem.c stores them.
        "storage/device.c",
        // Tables that are made once.
        "fs/contract.c",
    ]

    /// - Parameter tree: made of a home; that of the log's own copy of csrc is as good.
    init(of tree: Tree) throws {
        let files = FileManager.default
        let home = directory.url.appending(path: "home")
        try files.createDirectory(at: home, withIntermediateDirectories: true)
        try files.copyItem(
            at: CommandRun.home.appending(path: "csrc"), to: home.appending(path: "csrc"))
        let log = CommandRun.home.appending(path: "Tests/AccessLog")
        for name in try files.contentsOfDirectory(atPath: log.path)
        where name.hasSuffix(".c") || name.hasSuffix(".h") {
            try files.copyItem(
                at: log.appending(path: name),
                to: home.appending(path: "csrc/machine/core/\(name)"))
        }
        let found = try Toolchain.find()
        let script = directory.url.appending(path: "clang.sh")
        let compiler = directory.url.appending(path: "clang")
        try Self.compiler(found.clang).write(to: script, atomically: true, encoding: .utf8)
        // What this process writes itself is "busy" for as long as a child that another test starts
        // has not called exec().
        _ = try Command(
            executable: "/usr/bin/install", arguments: ["-m", "755", script.path, compiler.path]
        ).run()
        toolchain = Toolchain(
            clang: compiler.path, lld: found.lld, git: found.git, symbolizer: found.symbolizer)
        let builder = Builder(
            Installation(
                checkout: Checkout(root: home.path), toolchain: toolchain,
                cache: BuildCache(root: directory.url.appending(path: "cache").path)))
        path = try builder.build(tree, named: "logged").image
        image = try KernelImage(contentsOf: path)
    }

    /// The machine is looked at through the address sanitizer's callbacks, which see copies of
    /// memory too; they have a prefix of their own, because the slice's are in use.
    private static func compiler(_ clang: String) -> String {
        let ofMachine =
            [
                "-fsanitize=kernel-address", "-mllvm", "-asan-mapping-offset=0x7fff8000",
                "-mllvm", "-asan-stack=0", "-mllvm", "-asan-globals=0",
                "-mllvm", "-asan-kernel-mem-intrinsic-prefix=1",
                "-mllvm", "-asan-memory-access-callback-prefix=__access_",
                "-mllvm", "-asan-instrumentation-with-call-threshold=0",
                "-mllvm", "-asan-opt=0",
            ].joined(separator: " ")
        let left = bookkeeping.map { "machine/\($0)" }.joined(separator: "|")
        return """
            #!/bin/sh
            source=
            for word; do case $word in *.c) source=$word ;; esac; done
            case $source in
                # Copies that the slice makes; the first access behind a run.
                machine/core/instrument.c|machine/core/image.c)
                    exec '\(clang)' "$@" \(ofMachine) ;;
                ''|machine/core/*|\(left)) exec '\(clang)' "$@" ;;
                filesystems/strict/make.c|filesystems/strict/table.c)
                    exec '\(clang)' "$@" \(ofMachine) ;;
                filesystems/strict/*)
                    exec '\(clang)' "$@" -fsanitize-coverage=trace-loads,trace-stores ;;
                machine/*|filesystems/*) exec '\(clang)' "$@" \(ofMachine) ;;
                *) exec '\(clang)' "$@" -fsanitize-coverage=trace-loads,trace-stores ;;
            esac

            """
    }

    /// Two steps that different tasks made and that conflict, one access of each.
    struct Pair {
        var first: Int
        var second: Int
        var pcs: [UInt64]
        var place: String
    }

    /// Of the run made last; see Tests/AccessLog/access_log.c.
    ///
    /// - Returns: nil if something had to be left out.
    static func readPairs() -> [Pair]? {
        let base = UnsafeRawPointer(bitPattern: 0x2000_5000_0000)!
        guard base.load(fromByteOffset: 12, as: UInt32.self) == 0 else { return nil }
        return (0..<Int(base.load(as: UInt32.self))).map { index in
            let pair = base + 16 + index * 96
            return Pair(
                first: Int(pair.load(as: UInt32.self)),
                second: Int(pair.load(fromByteOffset: 4, as: UInt32.self)),
                pcs: [
                    pair.load(fromByteOffset: 16, as: UInt64.self),
                    pair.load(fromByteOffset: 24, as: UInt64.self),
                ],
                place: String(cString: (pair + 32).assumingMemoryBound(to: CChar.self)))
        }
    }

    /// Accesses that steps made and that are in the log.
    static var accessCount: Int {
        Int(
            UnsafeRawPointer(bitPattern: 0x2000_5000_0000)!.load(fromByteOffset: 4, as: UInt32.self)
        )
    }
}
