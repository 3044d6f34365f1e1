// SPDX-License-Identifier: GPL-2.0-only

// What does not compile is left out, by the function, and every line stays where it is; what nobody
// provides becomes a trap; and what is wrong with a patch is the patch's.

import Patches
import System
import TestSupport
import Testing

@testable import Slices

@Suite("Cutting")
struct CuttingTests {
    let fake = try! FakeCheckout()

    private func error(_ body: () throws -> some Any) throws -> QuestionError {
        try #require(throws: QuestionError.self) { try body() }
    }

    // MARK: - Finding pieces

    @Test func functionsAreFoundByTheirStyle() {
        let items = SourceItems(Array(Self.source.utf8))
        let found = items.items.map { "\($0.name) \($0.ordinal) \($0.lines)" }
        #expect(
            found
                == [
                    "struct point 0 3...6", "plain 0 8...11", "two_lines 0 13...17",
                    "twin 0 20...23", "twin 1 25...28", "EXPORT_SYMBOL_GPL(twin); 0 30...30",
                    "__printf_like 0 32...35", "table 0 37...41", "one_line 0 43...43",
                    "static int declared(int a, int b); 0 45...46",
                ].map { $0.replacing("struct point", with: "point") })
    }

    @Test func whatIsBlankedMovesNoLine() {
        var items = SourceItems(Array(Self.source.utf8))
        let count = items.lines.count
        let twin = items.item(.function, named: "twin", ordinal: 1)!
        items.leaveDeclaration(of: twin)
        items.blankExports(of: "twin")
        #expect(items.lines.count == count)
        #expect(items.lines[24] == Array("long twin(void)".utf8))
        #expect(items.lines[25...29].map { String(anyBytes: $0) } == [";", "", "", "#endif", ""])
        #expect(items.lines[19] == Array("int twin(void)".utf8))
        #expect(SourceItems(Array(Self.source.utf8)).bytes == Array(Self.source.utf8))
    }

    @Test(
        arguments: [
            ("static int foo(struct x *y)", "foo"), ("foo(void)", "foo"),
            ("static __attribute__((noinline)) struct a *foo(int (*f)(int))", "foo"),
            ("__printf(2, 3) void foo(int x, const char *y, ...)", "foo"),
            ("static void foo(int x) __acquires(lock)", "foo"), ("struct foo", nil),
        ] as [(String, String?)])
    func namesOfFunctions(_ header: String, _ name: String?) {
        #expect(CDeclaration.functionName(header: header) == name)
    }

    private static let source = """
        /* A comment
        int not_a_function(void) */
        struct point {
        \tint x;
        \tint y;
        };

        static inline int plain(int a, /* { */
        \t\t\tint b)
        {
        }

        static struct point *
        two_lines(void)
        {
        \treturn 0;
        }

        #ifdef A
        int twin(void)
        {
        \treturn 1;
        }
        #else
        long twin(void)
        {
        \treturn 2;
        }
        #endif
        EXPORT_SYMBOL_GPL(twin);

        static void __printf_like(int a)
        {
        \tif (a) { }
        }

        static const struct table table = {
        \t.plain\t\t= plain,
        \t.two_lines\t= two_lines,
        \t/* nothing */
        };

        static int one_line(void) { return 0; }

        static int declared(int a,
        \t\t    int b);

        """

    // MARK: - Cutting

    /// Two functions that the stubs have nothing for, a table with one of them, and one in a
    /// header.
    private static let broken = [
        "include/linux/dax.h": """
        static inline int in_a_header(struct unknown *x)
        {
        \treturn x->member;
        }

        """,
        "fs/dax.c": """
        #include <linux/types.h>
        #include <linux/dax.h>

        toy iomap_iter(toy x);
        int missing(int x);

        struct ops {
        \tint (*first)(int);
        \tint (*second)(int);
        };

        static int uses_a_member(struct unknown *x)
        {
        \treturn x->member;
        }

        static int takes_unknown(unknown_t x)
        {
        \treturn 0;
        }

        int dax_iomap_rw(int x)
        {
        \treturn x;
        }
        EXPORT_SYMBOL_GPL(uses_a_member);

        struct ops ops = {
        \t.first\t= dax_iomap_rw,
        \t.third\t= dax_iomap_rw,
        };

        toy dax_iomap_fault(toy x)
        {
        \tif (x == 1000)
        \t\treturn missing(uses_a_member(0));
        \tif (x == 1001)
        \t\treturn undeclared(takes_unknown(0));
        \treturn iomap_iter(x);
        }

        toy dax(toy x)
        {
        \treturn dax_iomap_fault(x) + ops.first(1);
        }

        """,
    ]

    @Test func whatDoesNotCompileIsLeftOut() throws {
        let tree = try fake.trees.tree(at: fake.kernel("linux", Self.broken))
        #expect(try Toy(fake.builder.build(tree, named: "base")).run(4) == 41)
        let report = try fake.builder.report(on: tree)
        #expect(
            report.cuts.map { "\($0.file):\($0.line) \($0.function)" } == [
                "fs/dax.c:12 uses_a_member", "fs/dax.c:17 takes_unknown",
                "fs/dax.c:26 EXPORT_SYMBOL_GPL(uses_a_member);", "fs/dax.c:30 ops.third",
                "include/linux/dax.h:1 in_a_header",
            ])
        #expect(report.cuts[0].reason.hasPrefix("fs/dax.c:14: incomplete definition of type"))
        #expect(
            report.traps.map { "\($0.symbol) \($0.caller) \($0.file):\($0.line)" } == [
                "missing dax_iomap_fault fs/dax.c:36", "takes_unknown dax_iomap_fault fs/dax.c:38",
                "undeclared dax_iomap_fault fs/dax.c:38",
                "uses_a_member dax_iomap_fault fs/dax.c:36",
            ])
        let dax = try #require(report.files.first { $0.path == "fs/dax.c" })
        #expect(dax.isCompiled && dax.functions == 3)
        // The compiler has put dax_iomap_fault() into its only caller.
        #expect(dax.kept == 2)
        #expect(report.files.contains { $0.path == "fs/ext2/super.c" && !$0.isCompiled })
    }

    @Test("What a stub has, too, is cut from the tree's header")
    func conflicts() throws {
        try fake.write(
            "static inline long both(void) { return 5; }\n", to: "checkout/csrc/stubs/linux/both.h")
        let root = try fake.kernel(
            "linux",
            [
                "include/linux/dax.h": """
                static inline int both(void)
                {
                \treturn 1;
                }

                """,
                "fs/dax.c": "#include <linux/dax.h>\n#include <linux/both.h>\n"
                    + FakeCheckout.dax.replacing("dax_iomap_rw(1)", with: "both()"),
            ])
        let tree = try fake.trees.tree(at: root)
        #expect(try Toy(fake.builder.build(tree, named: "base")).run(4) == 45)
        let cuts = try fake.builder.report(on: tree).cuts
        #expect(
            cuts.map { "\($0.file):\($0.line) \($0.function)" } == ["include/linux/dax.h:1 both"])
    }

    @Test func theSameIsCutFromThePatchedFile() throws {
        let tree = try fake.trees.tree(at: fake.kernel("linux", Self.broken))
        let patches = try fake.patches(
            """
            --- a/fs/dax.c
            +++ b/fs/dax.c
            @@ -1,3 +1,5 @@
             #include <linux/types.h>
            +#define ONE 1
            +
             #include <linux/dax.h>
             
            @@ -11,5 +13,6 @@
             
             static int uses_a_member(struct unknown *x)
             {
            +\tx++;
             \treturn x->member;
             }
            @@ -43,4 +46,4 @@
             toy dax(toy x)
             {
            -\treturn dax_iomap_fault(x) + ops.first(1);
            +\treturn dax_iomap_fault(x) - ops.first(ONE);
             }

            """)
        let variant = try fake.builder.build(tree, patches: patches, named: "x")
        #expect(try Toy(variant).run(4) == 39)
        #expect(variant.addedLines.contains(SourceLine(file: "fs/dax.c", line: 47)))
        #expect(
            variant.notes.contains { $0.hasPrefix("fs/dax.c: uses_a_member() is patched, but") })
    }

    @Test func whatMustBeThereIsNotCut() throws {
        let source = Self.broken["fs/dax.c"]!.replacing(
            "int dax_iomap_rw(int x)\n{\n", with: "int dax_iomap_rw(int x)\n{\n\tx = unheard_of;\n")
        let root = try fake.kernel("linux", Self.broken.merging(["fs/dax.c": source]) { $1 })
        let error = try error {
            try fake.builder.build(fake.trees.tree(at: root), named: "base")
        }
        #expect(error.kind == .doesNotCompile && error.file == "fs/dax.c" && error.line == 22)
        #expect(error.reason.hasPrefix("dax_iomap_rw() does not compile here"))
        #expect(error.notes.first?.hasPrefix("fs/dax.c:24: use of undeclared") == true)
    }

    @Test func whatCannotBeCutIsNamed() throws {
        let root = try fake.kernel(
            "linux", ["fs/iomap/iter.c": "#error \"not for you\"\nint iomap_iter(int x)\n{\n}\n"])
        let error = try error {
            try fake.builder.build(fake.trees.tree(at: root), named: "base")
        }
        #expect(error.file == "fs/iomap/iter.c" && error.line == 1)
        #expect(error.reason.contains("not for you"))
        #expect(error.description.contains("linux (6.12.3) does not compile as it is"))
    }

    // MARK: - Calls that nobody declares

    private func calling(_ name: String) throws -> [Patch] {
        try fake.patches(DirectoryTreeTests.patch.replacing("\tx += 1;", with: "\tif (x == 99) \(name)();"))
    }

    @Test func aCallThatTheTreeDeclaresIsATrap() throws {
        let tree = try fake.trees.tree(at: fake.kernel())
        let variant = try fake.builder.build(
            tree, patches: calling("declared_by_the_tree"), named: "x")
        #expect(try Toy(variant).run(4) == 41)
    }

    @Test(arguments: [false, true])
    func aCallThatNobodyDeclaresIsThePatchesError(isRevision: Bool) throws {
        let root = try fake.repository()
        let tree = try fake.trees.tree(at: root, revision: isRevision ? "HEAD" : nil)
        let error = try error {
            try fake.builder.build(tree, patches: calling("declared_by_nobody"), named: "x")
        }
        #expect(error.kind == .doesNotCompile && error.file == "fs/dax.c" && error.line == 14)
        #expect(error.reason.contains("call to undeclared function 'declared_by_nobody'"))
        #expect(
            try fake.builder.build(tree, patches: calling("declared_by_the_tree"), named: "x")
                .addedLines.count == 1)
    }

    @Test func linkerMessagesAreRead() {
        let traps = UndefinedReference.all(
            in: """
                ld.lld: error: undefined symbol: first
                >>> referenced by dax.c:12 (./fs/dax.c:12)
                >>>               /c/o/1.o:(dax_fault)
                >>> referenced by inode.c
                >>>               /c/o/2.o:(ext2_aops)
                >>> referenced 3 more times

                ld.lld: error: undefined hidden symbol: second
                >>> referenced by /c/o/2.o:(.text.foo+0x12)

                """, origins: ["/c/o/2.o": "fs/ext2/inode.c"])
        #expect(
            traps == [
                UndefinedReference(
                    symbol: "first", caller: "dax_fault", file: "fs/dax.c", line: 12),
                UndefinedReference(
                    symbol: "first", caller: "ext2_aops", file: "fs/ext2/inode.c", line: 0),
                UndefinedReference(
                    symbol: "second", caller: "foo", file: "fs/ext2/inode.c", line: 0),
            ])
        #expect(
            UndefinedReference.all(in: "ld.lld: error: duplicate symbol: x\n", origins: [:]) == nil)
        #expect(UndefinedReference.read(UndefinedReference.record(traps!)) == traps)
    }
}
