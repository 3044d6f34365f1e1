// SPDX-License-Identifier: GPL-2.0-only

// An object is used again where all that went into it is the same: what was read, what could be read in
// its place, what the text asks whether it is there, and the answers of the tree that it asks for. What
// is beside that costs no compilation.

import Patches
import TestSupport
import Testing

@testable import Slices

@Suite("Sharing of objects")
struct ObjectSharingTests {
    let fake = try! FakeCheckout()

    private let strict = "checkout/csrc/filesystems/strict/strict.c"

    private func build(_ tree: String) throws -> Variant {
        try fake.builder.build(fake.trees.tree(at: tree), named: "base")
    }

    // MARK: - Headers

    @Test func aHeaderThatNobodyCanFindCostsNothing() throws {
        let first = try fake.build()
        let objects = fake.objects
        try fake.write("#error \"never read\"\n", to: "checkout/csrc/stubs/linux/other.h")
        #expect(try fake.build().image == first.image)
        #expect(fake.objects == objects)
    }

    @Test(
        "A header that comes to be there is seen by who asks for it",
        arguments: [
            "#if __has_include(<linux/luck.h>)\n",
            "#ifdef __has_include\n#if __has_include (\"luck.h\")\n#define LUCK\n#endif\n#endif\n"
                + "#ifdef LUCK\n",
            "#define IS_THERE(x) __has_include(x)\n#if IS_THERE(<luck.h>)\n",
        ])
    func whetherAHeaderIsThere(question: String) throws {
        try fake.write(
            "\(question)int strict(int x) { return 1; }\n#else\nint strict(int x) { return 2; }\n#endif\n",
            to: strict)
        #expect(try Toy(fake.build()).run(-1) == 2)
        try fake.write("", to: "checkout/csrc/stubs/linux/luck.h")
        try fake.write("", to: "checkout/csrc/filesystems/strict/luck.h")
        #expect(try Toy(fake.build()).run(-1) == 1)
    }

    @Test func aPatchThatHidesItsQuestionIsCompiledAgain() throws {
        let question = """
            --- a/fs/dax.c
            +++ b/fs/dax.c
            @@ -4,6 +4,10 @@
             
             toy dax(toy x)
             {
            +#define GLUED(a, b) a ## b
            +#if GLUED(__has_inc, lude)(<linux/luck.h>)
            +    return 3;
            +#endif
                 if (x == 7)
                     return 1;
                 return ext2(twice(x));

            """
        let header = """
            --- /dev/null
            +++ b/include/linux/luck.h
            @@ -0,0 +1,1 @@
            +/* luck */

            """
        #expect(try Toy(fake.build(question)).run(9) == 54)
        #expect(try Toy(fake.build(question, header, allowsOutside: true)).run(9) == 3)
    }

    // MARK: - Answers

    private func kernel(_ name: String, _ dax: String) throws -> Variant {
        try build(fake.kernel(name, ["include/linux/dax.h": dax + "\n"]))
    }

    @Test func onlyAnAnswerThatIsAskedForCompilesAFileAgain() throws {
        try fake.write(
            "#include <interfaces.h>\nint strict(int x) { return HAVE_DAX_PFN_MKWRITE; }\n",
            to: strict)
        let first = try kernel("linux", "/* nothing */")
        #expect(try Toy(first).run(-1) == 0)
        let objects = fake.objects
        let other = try kernel("other", "int dax_lock_page (int page);")
        #expect(try Toy(other).run(-1) == 0)
        #expect(fake.objects == objects)
        #expect(try Toy(kernel("asked", "int dax_pfn_mkwrite (int fault);")).run(-1) == 1)
        #expect(fake.objects.subtracting(objects).count == 1)
    }

    @Test func anAnswerOfAHeaderIsAskedForByWhoIncludesIt() throws {
        try fake.write(
            "#include <interfaces.h>\n#if HAVE_DAX_PFN_MKWRITE\n#define LUCK 1\n#else\n#define LUCK 0\n"
                + "#endif\n", to: "checkout/csrc/stubs/linux/luck.h")
        try fake.write("#include <linux/luck.h>\nint strict(int x) { return LUCK; }\n", to: strict)
        #expect(try Toy(kernel("linux", "/* nothing */")).run(-1) == 0)
        #expect(try Toy(kernel("asked", "int dax_pfn_mkwrite (int fault);")).run(-1) == 1)
    }

    @Test func aPatchThatHidesItsQuestionHasTheAnswer() throws {
        let patch = try fake.patches(
            DirectoryTreeTests.patch.replacing(
                "\tx += 1;",
                with: "#include <interfaces.h>\n+#define GLUED(a) HAVE_DAX_ ## a\n"
                    + "+\tx += 2 * GLUED(PFN_MKWRITE);"
            ).replacing("+11,5 @@", with: "+11,7 @@"))
        func run(_ name: String, _ dax: String) throws -> Int {
            let tree = try fake.trees.tree(
                at: fake.kernel(name, ["include/linux/dax.h": dax + "\n"]))
            return try Toy(fake.builder.build(tree, patches: patch, named: "x")).run(4)
        }
        let without = try run("linux", "/* nothing */")
        #expect(try run("asked", "int dax_pfn_mkwrite (int fault);") != without)
    }

    // MARK: - Words

    private func asked(_ text: String) -> AskedWords { AskedWords(in: Array(text.utf8)) }

    @Test func macrosAreFoundWhereverTheyStand() {
        #expect(
            asked("#if defined(HAVE_XARRAY) && !HAVE_PFN_T\nx = TREE_VERSION;").macros
                == ["HAVE_XARRAY", "HAVE_PFN_T", "TREE_VERSION"])
        #expect(asked("HAVE_XARRAYS MY_HAVE_XARRAY HAVE_").macros.isEmpty)
        #expect(asked("HAVE_XARRAY").macros == ["HAVE_XARRAY"])
    }

    @Test(
        arguments: [
            ("#if __has_include(<a/b.h>)", ["b.h"]), ("__has_include_next ( \"c.h\" )", ["c.h"]),
            ("#ifdef __has_include\n", []), ("#if defined ( __has_include )", []),
            ("my__has_include(<a.h>)", []), ("#define ASK __has_include\n", nil),
            ("#if __has_include(NAME)", nil), ("#if __has_embed(<a b>)", nil),
            ("#if __has_include(", nil), ("#if __has_include(<>)", nil),
        ] as [(String, Set<String>?)])
    func filesThatAreAskedFor(_ text: String, _ files: Set<String>?) {
        #expect(asked(text).files == files)
    }
}
