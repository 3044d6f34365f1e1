// SPDX-License-Identifier: GPL-2.0-only

// What code of a slice must not be made of, whoever wrote it: code that runs before the first run or
// behind the last one, calls of the C library, system calls, assembly that a patch brings. Kernel code
// has no use for any of it, and each is a way around the machine, to the process that judges.
//
// A worker is held by its sandbox as well. This comes before it: an image with such code is not made.

import Glibc
import System

/// The check of one image's objects.
struct ObjectCheck {
    /// Counts up when this check, or one of `PatchedText`, refuses more: what is in the cache was checked
    /// when it was made, so it has to be made again.
    static let generation = 2

    private let work: BuildWork
    /// Of the slice, not of the machine.
    private let objects: [(unit: TranslationUnit, path: String)]
    /// Of the machine, with headers in them that patches have changed.
    private let mixed: [(unit: TranslationUnit, path: String)]
    private let toolchain: Toolchain
    private let csrc: String

    /// - Parameters:
    ///   - objects: of the work's units, in their order.
    ///   - csrc: the C sources.
    init(
        of work: BuildWork, _ objects: [BuildWork.ObjectFile], toolchain: Toolchain, csrc: String
    ) {
        self.work = work
        self.csrc = csrc
        self.toolchain = toolchain
        let added = Set(work.tree.addedLines.map(\.file))
        var ofTree: [(unit: TranslationUnit, path: String)] = []
        var mixed: [(unit: TranslationUnit, path: String)] = []
        for (unit, object) in zip(work.units, objects) {
            if case .tree = unit.source {
                ofTree.append((unit, object.path))
            } else if !added.isDisjoint(with: object.treeHeaders) {
                mixed.append((unit, object.path))
            }
        }
        self.objects = ofTree
        self.mixed = mixed
    }

    /// Checks what each object is made of, and what patches have added.
    ///
    /// - Returns: what each refers to and does not define.
    /// - Throws: `QuestionError` that names file, line or function, and the reason.
    func checkObjects() throws -> [Set<String>] {
        var defined: Set<String> = []
        /// A definition that gives way is a way to name what takes its place.
        var givingWay: [Set<String>] = []
        let undefined = try objects.map { unit, path in
            let file = try CheckedObject(contentsOf: path)
            try checkStart(of: file, unit)
            try checkSections(of: file, unit)
            try checkConstructor(of: file, unit)
            try checkSymbols(of: file, unit)
            try checkNames(of: file, unit)
            try checkInstructions(of: file, unit, path)
            try checkVariables(of: file, unit)
            let globals = file.globals
            defined.formUnion(globals.lazy.filter { !$0.givesWay }.map(\.name))
            givingWay.append(Set(globals.lazy.filter(\.givesWay).map(\.name)))
            return file.undefined
        }
        for (unit, path) in mixed {
            let file = try CheckedObject(contentsOf: path)
            try checkStart(of: file, unit)
            try checkConstructor(of: file, unit)
            try checkSymbols(of: file, unit)
            try checkInstructions(of: file, unit, path)
        }
        let names = MachineNames(in: csrc)
        for (object, wanted) in zip(objects, zip(undefined, givingWay).map { $0.union($1) }) {
            let wrong = wanted.filter { names.contains($0) && !defined.contains($0) }
            // The strict filesystem is the machine's.
            guard let name = wrong.sorted().first, !SourceName.isStrict(object.unit.source.path)
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

    /// A variable that outlives a run makes each run's verdict one about those before it. All that a
    /// slice has by its prelude is put back; a section of a patch's own is not.
    private func checkVariables(of file: CheckedObject, _ unit: TranslationUnit) throws {
        let section = file.sections.first { section in
            section.isWritable && !section.isCode && section.flags & 2 != 0 && section.size > 0
                && !Self.isPutBack(section.name)
        }
        guard let name = section?.name else { return }
        throw refusal(
            unit, mentioning: name,
            "has variables that are not put back between runs (section \(name))")
    }

    /// Sections that can be written to and that are as after start-up in every run, that nobody writes
    /// to, or that are the compiler's.
    private static func isPutBack(_ name: String) -> Bool {
        ["slice_data", "slice_bss", "slice_initcalls", "__sancov_guards"].contains(name)
            || name.hasPrefix("__llvm_prf_") || name.hasPrefix(".data.rel.ro")
            || name == ownConstructors
    }

    /// Code that runs when the image is loaded, or when it is given up.
    private func checkStart(of file: CheckedObject, _ unit: TranslationUnit) throws {
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
        }
        // One address of eight bytes is the compiler's.
        if constructorBytes > 8 {
            throw refusal(
                unit, mentioning: "constructor", "has code that runs when the image is loaded")
        }
    }

    /// Names with a dot in front are the toolchain's: linkers, loaders and debuggers act by them.
    private static let ofToolchain: Set = [
        ".comment", ".note.GNU-stack", ".llvm_addrsig", ".symtab", ".symtab_shndx", ".strtab",
        ".shstrtab", ".group", ".eh_frame",
    ]
    /// The same for names that go on behind them.
    private static let ofToolchainKinds = [".text", ".rodata", ".data", ".bss", ".debug"]
    /// Read, and its commands carried out, by gdb.
    private static let scripts = ".debug_gdb_scripts"

    private static func isKnown(_ name: String) -> Bool {
        if name == scripts { return false }
        return !name.hasPrefix(".") || ofToolchain.contains(name) || name == ownConstructors
            || name.hasPrefix(".rela")
            || ofToolchainKinds.contains {
                name == $0 || name.hasPrefix($0 + ".") || name.hasPrefix($0 + "_")
            }
            // Code and data that the kernel drops after its start, or orders.
            || name.hasSuffix(".text") || name.hasSuffix(".data") || name.hasSuffix(".rodata")
    }

    /// What the compiler counts in, and what that means, is named by it.
    private func checkCounters(of file: CheckedObject, _ unit: TranslationUnit) throws {
        let wrong = file.symbols.first { symbol in
            guard !symbol.name.isEmpty, file.sections.indices.contains(Int(symbol.section)) else {
                return false
            }
            let section = file.sections[Int(symbol.section)].name
            return ["__llvm_", "__sancov_"].contains { section.hasPrefix($0) }
                && symbol.type != 3 && !CompilerWord.isOfCounters(symbol.name)
        }
        guard let wrong else { return }
        throw refusal(
            unit, mentioning: wrong.name,
            "has \(wrong.name) among what the compiler counts (section "
                + "\(file.sections[Int(wrong.section)].name))")
    }

    private func checkSections(of file: CheckedObject, _ unit: TranslationUnit) throws {
        try checkCounters(of: file, unit)
        for section in file.sections {
            let name = section.name
            if Self.linkerTypes.contains(section.type) || name == ".deplibs"
                || name == ".linker-options"
            {
                throw refusal(unit, mentioning: "comment", "has options for the linker in it")
            }
            if !Self.isKnown(name), !name.isEmpty {
                throw refusal(
                    unit, mentioning: name,
                    "has a section of the toolchain's that kernel code has not: \(name)")
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
    }

    /// The constructor that is the compiler's passes a range of counters on, and does nothing else. A
    /// file whose functions are not counted has none, and room for one of a patch's.
    private func checkConstructor(of file: CheckedObject, _ unit: TranslationUnit) throws {
        for (index, section) in file.sections.enumerated()
        where section.name == Self.ownConstructors {
            let constructor = file.targets(ofSection: index).map { Int($0.section) }
            var isOwn = constructor.count == 1 && section.bytes.count == 8
            if isOwn, file.sections.indices.contains(constructor[0]) {
                let called = file.targets(ofSection: constructor[0]).map(\.name)
                isOwn =
                    file.sections[constructor[0]].bytes.count <= 32
                    && called == [
                        "__start___sancov_guards", "__stop___sancov_guards",
                        "__sanitizer_cov_trace_pc_guard_init",
                    ]
            }
            if !isOwn {
                throw refusal(
                    unit, mentioning: "constructor", "has code that runs when the image is loaded")
            }
        }
    }

    private static let ofLinker: Set = [
        "_DYNAMIC", "_GLOBAL_OFFSET_TABLE_", "_PROCEDURE_LINKAGE_TABLE_", "_TLS_MODULE_BASE_",
        "__ehdr_start", "__executable_start", "__dso_handle", "__bss_start", "_etext", "etext",
        "_edata", "edata", "_end", "end",
    ]
    private static let ofLinkerPrefixes = [
        "__start_", "__stop_", "__real_", "__wrap_", "__init_array_", "__fini_array_",
        "__preinit_array_", "__rela_iplt_",
    ]
    private static let guards: Set = ["__start___sancov_guards", "__stop___sancov_guards"]

    /// Names that the linker makes: by them code finds the image that it is in, and from there the
    /// machine and the C library. And names of the C library's that an object defines: the machine
    /// would call them in place of the library's, before the first run, too.
    private func checkNames(of file: CheckedObject, _ unit: TranslationUnit) throws {
        func isOfLinker(_ name: String) -> Bool {
            Self.ofLinker.contains(name)
                || Self.ofLinkerPrefixes.contains { name.hasPrefix($0) }
        }
        let undefined = file.undefined.subtracting(Self.guards)
        if let name = undefined.filter(isOfLinker).sorted().first {
            throw refusal(
                unit, mentioning: name,
                "refers to \(name) of the linker, which kernel code cannot do")
        }
        let globals = Set(file.globals.map(\.name))
        if let name = globals.filter({ $0.hasPrefix("__start_") || $0.hasPrefix("__stop_") })
            .sorted().first
        {
            throw refusal(unit, mentioning: name, "defines \(name), which is the linker's")
        }
        if let name = globals.filter(Self.libraryHas).sorted().first {
            throw refusal(
                unit, mentioning: name,
                "defines \(name), which the machine has from the C library")
        }
    }

    private static func libraryHas(_ name: String) -> Bool {
        // It is loaded: this process has it, too.
        guard let library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD) else { return false }
        defer { dlclose(library) }
        return dlsym(library, name) != nil
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

    private func checkInstructions(
        of file: CheckedObject, _ unit: TranslationUnit, _ path: String
    ) throws {
        let suspicious = file.sections.filter { section in
            section.isCode
                && LeavingInstruction.firstBytes.contains {
                    file.contains($0, in: section, LeavingInstruction.mayBegin)
                }
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
        guard let call = LeavingInstruction.first(in: String(anyBytes: done.output)) else { return }
        throw unit.refusal(
            "\(call.function)() "
                + (call.isSystemCall
                    ? "makes a system call" : "has \(call.name), which kernel code here cannot do"),
            at: call.line)
    }

    // MARK: - Errors

    /// - Parameter word: stands in the line of the patch that the error is about, if any does.
    private func refusal(
        _ unit: TranslationUnit, mentioning word: String, _ reason: String, _ notes: [String] = []
    ) -> QuestionError {
        let line = AddedText(of: work.tree).lines.first { $0.text.contains(word) }
        return unit.refusal(reason, at: line?.at, notes: notes)
    }
}
