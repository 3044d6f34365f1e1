// SPDX-License-Identifier: GPL-2.0-only

// From counters and addresses back to lines of the tree.

import Glibc
import System
import TestSupport
import Testing

@testable import Slices

@Suite("Lines and functions")
struct CoverageTests {
    let fake = try! FakeCheckout()

    @Test("Only lines of code count, and those that ran are executed", arguments: [true, false])
    func hunks(_ runsNine: Bool) throws {
        let variant = try fake.build(Diffs.dax)
        let toy = try Toy(variant)
        _ = toy.run(1)
        if runsNine { _ = toy.run(9) }
        let coverage = try HunkCoverage(of: variant, in: toy)
        // The comment and the brace of four added lines are none.
        #expect(coverage.addedLines == 2)
        #expect(coverage.executed == (runsNine ? 2 : 1))
        #expect(coverage.missed == (runsNine ? [] : [SourceLine(file: "fs/dax.c", line: 9)]))
        #expect(try counts(of: toy, variant).coverage(of: variant) == coverage)
    }

    @Test func severalFilesHaveTheirOwnCounters() throws {
        let variant = try fake.build(Diffs.dax, Diffs.ext2)
        let toy = try Toy(variant)
        _ = toy.run(9)
        #expect(
            try HunkCoverage(of: variant, in: toy).missed.map(\.file)
                == ["fs/ext2/inode.c", "fs/ext2/inode.c", "fs/ext2/inode.c", "fs/ext2/inode.c"])
        _ = toy.run(1)
        let coverage = try HunkCoverage(of: variant, in: toy)
        #expect(coverage == HunkCoverage(addedLines: 6, missed: []))
        #expect(try counts(of: toy, variant).coverage(of: variant) == coverage)
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
    }

    @Test("Loops, switches, macros and what is compiled away are counted as llvm-cov counts them")
    func thornyCode() throws {
        let variant = try fake.build(Diffs.thorny)
        let toy = try Toy(variant)
        for x in [1, 3, 12, 40] {
            _ = toy.run(x)
            let coverage = try HunkCoverage(of: variant, in: toy)
            #expect(try counts(of: toy, variant).coverage(of: variant) == coverage, "after \(x)")
        }
    }

    @Test func anImageWithoutAMapIsToldFromOneThatAddsNothing() throws {
        var variant = try fake.build(Diffs.dax)
        variant.image = try fake.write("no image", to: "nothing.so")
        #expect(try HunkCounters(of: variant) == nil)
        variant.addedLines = []
        #expect(try HunkCounters(of: variant)?.lines == [])
    }

    private func counts(of toy: Toy, _ variant: Variant) throws -> LineCounts {
        let profile = fake.directory + "/profile"
        try #require(toy.writeProfile(to: profile))
        return try LineCounts(of: variant.image, profile: profile, toolchain: fake.toolchain)
    }

    @Test("A process that loads an image leaves no profile behind")
    func noProfileAppearsByItself() throws {
        let image = try fake.build().image
        let source = try fake.write(
            """
            #include <dlfcn.h>
            int main(int count, char **arguments)
            {
                return dlopen(arguments[1], RTLD_NOW) ? 0 : 1;
            }

            """, to: "load.c")
        let program = fake.directory + "/load"
        let compiled = try Command(
            executable: fake.toolchain.clang, arguments: [source, "-o", program]
        ).run()
        try #require(compiled.status == 0, "\(compiled.messages)")
        // The profile runtime's own constructor would have one written at exit, to where this says.
        let profile = fake.directory + "/default.profraw"
        let done = try Command(
            executable: program, arguments: [image], environment: ["LLVM_PROFILE_FILE": profile]
        ).run()
        #expect(done.status == 0)
        #expect(!Disk.exists(profile))
    }

    @Test(
        "Which lines are code",
        arguments: [
            ("x = 1;\n", [1]), ("\n{\n}\n\n", []), ("/* x */\n// y\n/*\nz\n*/ w\n", [5]),
            ("#define A \\\n  B\nc\n", [3]), ("\t} else {\n", [1]),
            ("\tf(\"/*\");\n\tg();\n", [1, 2]),
            ("\t);\n", []), ("'\"' + 1;\n/* \" */\n2\n", [1, 3]), ("a /* b\nc */ d\n", [1, 2]),
        ] as [(String, Set<Int>)])
    func code(_ text: String, _ lines: Set<Int>) {
        #expect(SourceText.linesWithCode(in: Array(text.utf8)) == lines)
    }

    @Test func framesWithInlinedFunctions() throws {
        let variant = try fake.build()
        // A return address behind each instruction of the image: the functions that exist must be
        // named with the tree's own files and lines, and twice() as inlined into dax().
        let frames = try Symbolizer(toolchain: fake.toolchain).frames(
            image: variant.image, pcs: (0x1000..<0x8000).map { $0 })
        let places = Set(frames.flatMap { $0 }.filter { $0.line > 0 })
        #expect(places.contains { $0.function == "ext2" && $0.file == "fs/ext2/inode.c" })
        #expect(places.contains { $0.function == "run" && $0.file == "machine/image.c" })
        #expect(
            places.contains {
                $0.function == "strict" && $0.file == "filesystems/strict/strict.c"
            })
        #expect(
            frames.contains {
                $0.map(\.function) == ["twice", "dax"]
                    && $0.map(\.file) == ["include/linux/dax.h", "fs/dax.c"] && $0[0].line == 5
            })
    }

    @Test func noAddressesNoProcess() throws {
        #expect(
            try Symbolizer(toolchain: fake.toolchain).frames(image: "/nowhere", pcs: []).isEmpty)
        #expect(throws: QuestionError.self) {
            try Symbolizer(toolchain: fake.toolchain).frames(image: "/nowhere", pcs: [1])
        }
    }
}
