// SPDX-License-Identifier: GPL-2.0-only

// Patches to files that the slice does not have.

import System
import TestSupport
import Testing

@testable import Slices

@Suite("Patches outside of the slice")
struct OutsidePatchTests {
    let fake = try! FakeCheckout()

    private static let outside = """
        --- a/fs/xfs/xfs_file.c
        +++ b/fs/xfs/xfs_file.c
        @@ -1 +1 @@
        -a
        +b

        """

    @Test func nothingOfTheSlice() throws {
        let before = try fake.snapshot()
        let error = try #require(throws: QuestionError.self) { try fake.build(Self.outside) }
        #expect(error.kind == .outside)
        #expect(error.reason == "touches no file of the slice")
        #expect(error.description.contains("fs/xfs/xfs_file.c"))
        #expect(error.description.contains("--allow-outside"))
        #expect(
            try fake.snapshot("checkout")
                == before.filter { $0.key.hasPrefix("checkout/") }.reduce(into: [:]) {
                    $0[String($1.key.dropFirst("checkout/".count))] = $1.value
                })
        #expect(Disk.names(in: fake.cache.trees).isEmpty)
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
    }

    @Test func oneFileOutside() throws {
        let error = try #require(throws: QuestionError.self) {
            try fake.build(Diffs.ext2 + Self.outside)
        }
        #expect(error.kind == .outside)
        #expect(error.file == "fs/xfs/xfs_file.c")
        #expect(error.patchLine == 20)
    }

    @Test func outsideIsIgnoredWithANote() throws {
        let variant = try fake.build(Self.outside + Diffs.dax, allowsOutside: true)
        #expect(variant.notes == ["x.patch: fs/xfs/xfs_file.c is not part of the slice: ignored"])
        #expect(variant.addedLines.count == 4)
        #expect(!Disk.exists(variant.sources + "/fs/xfs"))
    }

    @Test(
        "A new file is inside where the slice has a directory",
        arguments: [("fs/new.h", true), ("mm/new.h", false)])
    func newFile(_ path: String, _ isInside: Bool) throws {
        let diff = """
            --- /dev/null
            +++ b/\(path)
            @@ -0,0 +1 @@
            +#define NEW 1

            """
        if isInside {
            #expect(try fake.build(diff).addedLines == [SourceLine(file: path, line: 1)])
        } else {
            #expect(throws: QuestionError.self) { try fake.build(diff) }
        }
    }

    @Test func theStrictFilesystemIsNoPartOfTheSlice() throws {
        let diff = """
            --- a/filesystems/strict/strict.c
            +++ b/filesystems/strict/strict.c
            @@ -3,4 +3,4 @@
             toy strict(toy x)
             {
            -    return x - 1;
            +    return x - 2;
             }

            """
        #expect(throws: QuestionError.self) { try fake.build(diff) }
        var builder = fake.builder
        builder.allowsStrictFilesystem = true
        let seeded = try builder.build(fake.tree, patches: try fake.patches(diff), named: "seed")
        #expect(try Toy(seeded).run(-1) == -3)
        #expect(try Toy(fake.build()).run(-1) == -2)
    }
}
