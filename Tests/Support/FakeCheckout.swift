// SPDX-License-Identifier: GPL-2.0-only

// A checkout small enough to be compiled in a tenth of a second: a machine of one file, a strict
// filesystem of one file, and a slice of two files and a header. What is done to it is what is done to
// the real one, and no test waits for the kernel code, or is broken by it.

import Patches
import Slices
import System

/// A checkout and a cache in a temporary directory that is removed with the value.
package final class FakeCheckout: TemporaryFiles, Sendable {
    package let directory: String
    package let installation: Installation

    package var checkout: Checkout { installation.checkout }
    package var cache: BuildCache { installation.cache }
    package var toolchain: Toolchain { installation.toolchain }

    package init() throws {
        directory = Self.newPath()
        installation = Installation(
            checkout: Checkout(root: directory + "/checkout"), toolchain: try Toolchain.find(),
            cache: BuildCache(root: directory + "/cache"), jobs: 2)
        for (path, text) in Self.files { try write(text, to: "checkout/csrc/" + path) }
    }

    deinit { Disk.remove(directory) }

    /// Its C files, by their paths below csrc.
    package static var cFiles: [String] { files.keys.filter { $0.hasSuffix(".c") } }

    package var builder: Builder { Builder(installation) }
    package var trees: TreeReader { TreeReader(installation) }
    package var tree: Tree { .embedded(of: checkout) }

    /// The same checkout and cache with other tools.
    package func installation(with toolchain: Toolchain) -> Installation {
        Installation(checkout: checkout, toolchain: toolchain, cache: cache)
    }

    /// Reads patches out of a text, as from a file of that name.
    package func patches(_ text: String, named name: String = "x.patch") throws -> [Patch] {
        try patches(Array(text.utf8), named: name)
    }

    package func patches(_ bytes: [UInt8], named name: String = "x.patch") throws -> [Patch] {
        try PatchReader(toolchain: toolchain, cache: cache).patches(in: bytes, of: name)
    }

    /// Builds a variant out of diffs.
    package func build(_ diffs: String..., allowsOutside: Bool = false) throws -> Variant {
        var builder = builder
        builder.allowsOutside = allowsOutside
        return try builder.build(tree, patches: try diffs.flatMap { try patches($0) }, named: "x")
    }

    /// The objects that were compiled so far.
    package var objects: Set<String> {
        Set(Disk.names(in: cache.objects).filter { $0.hasSuffix(".o") })
    }

    /// A tool that failed.
    package struct ToolError: Error {
        package var messages: String
    }

    /// Runs git in a directory, as its user does.
    ///
    /// - Returns: the first line that it prints.
    @discardableResult
    package func git(in directory: String, _ arguments: String...) throws -> String {
        let done = try Command(
            executable: toolchain.git,
            arguments: [
                "-C", directory, "-c", "user.name=A", "-c", "user.email=a@example.org",
                "-c", "init.defaultBranch=main",
            ] + arguments,
            environment: ["GIT_DIR": nil, "GIT_CONFIG_GLOBAL": "/dev/null"]
        ).run()
        guard done.status == 0 else {
            throw ToolError(messages: "git \(arguments): \(done.messages)")
        }
        return String(String(anyBytes: done.output).prefix { $0 != "\n" })
    }

    private static let files = [
        "include/faultline.h": """
        struct toy_image {
            int (*run)(int);
            int (*write_profile)(const char *path);
            const unsigned long *(*counters)(unsigned *count);
        };
        const struct toy_image *faultline_image(void);

        """,
        "stubs/linux/types.h": """
        typedef int toy;
        #pragma clang section bss = "slice_bss" data = "slice_data"

        """,
        "machine/uninstrumented.txt": """
        src:*/csrc/machine/*

        """,
        "machine/judge.h": """
        extern int deadlocks;
        void forget_run(void);

        """,
        "machine/image.c": """
        #include <faultline.h>
        #include <linux/types.h>
        #include "judge.h"

        toy dax(toy x);
        toy strict(toy x);
        int __llvm_profile_write_file(void) __attribute__((weak));
        void __llvm_profile_set_filename(const char *path) __attribute__((weak));
        char *__llvm_profile_begin_counters(void) __attribute__((weak));
        char *__llvm_profile_end_counters(void) __attribute__((weak));
        void __sanitizer_cov_trace_pc_guard(unsigned *guard) {}
        void __sanitizer_cov_trace_pc_guard_init(unsigned *start, unsigned *stop) {}

        int deadlocks;

        void forget_run(void)
        {
            deadlocks = 0;
        }

        static int run(int x)
        {
            return x < 0 ? strict(x) : dax(x);
        }

        static int write_profile(const char *path)
        {
            if (!__llvm_profile_write_file)
                return -1;
            __llvm_profile_set_filename(path);
            return __llvm_profile_write_file();
        }

        static const unsigned long *counters(unsigned *count)
        {
            char *begin = __llvm_profile_begin_counters();

            *count = (__llvm_profile_end_counters() - begin) / 8;
            return (const unsigned long *)begin;
        }

        const struct toy_image *faultline_image(void)
        {
            static const struct toy_image image = { run, write_profile, counters };
            return &image;
        }

        """,
        "filesystems/strict/strict.c": """
        #include <linux/types.h>

        toy strict(toy x)
        {
            return x - 1;
        }

        """,
        "kernel/README.md": """
        Not code.

        """,
        "kernel/include/linux/dax.h": """
        #include <linux/types.h>

        static inline toy twice(toy x)
        {
            return 2 * x;
        }

        """,
        "kernel/fs/dax.c": """
        #include <linux/dax.h>

        toy ext2(toy x);

        toy dax(toy x)
        {
            if (x == 7)
                return 1;
            return ext2(twice(x));
        }

        """,
        "kernel/fs/ext2/inode.c": """
        #include <linux/types.h>

        toy ext2(toy x)
        {
            x += 1;
            x += 2;
            x += 3;
            x += 4;
            x += 5;
            x += 6;
            x += 7;
            x += 8;
            return x;
        }

        """,
    ]
}
