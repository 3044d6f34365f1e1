// SPDX-License-Identifier: GPL-2.0-only

// Which functions a patch changes, as the compiler sees it: those whose instructions differ, wherever
// they got them from, and no others because something around them has moved.

import System
import TestSupport
import Testing

@testable import Slices

@Suite struct CodeDifferenceTests {
    let fake: FakeCheckout

    /// The machine has no shadow: these functions are compiled and compared, and never run.
    init() throws {
        fake = try FakeCheckout()
        let machine = "checkout/csrc/machine/image.c"
        let reports = ["load1", "load4", "load8", "store4", "store8"].map {
            "void __asan_report_\($0)_noabort(unsigned long at) {}\n"
        }
        try fake.write(try fake.read(machine) + reports.joined(), to: machine)
    }

    private static let source = """
        #include <linux/dax.h>

        struct pair {
            toy first, second;
        };
        static struct pair pairs[4];
        static toy limit = 3;

        __attribute__((noinline)) toy said(const char *text)
        {
            return text[0];
        }

        static inline toy half(toy x)
        {
            return x / 2;
        }

        static __attribute__((noinline)) toy early(toy x)
        {
            return half(x) + said("early");
        }

        static __attribute__((noinline)) toy late(toy x)
        {
            pairs[x & 3].second = x;
            return half(pairs[x & 1].first) + said("late");
        }

        static __attribute__((noinline)) toy chosen(toy x)
        {
            switch (x) {
            case 0: return 11;
            case 1: return 5;
            case 2: return 42;
            case 3: return 7;
            case 4: return 1;
            default: return 0;
            }
        }

        static __attribute__((noinline)) toy limited(toy x)
        {
            limit += x;
            return x < limit ? x : limit;
        }

        toy ext2(toy x)
        {
            return early(x) + late(x) + chosen(x) + limited(x);
        }

        """

    private func build(_ text: String) throws -> Variant {
        try fake.write(text, to: "checkout/csrc/kernel/fs/ext2/inode.c")
        // A weak reference is none to a trap here.
        var builder = fake.builder
        builder.trustsPatches = true
        return try builder.build(fake.tree, named: "x")
    }

    /// What differs with some of the text replaced.
    private func changed(_ replaced: [(String, String)]) throws -> Set<String>? {
        let base = try build(Self.source)
        var text = Self.source
        for (old, new) in replaced {
            try #require(text.contains(old))
            text = text.replacing(old, with: new)
        }
        let variant = try build(text)
        try #require(variant.key != base.key)
        return try variant.functionsChanged(from: base)
    }

    @Test func aConstantIsOfItsFunctionAlone() throws {
        #expect(try changed([("x / 2;\n}", "x / 2;\n}\n"), ("x & 3", "x & 2")]) == ["late"])
    }

    @Test func commentsAndLinesAreNoDifference() throws {
        #expect(try changed([("static inline", "/* Halves. */\n\n\nstatic inline")]) == [])
    }

    @Test func anInlinedFunctionIsOfThoseWhoHaveIt() throws {
        #expect(try changed([("x / 2", "x / 3")]) == ["early", "late"])
    }

    @Test func anInlineFunctionOfAHeaderIsOfThoseWhoHaveIt() throws {
        let base = try build(Self.source)
        let header = try fake.read("checkout/csrc/kernel/include/linux/dax.h")
        try fake.write(
            header.replacing("2 * x", with: "3 * x"),
            to: "checkout/csrc/kernel/include/linux/dax.h")
        #expect(try build(Self.source).functionsChanged(from: base) == ["dax"])
    }

    @Test func aStringThatGrowsMovesNoOther() throws {
        #expect(try changed([("\"early\"", "\"earlier\"")]) == ["early"])
        #expect(try changed([("\"late\"", "\"bate\"")]) == ["late"])
    }

    @Test func aTableOfASwitchIsOfItsFunction() throws {
        #expect(try changed([("return 42", "return 43")]) == ["chosen"])
    }

    @Test func aMovedFunctionIsTheSame() throws {
        let early = try #require(
            Self.source.firstRange(of: "static __attribute__((noinline)) toy early")
        ).lowerBound
        let late = try #require(
            Self.source.firstRange(of: "static __attribute__((noinline)) toy late")
        ).lowerBound
        let text = String(Self.source[early..<late])
        #expect(
            try changed([
                (text, ""),
                (
                    "static __attribute__((noinline)) toy chosen",
                    text + "static __attribute__((noinline)) toy chosen"
                ),
            ]) == [])
    }

    @Test func aRenamedFunctionIsGoneAndItsCallersDiffer() throws {
        #expect(try changed([("early(", "soon(")]) == ["early", "ext2"])
    }

    @Test func aMemberOfAStructureChangesWhoUsesThoseBehindIt() throws {
        #expect(try changed([("toy first, second", "toy first, third, second")]) == ["late"])
    }

    @Test func changedDataChangesEverything() throws {
        #expect(try changed([("limit = 3", "limit = 4")]) == nil)
    }

    /// As a WARN_ON_ONCE() has one.
    @Test func aNewStaticChangesWhoUsesItAndAtMostWhoUsesOthers() throws {
        let found = try #require(
            try changed([
                (
                    "return half(x) + said(\"early\");",
                    "static toy once;\n    if (x > 9 && !once)\n        once = 1;\n"
                        + "    return half(x) + once + said(\"early\");"
                )
            ]))
        #expect(found.contains("early") && found.isSubset(of: ["early", "late"]))
    }

    @Test func aFunctionThatNobodyReferredToIsNoDifference() throws {
        #expect(
            try changed([("toy ext2(", "toy other(toy x)\n{\n    return x;\n}\n\ntoy ext2(")]) == []
        )
    }

    /// Whoever asked for it before got another one, or none.
    @Test func aFunctionThatOthersReferToAlreadyChangesEverything() throws {
        let dax = try fake.read("checkout/csrc/kernel/fs/dax.c")
        try fake.write(
            dax.replacing(
                "toy ext2(toy x);",
                with: "toy ext2(toy x);\n__attribute__((weak)) toy other(toy x);"
            ).replacing("if (x == 7)", with: "if (other)"),
            to: "checkout/csrc/kernel/fs/dax.c")
        let new = "toy other(toy x)\n{\n    return x;\n}\n\ntoy ext2("
        #expect(try changed([("toy ext2(", new)]) == nil)
    }

    // MARK: - What a name stands for

    private static let weak =
        "__attribute__((weak, noinline)) toy other(toy x)\n{\n    return x;\n}\n\n"
    private static let strong = "toy other(toy x);\ntoy other(toy x)\n{\n    return 2 * x;\n}\n\n"
    /// It gives way to a definition elsewhere, and one function calls it.
    private static let asking = source.replacing("toy ext2(", with: weak + "toy ext2(")
        .replacing("early(x) +", with: "early(x) + other(x) +")

    @Test func aDefinitionInThePlaceOfOneThatGivesWayChangesEverything() throws {
        let base = try build(Self.asking)
        let dax = "checkout/csrc/kernel/fs/dax.c"
        try fake.write(try fake.read(dax) + "\n" + Self.strong, to: dax)
        #expect(try build(Self.asking).functionsChanged(from: base) == nil)
    }

    /// Not an instruction differs.
    @Test func whichOfTwoDefinitionsGivesWayChangesEverything() throws {
        let dax = "checkout/csrc/kernel/fs/dax.c"
        let text = try fake.read(dax)
        let second = Self.weak.replacing("return x", with: "return 2 * x")
        try fake.write(text + "\n" + second.replacing("weak, ", with: ""), to: dax)
        let base = try build(Self.asking)
        try fake.write(text + "\n" + second, to: dax)
        let variant = try build(Self.asking.replacing("weak, ", with: ""))
        #expect(try variant.functionsChanged(from: base) == nil)
        #expect(try !variant.hasCode(of: base))
    }

    /// Zeroed before and after, and named in both.
    @Test func anotherNameForAVariableChangesEverything() throws {
        let two = Self.source.replacing(
            "static toy limit", with: "toy one;\ntoy two;\nstatic toy limit"
        ).replacing("half(x) +", with: "half(x) + (one = x) +")
            .replacing("x < limit ?", with: "x + two < limit ?")
        let base = try build(two)
        let variant = try build(
            two.replacing(
                "toy two;", with: "extern toy two __attribute__((alias(\"one\")));"))
        #expect(try variant.functionsChanged(from: base) == nil)
    }

    /// Another function of its name may have counters.
    @Test func aFunctionWhoseEntriesAreNotCountedChangesEverything() throws {
        let uncounted = "__attribute__((noinline, no_profile_instrument_function)) toy early("
        let text = Self.source.replacing(
            "__attribute__((noinline)) toy early(", with: uncounted)
        try #require(text.contains(uncounted))
        let base = try build(text)
        let variant = try build(text.replacing("half(x) +", with: "x +"))
        #expect(try variant.functionsChanged(from: base) == nil)
    }

    @Test func aFileThatIsNoObjectChangesEverything() throws {
        #expect(ObjectFunctions([]) == nil)
        // More sections than its header can count.
        var header = [0x7f, 0x45, 0x4c, 0x46, 2, 1] + [UInt8](repeating: 0, count: 58)
        header[0x3a] = 64
        #expect(ObjectFunctions(header) == nil)
        #expect(ObjectFunctions(Array("no object".utf8)) == nil)
    }

    // MARK: - Between two images

    @Test func anAddressIsFoundAgainInTheSameFunction() throws {
        let base = try build(Self.source)
        let variant = try build(
            Self.source.replacing(
                "return text[0];", with: "return text[0] * text[1] + text[2] * text[3] + text[4];"))
        let addresses = try #require(try CodeAddresses(from: base, to: variant))
        let (before, after) = (try places(in: base), try places(in: variant))
        for name in ["ext2", "early", "late", "dax"] {
            let (old, new) = (try #require(before[name]), try #require(after[name]))
            #expect(addresses.translate(UInt64(old + 5)) == UInt64(new + 5))
        }
        #expect(["ext2", "early", "late"].contains { before[$0] != after[$0] }, "nothing moved")
        // Its length differs: there is no same place.
        #expect(addresses.translate(UInt64(try #require(before["said"]) + 5)) == nil)
        #expect(addresses.translate(0) == 0)
        #expect(addresses.translate(1 << 40) == nil)
    }

    private func places(in variant: Variant) throws -> [String: Int] {
        let file = try #require(ELFFile(try Disk.read(variant.image)))
        let symbols = try #require(SymbolTable(file)).symbols
        return Dictionary(symbols.filter { $0.kind == .function }.map { ($0.name, $0.value) }) {
            first, _ in first
        }
    }

    @Test func everyFunctionHasACounterOfItsEntries() throws {
        let variant = try fake.build()
        let entries = try #require(try EntryCounters(of: variant))
        #expect(entries.functions == ["dax", "ext2", "twice"])
        let toy = try Toy(variant)
        func runs() -> [UInt64] {
            let counters = toy.profileCounters
            return ["dax", "ext2", "twice"].map { name in
                let function = entries.functions.firstIndex(of: name)
                return entries.counters.indices.filter { entries.functionOf[$0] == function }
                    .reduce(0) { $0 + counters[entries.counters[$1]] }
            }
        }
        let before = runs()
        _ = toy.run(3)
        #expect(zip(runs(), before).map { $0 - $1 } == [1, 1, 1])
        // It is left before ext2() is called.
        _ = toy.run(7)
        #expect(zip(runs(), before).map { $0 - $1 } == [2, 1, 1])
    }
}
