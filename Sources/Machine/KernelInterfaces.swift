// SPDX-License-Identifier: GPL-2.0-only

// Which generation of the kernel an image was compiled from, as far as the right answer to an
// operation depends on it. These are facts, read off the tree's headers when the image was built;
// what follows from each of them is Expectations' business.

import CFaultline

/// Interfaces of the kernel that a tree has. None of them: the kernel of 4.9.
@frozen
package struct KernelInterfaces: OptionSet, Hashable, Codable, Sendable {
    package let rawValue: UInt64
    @inlinable package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The index of a mapping is an XArray, not a radix tree.
    package static let xarray = fact(FL_INTERFACE_XARRAY)
    /// `iomap_iter()` calls begin and end, those of a fault too.
    package static let iomapIter = fact(FL_INTERFACE_IOMAP_ITER)
    /// DAX finishes faults of holes and of copies on write itself: VM_FAULT_DONE_COW.
    package static let doneCOW = fact(FL_INTERFACE_DONE_COW)
    /// `->pfn_mkwrite()` is the fault handler.
    package static let mkwriteFault = fact(FL_INTERFACE_MKWRITE_FAULT)
    /// `vmf_error()` makes VM_FAULT_HWPOISON of -EHWPOISON.
    package static let hwpoison = fact(FL_INTERFACE_HWPOISON)
    /// A memory error is -EIO to a system call.
    package static let mem2blk = fact(FL_INTERFACE_MEM2BLK)
    /// `write()` over a bad medium is tried again as a recovery.
    package static let recoveryWrite = fact(FL_INTERFACE_RECOVERY_WRITE)
    /// A 2 MiB fault beyond EOF is that before it is anything else.
    package static let eofFirst = fact(FL_INTERFACE_EOF_FIRST)

    /// The code is a kernel tree's own, not the embedded slice.
    package static let released = fact(FL_INTERFACE_RELEASED)

    private static func fact(_ bit: fl_interface) -> KernelInterfaces {
        KernelInterfaces(rawValue: UInt64(bit.rawValue))
    }
}
