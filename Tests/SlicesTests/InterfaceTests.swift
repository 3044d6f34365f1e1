// SPDX-License-Identifier: GPL-2.0-only

// Which interfaces a tree has is read from its headers. The headers here are of our own words, each
// set laid out as a generation of kernels has it as far as a question looks.

import System
import Testing

@testable import Slices

@Suite("Interfaces")
struct InterfaceTests {
    /// The questions that a set of headers answers with yes.
    private func recognized(_ files: [String: String], version: String = "0") -> Set<String> {
        let interfaces = Interfaces.recognized(version: version) { path in
            files[path].map { CText(Array($0.utf8)) }
        }
        return Set(
            interfaces.answers.filter { $0.value != 0 }.map {
                String($0.name.dropFirst("HAVE_".count))
            })
    }

    // MARK: - The table

    @Test("Every macro of the embedded slice's header has a row, and every row a macro")
    func tableAndHeader() throws {
        let root = directoryName(directoryName(directoryName(realPath(#filePath)!)))
        let header = try String(anyBytes: Disk.read(root + "/csrc/stubs/interfaces.h"))
        let macros = header.split(separator: "\n").compactMap { line -> String? in
            let words = line.split { $0 == " " || $0 == "\t" }
            return words.count == 3 && words[1].hasPrefix("HAVE_") ? String(words[1]) : nil
        }
        #expect(Set(macros) == Set(InterfaceTable.rows.map(\.name)))
        #expect(macros.count == InterfaceTable.rows.count)
        #expect(Set(InterfaceTable.rows.map(\.name)).count == InterfaceTable.rows.count)
    }

    @Test func theHeaderAnswersEveryQuestion() {
        let interfaces = Interfaces.recognized(version: "6.1.2") { _ in nil }
        let again = Interfaces(header: interfaces.header, version: "6.1.2")
        #expect(again.answers == interfaces.answers)
        #expect(interfaces.header.contains("#define TREE_VERSION\t\"6.1.2\"\n"))
        #expect(interfaces.header.contains("#define SLICE_IS_EMBEDDED\t0\n"))
        #expect(Interfaces(record: interfaces.record, version: "6.1.2") == interfaces)
        #expect(Interfaces(record: "HAVE_OLD 1 -\n", version: "6.1.2") == nil)
    }

    // MARK: - Reading

    @Test(
        arguments: [
            ("struct a { int b; };", "b ;", true),
            ("struct a {\n\tint\n\t\tb\t;\n};", "int b ;", true),
            ("struct a { /* int b; */ int c; };", "b", false),
            ("struct a { // int b;\n int c; };", "b", false),
            ("struct a;\nstruct c { int b; };", "b", false),
            ("struct a *f(struct a *b);\nstruct a { int c; };", "b", false),
            ("struct a { struct { int b; } c; int d; };\nint e;", "d", true),
            ("struct a { struct { int b; } c; };\nint d;", "d", false),
            (
                "#ifdef X\nstruct a {\n#else\nstruct a {\n int b;\n#endif\n int c;\n};\nint d;",
                "c",
                true
            ),
            (
                "#ifdef X\nstruct a {\n#else\nstruct a {\n int b;\n#endif\n int c;\n};\nint d;",
                "d",
                false
            ),
            ("struct a { char *s = \"}\"; int b; };", "b", true),
            ("struct a { int (*f)(struct x *y,\n\t\tconst struct z *w); };", "( * f ) ( … z", true),
            ("struct a { int (*f)(int); int (*g)(struct z *); };", "( * f ) ( … z", false),
        ])
    func members(_ text: String, _ pattern: String, _ isThere: Bool) {
        let found = recognizedMember(text, pattern)
        #expect(found == isThere)
    }

    private func recognizedMember(_ text: String, _ pattern: String) -> Bool {
        let question = InterfaceQuestion.member(["x.h"], of: "a", pattern)
        return question.answer(["x.h": CText(Array(text.utf8))]) != nil
    }

    @Test func bodiesOfFunctions() {
        let text = CText(
            Array(
                """
                static inline int f(int x);
                static inline int f(int x)
                {
                \treturn YES;
                }
                static inline int g(int x) { return NO; }

                """.utf8))
        #expect(text.find("YES", in: text.body(ofFunction: "f")) != nil)
        #expect(text.body(ofFunction: "f").map { text.find("NO", in: $0) } == .some(nil))
        #expect(text.find("NO", in: text.body(ofFunction: "g")) != nil)
        #expect(text.body(ofFunction: "h") == nil)
    }

    @Test func locationsAreLinesOfTheTree() {
        let interfaces = Interfaces.recognized(version: "1") { path in
            path == "include/linux/fs.h"
                ? CText(
                    Array("/*\n\n*/\nstruct address_space {\n\tint x;\n\tint i_pages;\n};".utf8))
                : nil
        }
        let answer = interfaces.answers.first { $0.name == "HAVE_I_PAGES" }
        #expect(answer?.location == "include/linux/fs.h:6")
    }

    // MARK: - Versions

    @Test(arguments: KernelGeneration.all) func generations(_ generation: KernelGeneration) {
        let found = recognized(generation.files)
        #expect(found == generation.answers, "\(found.symmetricDifference(generation.answers))")
    }
}
