// SPDX-License-Identifier: GPL-2.0-only

// Interfaces of the kernel that an image was compiled from, as far as the right result of an
// operation depends on them. The build reads them from the tree's headers; `KernelQuirks` in
// Expectations says what follows from each.

import CFaultline

/// Interfaces of the kernel that a tree has. The empty set is the kernel of 4.9.
@frozen
public struct KernelInterfaces: OptionSet, Hashable, Codable, Sendable {
    public let rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The index of a mapping is an XArray, not a radix tree.
    public static let xarray = fact(FL_INTERFACE_XARRAY)
    /// `iomap_iter()` calls begin and end, those of a fault too.
    public static let iomapIter = fact(FL_INTERFACE_IOMAP_ITER)
    /// DAX itself finishes faults of holes and of copies on write: VM_FAULT_DONE_COW.
    public static let doneCOW = fact(FL_INTERFACE_DONE_COW)
    /// `->pfn_mkwrite()` is the fault handler.
    public static let mkwriteFault = fact(FL_INTERFACE_MKWRITE_FAULT)
    /// `vmf_error()` turns -EHWPOISON into VM_FAULT_HWPOISON.
    public static let hwpoison = fact(FL_INTERFACE_HWPOISON)
    /// A system call returns -EIO for a memory error.
    public static let mem2blk = fact(FL_INTERFACE_MEM2BLK)
    /// `write()` over a bad medium is tried again as a recovery.
    public static let recoveryWrite = fact(FL_INTERFACE_RECOVERY_WRITE)
    /// A 2 MiB fault checks EOF before anything else.
    public static let eofFirst = fact(FL_INTERFACE_EOF_FIRST)
    /// A mapping of a DAX page is a reference to its folio.
    public static let pageReferences = fact(FL_INTERFACE_PAGE_REFS)

    /// The code is from a kernel tree, not the embedded slice.
    public static let released = fact(FL_INTERFACE_RELEASED)

    private static func fact(_ bit: fl_interface) -> KernelInterfaces {
        KernelInterfaces(rawValue: UInt64(bit.rawValue))
    }
}
