// SPDX-License-Identifier: GPL-2.0-only

// Words that are between the compiler and what it puts into an object: its names for counters and for
// what they count, its functions for single instructions of a processor. No kernel code that is
// compiled here says one. Who does writes to the counters by which Faultline tells which lines ran, or
// asks the processor for what is another answer in every run.

/// A word of the compiler's own.
enum CompilerWord {
    private static let counters = [
        "__profc_", "__profd_", "__profn_", "__profvp_", "__profbm_", "__covrec_", "__llvm_",
        "__sancov_", "__sanitizer_",
    ]
    private static let functions: Set = [
        "__builtin_thread_pointer", "__builtin_readcyclecounter", "__builtin_readsteadycounter",
        "__builtin_setjmp", "__builtin_longjmp", "__builtin_eh_return", "__builtin_unwind_init",
        "__builtin_dwarf_cfa",
    ]

    static func isOne(_ word: String) -> Bool {
        isOfCounters(word) || functions.contains(word) || word.hasPrefix("__builtin_ia32_")
    }

    /// In haste: all that is one begins like this.
    static func mayBegin(_ word: ArraySlice<UInt8>) -> Bool {
        word.starts(with: [UInt8(ascii: "_"), UInt8(ascii: "_")])
    }

    /// How the compiler names what it puts into its own sections.
    static func isOfCounters(_ name: String) -> Bool {
        counters.contains { name.hasPrefix($0) }
    }
}
