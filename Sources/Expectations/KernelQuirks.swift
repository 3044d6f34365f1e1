// SPDX-License-Identifier: GPL-2.0-only

// In a few points the right answer depends on the kernel: a load from a hole once passed a page to
// the caller, and now maps a zero page itself. Each such point is one row of the table below: what
// differs, the interface of the tree that decides, both answers, and why both are right. Rules ask
// these rows and know no versions; what has no row is the same for every kernel. No row may make a
// rule weaker: each kernel has exactly one right answer.

import Machine

/// One point in which kernels have different right answers.
struct Quirk<Answer: Sendable>: Sendable {
    /// What differs.
    let what: String
    /// The interface of the tree that decides.
    let interface: KernelInterfaces
    /// The right answer without it.
    let before: Answer
    /// The right answer with it.
    let after: Answer
    /// Why both are right.
    let reason: String

    @inline(__always)
    func callAsFunction(_ interfaces: KernelInterfaces) -> Answer {
        interfaces.contains(interface) ? after : before
    }
}

/// The table. A new quirk is a row here and nothing else.
struct KernelQuirks: Sendable {
    static let table = KernelQuirks()

    private init() {}

    /// The code of a successful load from a hole.
    let loadFromHole = Quirk<VMFault>(
        what: "what a load from a hole returns", interface: .doneCOW,
        before: .locked, after: .noPage,
        reason: "dax_load_hole() handed a locked page to the caller, which mapped it; since 4.10 "
            + "it finishes the fault itself, since 4.14 with a shared zero page")

    /// Whether a copy on write is in the page table when the handler returns.
    let mapsCopies = Quirk<Bool>(
        what: "a store to a private mapping returns DONE_COW", interface: .doneCOW,
        before: false, after: true,
        reason: "the handler left the entry (DAX_LOCKED) or the hole page (LOCKED) locked until "
            + "the caller had mapped the copy; since 4.10 it maps it itself under that lock")

    /// Whether pfn_mkwrite is a fault like any other.
    let mkwriteIsFault = Quirk<Bool>(
        what: "pfn_mkwrite asks the filesystem", interface: .mkwriteFault,
        before: false, after: true,
        reason: "dax_pfn_mkwrite() only marked the entry dirty; without it ->pfn_mkwrite() is the "
            + "fault handler, which asks for the extent and puts the entry in again, writable")

    /// Whether `iomap_end` of a fault gets the length cut to the extent.
    let cutsFaults = Quirk<Bool>(
        what: "iomap_end of a fault is told the length cut to the extent", interface: .iomapIter,
        before: false, after: true,
        reason: "the handlers called begin and end themselves, both with the size of the fault; "
            + "iomap_iter() tells end how much of that the extent covers, as iomap_apply() does")

    /// Whether each fault of a new extent is MAJOR unless it ends in SIGBUS.
    let majorUnlessSigbus = Quirk<Bool>(
        what: "a fault of a new extent that ends in SIGBUS is not MAJOR", interface: .iomapIter,
        before: false, after: true,
        reason: "the handler counted the major fault before it mapped storage, whatever came of "
            + "it; with iomap_iter() it counts behind that, and SIGBUS is not counted")

    /// The code of -EHWPOISON.
    let poisoned = Quirk<VMFault>(
        what: "what a fault returns for -EHWPOISON", interface: .hwpoison,
        before: .sigbus, after: .hwpoison,
        reason: "vmf_error() knew -ENOMEM and nothing else; later the user's SIGBUS says that "
            + "it is a memory error")

    /// The code of a 2 MiB fault that gets no memory for its entry.
    let hugeFaultWithoutMemory = Quirk<VMFault>(
        what: "what a 2 MiB fault returns that gets no memory for its entry", interface: .xarray,
        before: .fallback, after: .oom,
        reason: "grab_mapping_entry() returned an errno, and any was a reason to try a page; with "
            + "the XArray it returns a VM_FAULT code, which the handler passes on")

    /// Whether a 2 MiB fault beyond EOF is SIGBUS before it is a fallback.
    let asksForEOFFirst = Quirk<Bool>(
        what: "a 2 MiB fault beyond EOF that could not be one either returns SIGBUS",
        interface: .eofFirst, before: false, after: true,
        reason: "EOF was looked at behind the mapping's own limits; since 5.15 these are in "
            + "dax_fault_check_fallback(), which is asked second. Either way the page fault that "
            + "follows a fallback ends in SIGBUS")

    /// The error after which a write() tries again, as a recovery.
    let recoverableError = Quirk<Int64>(
        what: "the error of a direct access that a write() tries to recover from",
        interface: .mem2blk, before: -Int64(Errno.eio), after: -Int64(Errno.ehwpoison),
        reason: "a medium error was -EIO, and is -EHWPOISON where faults have to tell it apart")

    /// What a system call returns for -EHWPOISON.
    let poisonedCall = Quirk<Int64>(
        what: "what a system call returns for -EHWPOISON", interface: .mem2blk,
        before: -Int64(Errno.ehwpoison), after: -Int64(Errno.eio),
        reason: "dax_mem2blk_err() keeps -EHWPOISON from users: read(), write() and truncate() "
            + "have -EIO for it")

    /// Whether a fault looks at where an extent begins.
    let faultsLookAtBegin = Quirk<Bool>(
        what: "a fault warns of an extent that begins behind its page", interface: .iomapIter,
        before: false, after: true,
        reason: "the handlers asked begin themselves, and looked at where the extent ends, and not "
            + "at where it begins; iomap_iter() looks at both, as iomap_apply() does")

    /// The rows as text.
    static var rows: [(what: String, before: String, after: String, reason: String)] {
        Mirror(reflecting: table).children.compactMap { ($0.value as? any QuirkRow)?.row }
    }
}

/// A row without the type of its answers.
private protocol QuirkRow {
    var row: (what: String, before: String, after: String, reason: String) { get }
}

extension Quirk: QuirkRow {
    fileprivate var row: (what: String, before: String, after: String, reason: String) {
        (what, Quirk.text(of: before), Quirk.text(of: after), reason)
    }

    private static func text(of answer: Answer) -> String {
        switch answer {
        case let holds as Bool: holds ? "yes" : "no"
        case let error as Int64: Errno.name(of: error)
        default: "\(answer)"
        }
    }
}

/// The right answers for one image: each row is asked by its name.
@dynamicMemberLookup
struct ImageQuirks {
    let interfaces: KernelInterfaces

    /// The code is a kernel tree's own, which has known findings.
    var isReleased: Bool { interfaces.contains(.released) }

    init(_ interfaces: KernelInterfaces) { self.interfaces = interfaces }

    /// The right answer of a row. Rules ask in every run: the key path is a constant, so the
    /// compiler loads the two answers directly.
    @inline(__always)
    subscript<Answer>(dynamicMember row: KeyPath<KernelQuirks, Quirk<Answer>>) -> Answer {
        KernelQuirks.table[keyPath: row](interfaces)
    }

    /// The code of a fault that ended with an error.
    func code(of error: Int64) -> VMFault {
        switch error {
        case -Int64(Errno.enomem): .oom
        case -Int64(Errno.ehwpoison): self.poisoned
        default: .sigbus
        }
    }

    /// What a system call returns that ended with an error.
    func result(of error: Int64) -> Int64 {
        error == -Int64(Errno.ehwpoison) ? self.poisonedCall : error
    }
}
