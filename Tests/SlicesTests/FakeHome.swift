// SPDX-License-Identifier: GPL-2.0-only

// A home small enough to be compiled in a tenth of a second: a machine of one file, a strict
// filesystem of one file, and a slice of two files and a header. What this room does to it is what
// it does to the real one, and no test of it waits for, or is broken by, the kernel code.

import Glibc
import Patches
import System
import Testing

@testable import Slices

/// A home, a cache and a place for patches in a temporary directory that goes with the value.
final class FakeHome: Sendable {
    let directory: String
    let home: Checkout
    let cache: BuildCache
    let toolchain: Toolchain

    init() throws {
        directory = "/tmp/faultline-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        home = Checkout(root: directory + "/home")
        cache = BuildCache(root: directory + "/cache")
        toolchain = try Toolchain.find()
        for (path, text) in Self.files { try write(text, to: "home/csrc/" + path) }
    }

    deinit { Disk.remove(directory) }

    var builder: Builder { Builder(home: home, toolchain: toolchain, cache: cache, jobs: 2) }
    var tree: Tree { .embedded(of: home) }

    /// Writes a file below the temporary directory.
    @discardableResult
    func write(_ text: String, to path: String) throws -> String {
        try write(Array(text.utf8), to: path)
    }

    @discardableResult
    func write(_ bytes: [UInt8], to path: String) throws -> String {
        let path = directory + "/" + path
        try Disk.makeDirectory(directoryName(path))
        try Disk.write(bytes, to: path)
        return path
    }

    func read(_ path: String) throws -> String {
        String(decoding: try Disk.read(directory + "/" + path), as: UTF8.self)
    }

    /// Reads patches out of a text, as from a file of that name.
    func patches(_ text: String, named name: String = "x.patch") throws -> [Patch] {
        try patches(Array(text.utf8), named: name)
    }

    func patches(_ bytes: [UInt8], named name: String = "x.patch") throws -> [Patch] {
        try PatchReader(toolchain: toolchain, cache: cache).patches(in: bytes, of: name)
    }

    /// Builds a variant out of diffs.
    func build(_ diffs: String..., allowsOutside: Bool = false) throws -> Variant {
        var builder = builder
        builder.allowsOutside = allowsOutside
        return try builder.build(tree, patches: try diffs.flatMap { try patches($0) }, named: "x")
    }

    /// Every file below the temporary directory, with its contents: to show that nothing was
    /// written.
    func snapshot(_ part: String = "") throws -> [String: [UInt8]] {
        let root = directory + "/" + part
        var contents: [String: [UInt8]] = [:]
        for file in Disk.files(under: root) { contents[file] = try Disk.read(root + "/" + file) }
        return contents
    }

    /// The objects that were compiled so far.
    var objects: Set<String> {
        Set(Disk.names(in: cache.objects).filter { $0.hasSuffix(".o") })
    }

    /// Runs git in the home, as a user of a checkout does.
    func git(_ arguments: String...) throws {
        let command = Command(
            executable: toolchain.git,
            arguments: [
                "-C", home.root, "-c", "user.name=A", "-c", "user.email=a@example.org",
                "-c", "init.defaultBranch=main",
            ] + arguments,
            environment: ["GIT_DIR": nil, "GIT_CONFIG_GLOBAL": "/dev/null"])
        let done = try command.run()
        try #require(done.status == 0, "git \(arguments): \(done.words)")
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

        """,
        "machine/uninstrumented.txt": """
        src:*/csrc/machine/*

        """,
        "machine/image.c": """
        #include <faultline.h>
        #include <linux/types.h>

        toy dax(toy x);
        toy strict(toy x);
        int __llvm_profile_write_file(void) __attribute__((weak));
        void __llvm_profile_set_filename(const char *path) __attribute__((weak));
        char *__llvm_profile_begin_counters(void) __attribute__((weak));
        char *__llvm_profile_end_counters(void) __attribute__((weak));
        void __sanitizer_cov_trace_pc_guard(unsigned *guard) {}
        void __sanitizer_cov_trace_pc_guard_init(unsigned *start, unsigned *stop) {}

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
        "strictfs/strict.c": """
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

/// Diffs against the slice of `FakeHome`.
enum Diffs {
    /// Adds four lines to dax(), two of which are code.
    static let dax = """
        diff --git a/fs/dax.c b/fs/dax.c
        --- a/fs/dax.c
        +++ b/fs/dax.c
        @@ -4,6 +4,10 @@ toy ext2(toy x);
         
         toy dax(toy x)
         {
        +    /* nine is special */
        +    if (x == 9) {
        +        return 3;
        +    }
             if (x == 7)
                 return 1;
             return ext2(twice(x));

        """

    /// Adds to dax() what coverage maps have special regions for.
    static let thorny = """
        diff --git a/fs/dax.c b/fs/dax.c
        --- a/fs/dax.c
        +++ b/fs/dax.c
        @@ -4,6 +4,41 @@ toy ext2(toy x);
         
         toy dax(toy x)
         {
        +    int round, sum = 0;
        +#define ODD(x) ((x) & 1)
        +#define TWICE_IF_ODD(x) (ODD(x) ? \\
        +                        2 * (x) : (x))
        +    for (round = 0; round < x; round++) {
        +        if (round == 5)
        +            continue;
        +        switch (x) {
        +        case 1:
        +            sum += 1;
        +            break;
        +        case 3: /* falls through */
        +            sum += TWICE_IF_ODD(round);
        +        default:
        +            sum += ODD(round) ? 2 : 3;
        +        }
        +        if (round > 20 &&
        +            sum > 7)
        +            break;
        +    }
        +#ifdef NOWHERE
        +    sum += 1;
        +#endif
        +    while (sum > 100) {
        +        sum -= 100; if (sum == 3) return 1;
        +    }
        +    if (0)
        +        return 8;
        +    do {
        +        goto out;
        +        sum = 3;
        +    } while (sum);
        +out:
        +    if (x == 77)
        +        return twice(sum);
             if (x == 7)
                 return 1;
             return ext2(twice(x));

        """

    /// Two hunks in ext2(), 6 lines added in all.
    static let ext2 = """
        diff --git a/fs/ext2/inode.c b/fs/ext2/inode.c
        --- a/fs/ext2/inode.c
        +++ b/fs/ext2/inode.c
        @@ -3,5 +3,8 @@
         toy ext2(toy x)
         {
        +    x *= 2;
        +    x *= 2;
        +    x *= 2;
             x += 1;
             x += 2;
             x += 3;
        @@ -10,5 +13,5 @@ toy ext2(toy x)
             x += 6;
             x += 7;
        -    x += 8;
        +    x += 9;
             return x;
         }

        """

    /// Changes the header that only dax.c includes.
    static let header = """
        --- a/include/linux/dax.h
        +++ b/include/linux/dax.h
        @@ -2,5 +2,5 @@
         
         static inline toy twice(toy x)
         {
        -    return 2 * x;
        +    return x + x;
         }

        """

    /// A mail around a diff, as git format-patch writes it.
    static func mail(
        _ subject: String, _ diff: String?, fields: String = "", message: String = "Why.\n"
    ) -> String {
        """
        From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001
        From: Somebody <somebody@example.org>
        Date: Mon, 1 Jan 2024 10:00:00 +0000
        Subject: \(subject)
        \(fields)
        \(message)\(diff.map { "---\n 1 file changed\n\n" + $0 } ?? "")-- 
        2.39.5


        """
    }
}
