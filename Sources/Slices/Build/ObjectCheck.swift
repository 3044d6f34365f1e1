// SPDX-License-Identifier: GPL-2.0-only

// What code of a slice must not be made of, whoever wrote it: code that runs before the first run or
// behind the last one, calls of the C library, system calls, assembly that a patch brings. Kernel code
// has no use for any of it, and each is a way around the machine, to the process that judges.
//
// A worker is held by its sandbox as well. This comes before it: an image with such code is not made.

import System

/// The check of one image's objects.
struct ObjectCheck {
    private let work: BuildWork
    /// Of the slice, not of the machine.
    private let objects: [(unit: TranslationUnit, path: String)]
    private let toolchain: Toolchain
    private let csrc: String

    /// - Parameters:
    ///   - objects: of the work's units, in their order.
    ///   - csrc: the C sources.
    init(of work: BuildWork, _ objects: [String], toolchain: Toolchain, csrc: String) {
        self.work = work
        self.csrc = csrc
        self.toolchain = toolchain
        self.objects = zip(work.units, objects).compactMap { unit, path in
            if case .tree = unit.source { (unit, path) } else { nil }
        }
    }

    /// Checks what each object is made of, and what patches have added.
    ///
    /// - Returns: what each refers to and does not define.
    /// - Throws: `QuestionError` that names file, line or function, and the reason.
    func checkObjects() throws -> [Set<String>] {
        var defined: Set<String> = []
        let undefined = try objects.map { unit, path in
            let file = try CheckedObject(contentsOf: path)
            try checkSections(of: file, unit)
            try checkSymbols(of: file, unit)
            try checkInstructions(of: file, unit, path)
            defined.formUnion(file.symbols.lazy.filter { $0.section != 0 }.map(\.name))
            return file.undefined
        }
        let names = MachineNames(in: csrc)
        for (object, wanted) in zip(objects, undefined) {
            let wrong = wanted.filter { names.contains($0) && !defined.contains($0) }
            // The strict filesystem is the machine's.
            guard let name = wrong.sorted().first, !object.unit.source.path.hasPrefix("strictfs/")
            else { continue }
            throw refusal(
                object.unit, mentioning: name,
                "refers to \(name) of the machine, which kernel code does not know")
        }
        return undefined
    }

    /// Checks what the image takes from libraries: nothing that the slice refers to.
    ///
    /// - Parameter undefined: of each object, as `checkObjects()` returned it.
    func checkImports(of image: String, _ undefined: [Set<String>]) throws {
        let imported = try CheckedObject(contentsOf: image).undefined
        for (object, names) in zip(objects, undefined) {
            let wrong = names.filter { name in
                if name.hasPrefix("__llvm_profile_") { return name != "__llvm_profile_runtime" }
                return imported.contains(name) && !Self.madeByCompiler.contains(name)
            }
            if let name = wrong.sorted().first {
                throw refusal(
                    object.unit, mentioning: name,
                    "refers to \(name) of the C library, which kernel code cannot do")
            }
        }
    }

    /// What the compiler calls where the code has a copy or a comparison.
    private static let madeByCompiler: Set = [
        "memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen",
    ]

    // MARK: - Sections

    /// The compiler's own constructor, which tells the machine of the block counters.
    private static let ownConstructors = ".init_array.2"
    private static let constructors = [
        ".init_array", ".fini_array", ".preinit_array", ".ctors", ".dtors", ".init", ".fini",
    ]
    /// By type: constructors, and what the linker would take for its own options.
    private static let constructorTypes: Set<UInt32> = [14, 15, 16]
    private static let linkerTypes: Set<UInt32> = [0x6fff_4c01, 0x6fff_4c04]

    private func checkSections(of file: CheckedObject, _ unit: TranslationUnit) throws {
        var constructorBytes = 0
        for section in file.sections {
            let name = section.name
            let isConstructor = Self.constructors.contains {
                name == $0 || name.hasPrefix($0 + ".")
            }
            if name == Self.ownConstructors {
                constructorBytes += section.bytes.count
            } else if isConstructor || Self.constructorTypes.contains(section.type) {
                throw refusal(
                    unit, mentioning: "constructor",
                    "has code that runs when the image is loaded (section \(name))")
            }
            if Self.linkerTypes.contains(section.type) || name == ".deplibs"
                || name == ".linker-options"
            {
                throw refusal(unit, mentioning: "comment", "has options for the linker in it")
            }
            if name.hasPrefix("fl_") {
                throw refusal(unit, mentioning: name, "has a section of the machine's: \(name)")
            }
            // A #line can give any name to a file, and the symbolizer's answers have one in each line.
            if name.hasPrefix(".debug_"), name.hasSuffix("str"),
                file.contents[section.bytes].contains(where: {
                    ($0 < 0x20 && $0 != 0) || $0 == 0x7f
                })
            {
                throw refusal(
                    unit, mentioning: "line", "has names with control characters in them (#line)")
            }
            if section.isCode, section.isWritable {
                throw refusal(
                    unit, mentioning: name, "has code that can be written to (section \(name))")
            }
        }
        // One address of eight bytes is the compiler's.
        if constructorBytes > 8 {
            throw refusal(
                unit, mentioning: "constructor", "has code that runs when the image is loaded")
        }
    }

    private func checkSymbols(of file: CheckedObject, _ unit: TranslationUnit) throws {
        if let symbol = file.symbols.first(where: { $0.type == 10 }) {
            throw refusal(
                unit, mentioning: "ifunc",
                "has an indirect function, which runs when the image is loaded: \(symbol.name)")
        }
        // The disassembler passes over it.
        let data = file.symbols.first { symbol in
            symbol.type == 1 && file.sections.indices.contains(Int(symbol.section))
                && file.sections[Int(symbol.section)].isCode
        }
        if let data {
            throw refusal(
                unit, mentioning: data.name,
                "has data among its code, where it can run: \(data.name)")
        }
    }

    // MARK: - Instructions

    private static let systemCalls: [(UInt8, UInt8)] = [(0x0f, 0x05), (0x0f, 0x34), (0xcd, 0x80)]

    /// A number in the code can look like a system call, so the disassembler has the last word.
    private func checkInstructions(
        of file: CheckedObject, _ unit: TranslationUnit, _ path: String
    ) throws {
        let suspicious = file.sections.filter { section in
            section.isCode && Self.systemCalls.contains { file.contains($0.0, $0.1, in: section) }
        }
        guard !suspicious.isEmpty else { return }
        guard let disassembler = toolchain.disassembler else {
            throw refusal(
                unit, mentioning: "asm", "may have a system call in it",
                ["llvm-objdump would tell, and is not found"])
        }
        let done = try Command(
            executable: disassembler,
            arguments: ["-d", "-l", "--no-show-raw-insn", "--no-leading-addr", path],
            confinement: Sandbox.Confinement(readable: [path])
        ).run()
        guard done.status == 0 else {
            throw QuestionError(
                .toolchain, file: disassembler, reason: "does not disassemble \(unit.source.path)",
                output: done.messages)
        }
        guard let call = Self.systemCall(in: String(anyBytes: done.output)) else { return }
        var error = refusal(unit, mentioning: nil, "\(call.function)() makes a system call")
        if let line = call.line { (error.file, error.line) = (line.file, line.line) }
        throw error
    }

    /// The first system call in what the disassembler prints.
    static func systemCall(
        in disassembly: String
    ) -> (function: String, line: SourceLine?)? {
        var function = ""
        var line: SourceLine?
        for text in disassembly.split(separator: "\n") {
            if text.hasPrefix("<"), text.hasSuffix(">:") {
                function = String(text.dropFirst().dropLast(2))
                line = nil
            } else if text.hasPrefix("; ") {
                let parts = text.dropFirst(2).split(separator: ":")
                if parts.count == 2, let number = Int(parts[1]) {
                    let file = parts[0].hasPrefix("./") ? parts[0].dropFirst(2) : parts[0]
                    line = SourceLine(file: String(file), line: number)
                }
            } else {
                let words = text.split { $0 == " " || $0 == "\t" }
                let isCall =
                    words.first == "syscall" || words.first == "sysenter"
                    || (words.first == "int" && words.dropFirst().first == "$0x80")
                if isCall { return (function, line) }
            }
        }
        return nil
    }

    private var addedLines: [AddedText.Line] { AddedText(of: work.tree).lines }

    // MARK: - Errors

    static let notes = ["--trust judges the patch all the same, for who has read it"]

    /// - Parameter word: stands in the line of the patch that the error is about, if any does.
    private func refusal(
        _ unit: TranslationUnit, mentioning word: String?, _ reason: String, _ notes: [String] = []
    ) -> QuestionError {
        let line = word.flatMap { word in addedLines.first { $0.text.contains(word) } }
        return QuestionError(
            .refused, file: line?.at.file ?? unit.source.path, line: line?.at.line, reason: reason,
            notes: notes + Self.notes)
    }
}
