// SPDX-License-Identifier: GPL-2.0-only

// The cache makes no difference but in time: what is unchanged is not compiled again, what depends
// on a change is, what fails leaves nothing, and what somebody else left is cleared away.

import Glibc
import System
import TestSupport
import Testing

@testable import Slices

@Suite("Building")
struct BuildingTests {
    let fake = try! FakeCheckout()

    @Test func theSecondBuildCompilesNothing() throws {
        let first = try fake.build(Diffs.dax)
        let objects = fake.objects
        #expect(objects.count == FakeCheckout.cFiles.count)
        #expect(try fake.build(Diffs.dax) == first)
        #expect(fake.objects == objects)
        #expect(Disk.names(in: fake.cache.images).count == 1)
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
    }

    @Test func aCompleteCacheNeedsNoCompiler() throws {
        let variant = try fake.build(Diffs.dax)
        // The same compiler by name, and no git: only the cache can answer.
        let builder = Builder(
            fake.installation(
                with: Toolchain(
                    clang: fake.toolchain.clang, lld: fake.toolchain.lld, git: "/bin/false",
                    symbolizer: "/bin/false")))
        let patches = try fake.patches(Diffs.dax)
        #expect(try builder.build(fake.tree, patches: patches, named: "x") == variant)
    }

    @Test func onePatchedFileIsOneCompilation() throws {
        _ = try fake.build()
        let before = fake.objects
        _ = try fake.build(Diffs.dax)
        #expect(fake.objects.subtracting(before).count == 1)
    }

    @Test func aPatchedHeaderRebuildsWhatIncludesIt() throws {
        _ = try fake.build()
        let before = fake.objects
        let variant = try fake.build(Diffs.header)
        #expect(fake.objects.subtracting(before).count == 1)
        #expect(variant.key != (try fake.build().key))
    }

    @Test func aChangedStubRebuildsWhatIncludesIt() throws {
        let image = try fake.build().key
        let before = fake.objects
        try fake.write("typedef int toy; /* changed */\n", to: "checkout/csrc/stubs/linux/types.h")
        #expect(try fake.build().key != image)
        // All files include it.
        #expect(fake.objects.subtracting(before).count == FakeCheckout.cFiles.count)
    }

    @Test func goingBackFindsTheOldObjects() throws {
        let first = try fake.build()
        let stub = try fake.read("checkout/csrc/stubs/linux/types.h")
        try fake.write("typedef int toy; /* changed */\n", to: "checkout/csrc/stubs/linux/types.h")
        _ = try fake.build()
        let objects = fake.objects
        try fake.write(stub, to: "checkout/csrc/stubs/linux/types.h")
        #expect(try fake.build().image == first.image)
        #expect(fake.objects == objects)
    }

    @Test("A header that comes to stand before another is found")
    func aNewHeaderInAnEarlierDirectory() throws {
        try fake.write(
            "#define LUCK 1\n", to: "checkout/csrc/kernel/include/linux/luck.h")
        try fake.write(
            "#include <linux/luck.h>\nint strict(int x) { return LUCK; }\n",
            to: "checkout/csrc/filesystems/strict/strict.c")
        #expect(try Toy(fake.build()).run(-1) == 1)
        try fake.write("#define LUCK 2\n", to: "checkout/csrc/stubs/linux/luck.h")
        #expect(try Toy(fake.build()).run(-1) == 2)
    }

    @Test("A file changed without a change of size or name is seen")
    func sameSize() throws {
        #expect(try Toy(fake.build()).run(-1) == -2)
        let strict = try fake.read("checkout/csrc/filesystems/strict/strict.c")
        try fake.write(
            strict.replacing("x - 1", with: "x - 5"),
            to: "checkout/csrc/filesystems/strict/strict.c")
        #expect(try Toy(fake.build()).run(-1) == -6)
    }

    @Test func twoVariantsAtOnce() throws {
        let requests = [
            BuildRequest(name: "base", tree: fake.tree, patches: []),
            BuildRequest(name: "dax", tree: fake.tree, patches: try fake.patches(Diffs.dax)),
            BuildRequest(
                name: "bad", tree: fake.tree,
                patches: try fake.patches(
                    Diffs.dax.replacing("return 3;", with: "return y;"))),
            BuildRequest(
                name: "header", tree: fake.tree, patches: try fake.patches(Diffs.header)),
        ]
        let results = try fake.builder.build(requests)
        #expect(results.map { (try? $0.get())?.name } == ["base", "dax", nil, "header"])
        // Each file once, and dax.c for dax and header as well.
        #expect(fake.objects.count == FakeCheckout.cFiles.count + 2)
        let variants = results.compactMap { try? $0.get() }
        #expect(Set(variants.map(\.image)).count == 3)
        #expect(try variants.map { try Toy($0).run(9) } == [54, 3, 54])
    }

    @Test("The same sources give the same key wherever they lie")
    func keysDoNotDependOnPlaces() throws {
        let other = try FakeCheckout()
        #expect(try fake.build(Diffs.dax).key == other.build(Diffs.dax).key)
    }

    @Test func nothingButTheEntryPointIsExported() throws {
        let variant = try fake.build()
        let handle = try #require(dlopen(variant.image, RTLD_NOW | RTLD_LOCAL))
        #expect(dlsym(handle, "faultline_image") != nil)
        #expect(dlsym(handle, "dax") == nil)
    }

    @Test("What was of use last stays when the cache is too large")
    func pruning() throws {
        let old = try fake.build()
        let new = try fake.build(Diffs.dax)
        for path in [old.image, old.sources] {
            var times = [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
            utimes(path, &times)
        }
        fake.cache.prune()
        #expect(Disk.exists(old.image))
        // Half of the limit is left: without the two oldest entries.
        let total = try fake.snapshot("cache").values.reduce(0) { $0 + $1.count }
        let oldest = try Disk.read(old.image).count
        fake.cache.prune(to: Int64(total - oldest) * 2 - 1)
        #expect(Disk.exists(old.image))
        fake.cache.prune(to: Int64(total) - 1)
        #expect(!Disk.exists(old.image))
        #expect(!Disk.exists(old.sources))
        #expect(try fake.build() == old)
        #expect(try fake.build(Diffs.dax) == new)
    }

    // MARK: - Errors

    @Test func compileError() throws {
        let diff = Diffs.dax.replacing("return 3;", with: "return y + z;")
        let error = try #require(throws: QuestionError.self) { try fake.build(diff) }
        #expect(error.kind == .doesNotCompile)
        #expect(error.file == "fs/dax.c")
        #expect(error.line == 9)
        #expect(
            error.description.hasPrefix(
                "fs/dax.c:9: error: use of undeclared identifier 'y' (and 1 more)"))
        #expect(error.output?.contains("return y + z;") == true)
        #expect(error.output?.contains(fake.directory) == false)
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
        // The cache still works.
        #expect(try Toy(fake.build(Diffs.dax)).run(9) == 3)
    }

    @Test func compileErrorInAHeader() throws {
        let diff = Diffs.header.replacing("return x + x;", with: "return x + y;")
        let error = try #require(throws: QuestionError.self) { try fake.build(diff) }
        #expect(error.file == "include/linux/dax.h")
        #expect(error.line == 5)
    }

    @Test func undefinedFunction() throws {
        let diff = Diffs.dax.replacing("return 3;", with: "return ({ toy f(toy); f(x); });")
        let error = try #require(throws: QuestionError.self) { try fake.build(diff) }
        #expect(error.kind == .doesNotCompile)
        #expect(error.file == "fs/dax.c")
        #expect(error.line == 9)
        #expect(error.reason == "error: undefined symbol: f")
        #expect(Disk.names(in: fake.cache.temporaries).isEmpty)
        #expect(Disk.names(in: fake.cache.images).isEmpty)
    }

    @Test func aCacheThatCannotBeMade() throws {
        let file = try fake.write("", to: "file")
        let builder = Builder(
            Installation(
                checkout: fake.checkout, toolchain: fake.toolchain,
                cache: BuildCache(root: file + "/cache")))
        let error = try #require(throws: QuestionError.self) {
            try builder.build(fake.tree, named: "base")
        }
        #expect(error.kind == .disk)
    }

    // MARK: - Interruption

    @Test func leftoversOfADeadProcessAreSweptAway() throws {
        try fake.write("", to: "cache/tmp/dead.lock")
        try fake.write("half", to: "cache/tmp/dead/x.o")
        let lock = open(try fake.write("", to: "cache/tmp/other.lock"), O_RDWR | O_CLOEXEC)
        try fake.write("not yet", to: "cache/tmp/other/x.o")
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        _ = try fake.build()
        #expect(Disk.names(in: fake.cache.temporaries) == ["other", "other.lock"])
        try fake.cache.withTemporaryDirectory { directory in
            #expect(Disk.isDirectory(directory))
            fake.cache.abandon()
            #expect(Disk.names(in: fake.cache.temporaries) == ["other", "other.lock"])
        }
    }

    @Test func aChangedByteInAnyFileOfTheCacheIsMadeGood() throws {
        let first = try fake.build(Diffs.dax)
        let root = fake.cache.root
        let files =
            Disk.files(under: root)
            + Disk.names(in: fake.cache.trees).flatMap { tree in
                [".prepared", ".files"].map { "trees/\(tree)/\($0)" }
            }
        try #require(files.count > 10)
        for file in files {
            let path = root + "/" + file
            // A tree that lost a file is no longer there.
            guard var bytes = try? Disk.read(path), !bytes.isEmpty else { continue }
            bytes[bytes.count / 2] ^= 4
            try Disk.write(bytes, to: path)
        }
        let second = try fake.build(Diffs.dax)
        #expect(second == first)
        #expect(try Toy(second).run(9) == 3)
        for file in files {
            let path = root + "/" + file
            #expect(
                !Disk.exists(path) || !file.hasSuffix(".o") || SealedFile.isWhole(path), "\(file)")
        }
        #expect(SealedFile.isWhole(first.image))
    }

    @Test func halfAnEntryIsNone() throws {
        let first = try fake.build(Diffs.dax)
        // As a full disk or a killed process of old might leave them.
        for name in Disk.names(in: fake.cache.objects) where name.hasSuffix(".headers") {
            try fake.write("object 12", to: "cache/objects/" + name)
        }
        Disk.remove(first.sources + "/.prepared")
        Disk.remove(first.sources)
        try fake.write("garbage", to: "cache/notes/hashes")
        Disk.remove(first.image)
        let second = try fake.build(Diffs.dax)
        #expect(second == first)
        #expect(try Toy(second).run(9) == 3)
    }
}
