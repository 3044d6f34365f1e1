// SPDX-License-Identifier: GPL-2.0-only

// How slice code is compiled. Package.swift has the same list for the static C target, because a
// manifest cannot import anything; a test compares the two. A variant differs from the static target
// in three ways: the slice's own files count the lines that run, the machine is compiled without the
// flags that its ignore list makes ineffective there, which takes a third less time, and debug
// information is that of call chains, which takes a fifth less. The code that runs is the same, so a
// verdict on one holds for the other.
//
// A variable to which nothing was assigned has a pattern: what is left on the stack differs from one
// build to the next, and a verdict that hung on it would, too.

/// The compiler's flags.
enum SliceFlags {
    /// The flags that Package.swift calls `sliceFlags`; `csrc` is where the C sources are.
    static func shared(csrc: String) -> [String] {
        [
            "-O2", "-g", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls",
            "-fno-strict-aliasing", "-fno-delete-null-pointer-checks", "-fwrapv",
            "-fstack-protector-strong", "-ftrivial-auto-var-init=pattern",
            "-fsanitize=kernel-address",
            "-mllvm", "-asan-mapping-offset=0x7fff8000", "-mllvm", "-asan-stack=0",
            "-mllvm", "-asan-globals=0", "-mllvm", "-asan-kernel-mem-intrinsic-prefix=1",
            "-fsanitize-ignorelist=\(csrc)/\(uninstrumented)",
            "-fsanitize-coverage-ignorelist=\(csrc)/\(uninstrumented)",
            "-fsanitize-coverage=bb,no-prune,trace-pc-guard",
            "-mllvm", "-hotcoldsplit-threshold=1000000", "-Werror=implicit-function-declaration",
        ]
    }

    /// The same for a variant: names and lines for call chains, and no variables.
    static func variant(csrc: String) -> [String] {
        shared(csrc: csrc).map { $0 == "-g" ? "-gline-tables-only" : $0 }
    }

    /// The same for files of the machine: neither shadow-checked nor counted.
    static func machine(csrc: String) -> [String] {
        let flags = variant(csrc: csrc)
        return flags.indices.filter { index in
            let ofShadow = { (flag: String) in
                flag.hasPrefix("-fsanitize") || flag.hasPrefix("-asan-")
                    || flag.hasPrefix("-ftrivial-auto-var-init")
            }
            let introduces = flags[index] == "-mllvm" && ofShadow(flags[index + 1])
            return !introduces && !ofShadow(flags[index])
        }.map { flags[$0] }
    }

    /// A section for each function: two objects are compared function by function, and of a kernel's
    /// slice the linker drops what nothing reaches.
    static let sections = ["-ffunction-sections", "-fdata-sections"]

    /// For every file of the slice: warnings that make notes.
    static let warnings = UninitializedUse.flags

    /// For a kernel's own files. What the stubs do not declare becomes a trap; by the warning, a call
    /// in a patch is found that its tree does not declare either.
    static func kernel(csrc: String) -> [String] {
        variant(csrc: csrc).filter { $0 != "-Werror=implicit-function-declaration" } + lenient
    }

    /// What the stubs do not declare is no error.
    static let lenient = [
        "-Wno-error=implicit-function-declaration", "-Wno-error=int-conversion", "-Wno-gnu",
        "-ferror-limit=0",
    ]

    /// Behind all others, for a debugger: variables, and code in the order of its lines. What a run
    /// does is the same.
    static let debugging = ["-Og", "-g"]

    /// A compiler that may open no other file can still say whether it is there; kernel code does not ask.
    static let withheld = ["-U__has_embed", "-Wno-builtin-macro-redefined"]

    /// What the Swift package manager adds to them for the static target.
    static let language = ["-std=gnu11", "-fPIC"]

    /// Counts which lines run. Lists of file names are not compressed: see `CoverageMap`.
    static let coverage = [
        "-fprofile-instr-generate", "-fcoverage-mapping",
        "-mllvm", "-enable-name-compression=false",
    ]

    /// The list of files that are neither shadow-checked nor counted, relative to csrc.
    static let uninstrumented = "machine/uninstrumented.txt"

    /// Where headers are looked for, relative to csrc, in the order of Package.swift. The slice's
    /// own is taken from the variant's tree.
    static let headerDirectories = [
        "include", "stubs", "kernel/include", SourceName.strict, "machine", "kernel",
        "filesystems",
    ]

    /// The same for a kernel's slice: its headers, which are there on purpose, come before the
    /// stubs, and those that nobody has come last.
    static let headerDirectoriesForKernels = [
        "include", "kernel/include", "stubs", SourceName.strict, "machine", "kernel",
        "filesystems", PreparedTree.emptyHeaders,
    ]
}
