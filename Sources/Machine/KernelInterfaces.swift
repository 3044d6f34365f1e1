// SPDX-License-Identifier: GPL-2.0-only

// Which generation of the kernel an image was compiled from, as far as the right answer to an
// operation depends on it. These are facts, read off the tree's headers when the image was built;
// what follows from each of them is Expectations' business.

import CFaultline

/// Interfaces of the kernel that a tree has. None of them: the kernel of 4.9.
@frozen
public struct KernelInterfaces: OptionSet, Hashable, Codable, Sendable {
    public let rawValue: UInt64
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The index of a mapping is an XArray, not a radix tree.
    public static let xarray = fact(FL_INTERFACE_XARRAY)
    /// `iomap_iter()` calls begin and end, those of a fault too.
    public static let iomapIter = fact(FL_INTERFACE_IOMAP_ITER)
    /// DAX finishes faults of holes and of copies on write itself: VM_FAULT_DONE_COW.
    public static let doneCOW = fact(FL_INTERFACE_DONE_COW)
    /// `->pfn_mkwrite()` is the fault handler.
    public static let mkwriteFault = fact(FL_INTERFACE_MKWRITE_FAULT)
    /// `vmf_error()` makes VM_FAULT_HWPOISON of -EHWPOISON.
    public static let hwpoison = fact(FL_INTERFACE_HWPOISON)
    /// A memory error is -EIO to a system call.
    public static let mem2blk = fact(FL_INTERFACE_MEM2BLK)
    /// `write()` over a bad medium is tried again as a recovery.
    public static let recoveryWrite = fact(FL_INTERFACE_RECOVERY_WRITE)
    /// A 2 MiB fault beyond EOF is that before it is anything else.
    public static let eofFirst = fact(FL_INTERFACE_EOF_FIRST)

    /// The code is a kernel tree's own, not the embedded slice.
    public static let released = fact(FL_INTERFACE_RELEASED)

    private static func fact(_ bit: fl_interface) -> KernelInterfaces {
        KernelInterfaces(rawValue: UInt64(bit.rawValue))
    }
}
