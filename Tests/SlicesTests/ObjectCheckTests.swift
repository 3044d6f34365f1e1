// SPDX-License-Identifier: GPL-2.0-only

// Patches of strangers, each of which tries one way around the machine: no image is made of them, and
// the error says why. Nothing here does harm where a check fails: files are canaries of this test's own.

import System
import TestSupport
import Testing

@testable import Slices

@Suite struct ObjectCheckTests {
    let fake = try! FakeCheckout()

    /// One way around, and a part of the reason for which it is refused.
    struct Hostile: Sendable, CustomTestStringConvertible {
        var name: String
        /// Before dax().
        var before: [String] = []
        /// In dax().
        var inside: [String] = []
        var reason: String
        /// The line of fs/dax.c that the error names.
        var line: Int?

        var testDescription: String { name }

        var diff: String {
            """
            --- a/fs/dax.c
            +++ b/fs/dax.c
            @@ -1,8 +1,\(8 + before.count + inside.count) @@
             #include <linux/dax.h>
             
             toy ext2(toy x);
             
            \(before.map { "+\($0)\n" }.joined()) toy dax(toy x)
             {
            \(inside.map { "+\($0)\n" }.joined())     if (x == 7)
                     return 1;

            """
        }
    }

    static let hostile = [
        Hostile(
            name: "calls the C library",
            inside: ["    extern long syscall(long, ...);", "    syscall(39);"],
            reason: "refers to syscall of the C library", line: 7),
        Hostile(
            name: "looks up a function", before: ["extern void *dlsym(void *, const char *);"],
            inside: ["    return dlsym(0, \"write\") != 0;"],
            reason: "refers to dlsym of the C library", line: 5),
        Hostile(
            name: "writes the profile", before: ["int __llvm_profile_write_file(void);"],
            inside: ["    return __llvm_profile_write_file();"],
            reason: "says __llvm_profile_write_file"),
        Hostile(
            name: "runs before the first run",
            before: [
                "static volatile int ran;",
                "__attribute__((constructor)) static void f(void) { ran = 1; }",
            ],
            reason: "runs when the image is loaded", line: 6),
        Hostile(
            name: "runs before the first run, with a priority of its own",
            before: [
                "static volatile int ran;",
                "__attribute__((constructor(2))) static void f(void) { ran = 1; }",
            ],
            reason: "runs when the image is loaded"),
        Hostile(
            name: "runs behind the last run",
            before: [
                "static volatile int ran;",
                "__attribute__((destructor)) static void f(void) { ran = 1; }",
            ],
            reason: "runs when the image is loaded"),
        Hostile(
            name: "puts an address where constructors are",
            before: [
                "static volatile int ran;", "static void f(void) { ran = 1; }",
                "__attribute__((used, section(\".init_array\"))) static void (*p)(void) = f;",
            ], reason: "runs when the image is loaded"),
        Hostile(
            name: "chooses a function when the image is loaded",
            before: [
                "static int g(void) { return 1; }", "static void *r(void) { return g; }",
                "int f(void) __attribute__((ifunc(\"r\")));",
            ], inside: ["    return f();"], reason: "indirect function"),
        Hostile(
            name: "makes a system call", inside: ["    asm volatile(\"syscall\" : : \"a\"(39));"],
            reason: "brings assembly", line: 7),
        Hostile(
            name: "makes a system call by bytes",
            before: [
                "__attribute__((section(\".text\"))) const unsigned char code[] = { 0x0f, 0x05, 0xc3 };"
            ],
            inside: ["    return ((int (*)(void))code)();"], reason: "has data among its code"),
        Hostile(
            name: "puts assembly together", before: ["#define P(a, b) a##b"],
            inside: ["    P(__as, m__) volatile(\"syscall\" : : \"a\"(39));"],
            reason: "brings assembly", line: 8),
        Hostile(
            name: "puts assembly together by a digraph", before: ["%:define P(a, b) a%:%:b"],
            inside: ["    P(a, sm)(\"nop\");"], reason: "brings assembly", line: 8),
        Hostile(
            name: "has assembly behind a string that seems to go on",
            inside: ["    (void)R\"x( \" )x\"; asm(\"nop\"); (void)\"\";"],
            reason: "brings assembly",
            line: 7),
        Hostile(
            name: "has assembly in a string of several lines",
            inside: ["    asm(R\"(", "string_literal '\"\"'\t\tLoc=<a:1:1>", "nop)\");"],
            reason: "brings assembly"),
        Hostile(
            name: "has assembly that begins with nothing", inside: ["    asm(\"\" \"nop\");"],
            reason: "brings assembly", line: 7),
        Hostile(
            name: "says where its assembly does not stand",
            before: ["#line 1 \"stubs/linux/types.h\""], inside: ["    asm(\"nop\");"],
            reason: "brings assembly"),
        Hostile(
            name: "binds a variable to a register",
            inside: ["    register long r __asm__(\"r12\") = 1;", "    x += r;"],
            reason: "brings assembly", line: 7),
        Hostile(
            name: "opens the judge's memory",
            before: [
                "__attribute__((target(\"pku\"))) static void f(void) { __builtin_ia32_wrpkru(0); }"
            ], inside: ["    f();"], reason: "says __builtin_ia32_wrpkru", line: 5),
        Hostile(
            name: "asks the processor what time it is",
            inside: ["    return __builtin_readcyclecounter() % 2;"],
            reason: "says __builtin_readcyclecounter", line: 7),
        Hostile(
            name: "puts a function of the compiler's together", before: ["#define P(a, b) a##b"],
            inside: ["    return P(__builtin_ia32_, rdtsc)() % 2;"],
            reason: "says __builtin_ia32_rdtsc"),
        Hostile(
            name: "writes to the counters of lines",
            before: [
                "static long c[1] __attribute__((used, section(\"__ll\" \"vm_prf_cnts\")));"
            ],
            inside: ["    c[0]++;"],
            reason: "has c among what the compiler counts (section __llvm_prf_cnts)", line: 5),
        Hostile(
            name: "names a counter as the compiler does",
            before: [
                "static long __profc_x[1] __attribute__((section(\"__ll\" \"vm_prf_cnts\")));"
            ],
            inside: ["    __profc_x[0]++;"], reason: "says __profc_x", line: 5),
        Hostile(
            name: "names the program that loads it",
            before: [
                "static const char p[] __attribute__((used, section(\".interp\"))) = \"/bin/x\";"
            ],
            reason: "has a section of the toolchain's that kernel code has not: .interp", line: 5),
        Hostile(
            name: "has commands for a debugger",
            before: [
                "static const char p[] __attribute__((used, section(\".debug_gdb_scripts\"))) = \"\\4x\";"
            ],
            reason: "has a section of the toolchain's that kernel code has not: .debug_gdb_scripts",
            line: 5),
        Hostile(
            name: "asks whether a file is there",
            before: [
                "#if __has_embed(\"/etc/passwd\")", "#define there 1", "#endif",
            ],
            inside: ["    x += there;"], reason: "__has_embed"),
        Hostile(
            name: "asks for a library", before: ["#pragma comment(lib, \"m\")"],
            reason: "has options for the linker"),
        Hostile(
            name: "has the machine forget a run", before: ["void forget_run(void);"],
            inside: ["    forget_run();"], reason: "refers to forget_run of the machine", line: 5),
        Hostile(
            name: "writes to the machine's memory", before: ["extern int deadlocks;"],
            inside: ["    deadlocks = 0;"], reason: "refers to deadlocks of the machine", line: 5),
        Hostile(
            name: "has a name of the machine's under another one",
            before: ["extern int __attribute__((weak)) deadlocks;", "#define x2 deadlocks"],
            inside: ["    x2 = 0;"], reason: "refers to deadlocks of the machine", line: 5),
        Hostile(
            name: "gives a file a name of two lines", before: ["#line 5 \"a\\nfs/dax.c\""],
            reason: "has names with control characters", line: 5),
        Hostile(
            name: "gives a file a name that is no text", before: ["#line 5 \"a\\033[31mb\""],
            reason: "has names with control characters"),
        Hostile(
            name: "puts an address where destructors are",
            before: [
                "static volatile int ran;", "static void f(void) { ran = 1; }",
                "__attribute__((used, section(\".fini_array\"))) static void (*p)(void) = f;",
            ], reason: "runs when the image is loaded"),
        Hostile(
            name: "puts an address where constructors were of old",
            before: [
                "static volatile int ran;", "static void f(void) { ran = 1; }",
                "__attribute__((used, section(\".ctors\"))) static void (*p)(void) = f;",
            ], reason: "runs when the image is loaded"),
        Hostile(
            name: "puts a function into a section of constructors",
            before: [
                "static volatile int ran;",
                "__attribute__((used, section(\".init\"))) static void f(void) { ran = 1; }",
            ], reason: "runs when the image is loaded"),
        Hostile(
            name: "names a section as the machine does",
            before: [
                "__attribute__((used, section(\"fl_trap_names\"))) static char name[] = \"x\";"
            ],
            reason: "has a section of the machine's"),
        Hostile(
            name: "defines the machine's variable so that its definition comes first",
            before: ["__attribute__((weak, section(\"slice_data\"))) int deadlocks = 1;"],
            inside: ["    deadlocks = 0;"],
            reason: "refers to deadlocks of the machine", line: 5),
        Hostile(
            name: "asks for the image by the name that the loader has",
            before: ["extern void *faultline_image(void);"],
            inside: ["    return faultline_image() != 0;"],
            reason: "refers to faultline_image of the machine", line: 5),
        Hostile(
            name: "is counted nowhere, and has the compiler's constructor for itself",
            before: [
                "#pragma clang attribute push(__attribute__((no_sanitize(\"coverage\"))), apply_to=function)",
                "static volatile int ran;",
                "__attribute__((constructor(2))) static void f(void) { ran = 1; }",
            ], inside: ["#pragma clang attribute pop"], reason: "runs when the image is loaded",
            line: 7),
        Hostile(
            name: "finds its image by what the linker has made",
            before: ["extern long _DYNAMIC[] __attribute__((visibility(\"hidden\")));"],
            inside: ["    return _DYNAMIC[0] != 0;"], reason: "refers to _DYNAMIC of the linker",
            line: 5),
        Hostile(
            name: "finds a section by its name",
            before: ["extern char __start_slice_data[] __attribute__((visibility(\"hidden\")));"],
            inside: ["    __start_slice_data[0] ^= 1;"],
            reason: "refers to __start_slice_data of the linker", line: 5),
        Hostile(
            name: "calls what the linker has wrapped", before: ["toy __real_xas_load(toy x);"],
            inside: ["    return __real_xas_load(x);"],
            reason: "refers to __real_xas_load of the linker", line: 5),
        Hostile(
            name: "tells where the counters begin",
            before: ["unsigned __start___sancov_guards[4] = { 1 };"],
            reason: "runs when the image is loaded"),
        Hostile(
            name: "is what the machine calls of the C library",
            before: [
                "int sigaction(int a, const void *b, void *c);",
                "int sigaction(int a, const void *b, void *c) { return 0; }",
            ],
            reason: "defines sigaction, which the machine has from the C library", line: 5),
        Hostile(
            name: "keeps a variable from one run to the next",
            before: ["__attribute__((section(\"kept\"))) static int calls = 1;"],
            inside: ["    if (++calls > 5000)", "        return 1;"],
            reason: "has variables that are not put back between runs (section kept)", line: 5),
        Hostile(
            name: "has assembly on a line that says include",
            inside: ["    asm volatile(\"nop\"); /* include */"], reason: "brings assembly", line: 7
        ),
        Hostile(
            name: "has a word for assembly that goes on in the next line",
            inside: ["    __as\\", "m__ volatile(\"nop\");"], reason: "brings assembly", line: 8),
    ]

    /// A tree is trusted, but no image is made of code that leaves the machine.
    @Test(arguments: [
        (
            "__attribute__((target(\"pku\"))) static void f(void) { __builtin_ia32_wrpkru(0); }",
            "f() has wrpkru, which kernel code here cannot do"
        ),
        (
            "__attribute__((target(\"fsgsbase\"))) static void f(void) { __builtin_ia32_wrfsbase64(1); }",
            "f() has wrfsbaseq, which kernel code here cannot do"
        ),
        ("static void f(void) { asm volatile(\"syscall\"); }", "() makes a system call"),
    ])
    func noImageIsMadeOfInstructionsThatLeaveTheMachine(_ function: String, _ reason: String) throws
    {
        let text = """
            #include <linux/dax.h>

            \(function)

            toy dax(toy x)
            {
                f();
                return x;
            }

            """
        try fake.write(text, to: "checkout/csrc/kernel/fs/dax.c")
        let error = #expect(throws: QuestionError.self) { try fake.build() }
        #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
        #expect(error?.file == "fs/dax.c" && error?.line == 3)
    }

    /// A name that one file keeps to itself is not that by which another one calls the machine.
    @Test func aNameOfOneFileHidesNoneOfTheMachine() throws {
        let hostile = Hostile(
            name: "", before: ["extern int deadlocks;"], inside: ["    deadlocks = 0;"], reason: "")
        let hiding = """
            --- a/fs/ext2/inode.c
            +++ b/fs/ext2/inode.c
            @@ -1,3 +1,4 @@
             #include <linux/types.h>
            +static __attribute__((used, section("slice_data"))) int deadlocks = 1;
             
             toy ext2(toy x)

            """
        let error = #expect(throws: QuestionError.self) { try fake.build(hostile.diff, hiding) }
        #expect(error?.reason.hasPrefix("refers to deadlocks of the machine") == true)
    }

    /// Functions and variables of the C library by which code would leave its process, or look at it.
    static let library = [
        "write", "mmap", "pthread_create", "setjmp", "dlopen", "signal", "environ", "stdout",
    ]

    @Test(arguments: library) func nothingOfTheLibraryIsReached(_ name: String) throws {
        let hostile = Hostile(
            name: name, before: ["extern char \(name)[];"],
            inside: ["    return ((int (*)(int))\(name))(x);"], reason: "")
        let error = #expect(throws: QuestionError.self) { try fake.build(hostile.diff) }
        #expect(error?.kind == .refused)
        #expect(error?.reason == "refers to \(name) of the C library, which kernel code cannot do")
        #expect(error?.line == 5)
    }

    @Test(arguments: hostile) func noImageIsMadeOf(_ hostile: Hostile) throws {
        let error = #expect(throws: QuestionError.self) { try fake.build(hostile.diff) }
        guard let error else { return }
        #expect("\(error)".contains(hostile.reason), "\(error)")
        #expect(error.file == "fs/dax.c")
        if let line = hostile.line { #expect(error.line == line, "\(error)") }
        #expect(Disk.names(in: fake.cache.images).filter { $0.hasSuffix(".so") }.isEmpty)
    }

    @Test func whoHasReadAPatchBuildsIt() throws {
        var builder = fake.builder
        builder.trustsPatches = true
        let patches = try fake.patches(Self.hostile[0].diff)
        let variant = try builder.build(fake.tree, patches: patches, named: "read")
        #expect(Disk.isFile(variant.image))
        // What was built on trust is not there for those who have none.
        #expect(throws: QuestionError.self) { try fake.build(Self.hostile[0].diff) }
    }

    /// Kernel code with a word in it that means something else elsewhere.
    static let honest: [(String, before: [String], inside: [String])] = [
        (
            "a comment", ["/* The asm(\"cli\") that was here is gone. */"],
            ["    x += 0; // __asm__"]
        ),
        (
            "a string", ["static const char text[] = \"asm volatile(\\\"syscall\\\")\";"],
            ["    x += text[0] == 'b';"]
        ),
        (
            "a name", ["#define asm_offset 0", "static toy __asm_x(toy asm_y) { return asm_y; }"],
            ["    x = __asm_x(x + asm_offset);"]
        ),
        (
            "a barrier", ["#define barrier() __asm__ __volatile__(\"\" : : : \"memory\")"],
            ["    barrier();", "    asm volatile(\"\" : \"+r\"(x));"]
        ),
        (
            "an arm that is not compiled",
            ["#ifdef CONFIG_ARM", "#define nop() asm(\"nop\")", "#endif"],
            []
        ),
        ("a fence", [], ["    __atomic_thread_fence(__ATOMIC_SEQ_CST);"]),
        ("words of the check", ["/* constructor ifunc wrpkru .init_array */"], ["    x += 0;"]),
        (
            "a table of functions",
            ["static toy one(toy x) { return x; }", "static toy (*const table[])(toy) = { one };"],
            ["    x = table[0](x);"]
        ),
    ]

    @Test(arguments: honest) func kernelCodeIsNotRefused(
        _ name: String, before: [String], inside: [String]
    ) throws {
        let patch = Hostile(name: name, before: before, inside: inside, reason: "")
        _ = try fake.build(patch.diff)
    }

    // MARK: - Headers that the machine includes

    /// A header of the tree, which a file of the machine includes, with lines added at its start.
    private func header(_ lines: [String]) -> String {
        """
        --- a/include/linux/dax.h
        +++ b/include/linux/dax.h
        @@ -1,3 +1,\(3 + lines.count) @@
         #include <linux/types.h>
        \(lines.map { "+\($0)\n" }.joined()) 
         static inline toy twice(toy x)

        """
    }

    private func fakeWithMachine() throws -> FakeCheckout {
        let fake = try FakeCheckout()
        let text = """
            #include "judge.h"
            #include <linux/dax.h>

            void note_run(int fails);
            void note_run(int fails)
            {
                if (fails == LIMIT)
                    deadlocks += twice(fails);
            }

            """
        let limit = "#define LIMIT 7\n"
        try fake.write(
            limit + String(anyBytes: Disk.read(fake.checkout.csrc + "/kernel/include/linux/dax.h")),
            to: "checkout/csrc/kernel/include/linux/dax.h")
        try fake.write(text, to: "checkout/csrc/machine/note.c")
        return fake
    }

    @Test(arguments: [
        (["#define deadlocks forgotten", "static int forgotten;"], "changes what machine/note.c"),
        (["#define if(x) while (0)"], "changes what machine/note.c"),
        (
            ["static inline void f(void) { extern void forget_run(void); forget_run(); }"],
            "refers to forget_run of the machine"
        ),
        (["#line 5 \"note.c\"", "extern int more;"], "changes what machine/note.c"),
        (["static inline void f(void) { asm(\"nop\"); }"], "brings assembly"),
        (
            [
                "static volatile int ran;",
                "__attribute__((constructor)) static void f(void) { ran = 1; }",
            ],
            "runs when the image is loaded"
        ),
    ])
    func aHeaderDoesNotChangeTheMachine(_ lines: [String], _ reason: String) throws {
        let fake = try fakeWithMachine()
        let moved = header(lines).replacing("@@ -1,3 +1", with: "@@ -2,3 +2")
        let error = #expect(throws: QuestionError.self) { try fake.build(moved) }
        #expect(
            error?.kind == .refused && error?.reason.contains(reason) == true,
            "\(String(describing: error))")
        #expect(error?.file == "include/linux/dax.h" && error?.line != nil)
    }

    @Test(arguments: [
        ["#define SIXTEEN 16", "extern toy more(toy x);", "struct pair { toy one, other; };"],
        ["/* deadlocks, forget_run(): words of the machine's */"],
        ["#include <linux/types.h>", "static inline toy thrice(toy x) { return 3 * x; }"],
        ["#undef LIMIT", "#define LIMIT (4 + 3)"],
    ])
    func aHeaderWithMoreInItIsNotRefused(_ lines: [String]) throws {
        let fake = try fakeWithMachine()
        _ = try fake.build(header(lines).replacing("@@ -1,3 +1", with: "@@ -2,3 +2"))
    }

    // MARK: - Tools that fail

    @Test(arguments: [
        (["#pragma clang __debug crash"], "the compiler failed: it crashed here"),
        (["#pragma clang __debug llvm_fatal_error"], "the compiler failed: fatal error"),
        (
            [
                "static char large[600000000] = { 1 };", "char *f(void);",
                "char *f(void) { return large; }",
            ],
            "clang was ended by SIGXFSZ: it wrote more than"
        ),
    ])
    func aToolThatFailsIsNoFaultOfThePatch(_ lines: [String], _ reason: String) throws {
        let patch = Hostile(name: "", before: lines, reason: "")
        let error = #expect(throws: QuestionError.self) { try fake.build(patch.diff) }
        #expect(error?.kind == .toolchain && error?.file == "fs/dax.c")
        let told = error?.reason ?? ""
        // By the compiler itself, where its parent has it ignore the signal.
        #expect(
            told.contains(reason) || reason.contains("SIGXFSZ") && told.contains("File too large"),
            "\(told)")
        // No report of a crash is left.
        #expect(Disk.names(in: fake.cache.root + "/tmp").isEmpty)
    }

    @Test func aDeviceIsNoHeader() throws {
        let patch = Hostile(name: "", before: ["#include \"/dev/urandom\""], reason: "")
        let error = #expect(throws: QuestionError.self) { try fake.build(patch.diff) }
        #expect(error?.kind == .doesNotCompile && error?.file == "fs/dax.c" && error?.line == 5)
    }

    @Test(arguments: [
        "toy strict(toy x) { return x; }", "int deadlocks = 4;", "void forget_run(void) { }",
    ])
    func aSecondDefinitionIsToldWithItsLine(_ line: String) throws {
        let patch = Hostile(name: "", before: ["", line], reason: "")
        let error = #expect(throws: QuestionError.self) { try fake.build(patch.diff) }
        #expect(error?.reason.contains("duplicate symbol") == true, "\(String(describing: error))")
        #expect(error?.file == "fs/dax.c" && error?.line == 6, "\(String(describing: error))")
    }

    // MARK: - Numbers

    /// What looks like a system call is none: 0x50f is the line of a warning, or a number.
    @Test func aNumberIsNoSystemCall() throws {
        let number = Hostile(
            name: "", inside: ["    if (x == 0x50f)", "        return 0x340f;"], reason: "")
        _ = try fake.build(number.diff)
    }

    // MARK: - What the compiler reaches

    @Test(
        .enabled(if: Sandbox.layers.contains(.files), "this kernel has no Landlock"),
        arguments: [
            (["#include \"CANARY\""], [String]()),
            ([], ["    __asm__(\".incbin \\\"CANARY\\\"\");"]),
            (["#if __has_include(\"CANARY\")", "#error it is there", "#endif"], []),
            (["static const char c[] = {", "#embed \"CANARY\"", "};"], ["    return c[0];"]),
        ])
    func theCompilerReachesNoOtherFile(before: [String], inside: [String]) throws {
        try fake.write("canary of this test", to: "canary.h")
        let canary = fake.directory + "/canary.h"
        let hostile = Hostile(
            name: "", before: before.map { $0.replacing("CANARY", with: canary) },
            inside: inside.map { $0.replacing("CANARY", with: canary) }, reason: "")
        var builder = fake.builder
        builder.trustsPatches = true
        let patches = try fake.patches(hostile.diff)
        let error = #expect(throws: QuestionError.self) {
            try builder.build(fake.tree, patches: patches, named: "x")
        }
        #expect(error?.file == "fs/dax.c" && error?.line != nil)
        let text = error.map { "\($0)" } ?? ""
        #expect(!text.contains("it is there") && !text.contains("canary of this test"), "\(text)")
        #expect(Disk.names(in: fake.cache.images).filter { $0.hasSuffix(".so") }.isEmpty)
    }
}
