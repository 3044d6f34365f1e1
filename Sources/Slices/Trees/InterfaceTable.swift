// SPDX-License-Identifier: GPL-2.0-only

// What is asked about a kernel's interfaces: the only table of it. C code asks by macro
// (`#if HAVE_XARRAY`), and every macro is defined, 0 or 1: in csrc/stubs/interfaces.h for the
// embedded slice, in a header made from this table for a tree. The tree's own headers are asked and
// not its version, because vendors' kernels mix the interfaces of several versions.

import System

/// The questions.
enum InterfaceTable {
    struct Row: Sendable {
        /// The macro.
        var name: String
        var meaning: String
        var question: InterfaceQuestion
        /// Whether the answer goes into the tree's digest. Rows that came after 0.1.0 stay out of
        /// it, so that witnesses keep their ids; they ask files whose contents are in it.
        var isOfDigest = true
    }

    private static let fs = ["include/linux/fs.h", "include/linux/fs/super_types.h"]
    private static let mm = ["include/linux/mm.h", "include/linux/mm_types.h"]
    private static let mmTypes = ["include/linux/mm_types.h", "include/linux/mm.h"]
    private static let huge = ["include/linux/huge_mm.h"]
    private static let iomap = ["include/linux/iomap.h"]
    private static let dax = ["include/linux/dax.h"]

    /// All rows: those of a filesystem are answered with no where nobody asks for it.
    static let rows = ofEverySlice + SliceFilesystem.all.flatMap(\.interfaces)

    private static let ofEverySlice = [
        Row(
            name: "HAVE_XARRAY", meaning: "the index of a mapping is an XArray",
            question: .member(fs, of: "address_space", "struct xarray i_pages")),
        Row(
            name: "HAVE_I_PAGES",
            meaning: "address_space.i_pages, not page_tree and tree_lock",
            question: .member(fs, of: "address_space", "i_pages")),
        Row(
            name: "HAVE_NREXCEPTIONAL", meaning: "address_space counts exceptional entries",
            question: .member(fs, of: "address_space", "nrexceptional")),
        Row(
            name: "HAVE_PFN_T", meaning: "pfn_t is a type of its own",
            question: .says(["include/linux/pfn_t.h", "include/linux/pfn.h"], "pfn_t")),
        Row(
            name: "HAVE_IOMAP_ITER", meaning: "iomap_iter(), not iomap_apply()",
            question: .says(iomap, "iomap_iter (")),
        Row(
            name: "HAVE_IOMAP_SRCMAP", meaning: "->iomap_begin() has a source map",
            question: .any([
                .member(iomap, of: "iomap_ops", "srcmap"),
                .says(iomap, "( * iomap_iter_begin_fn ) ( … srcmap"),
            ])),
        Row(
            name: "HAVE_IOMAP_ADDR", meaning: "iomap.addr in bytes, not blkno in sectors",
            question: .member(iomap, of: "iomap", "addr ;")),
        Row(
            name: "HAVE_IOMAP_DAX_DEV", meaning: "iomap.dax_dev",
            question: .member(iomap, of: "iomap", "dax_dev ;")),
        Row(
            name: "HAVE_FAULT_VMA", meaning: "fault handlers have the vma as an argument",
            question: .member(
                mm, of: "vm_operations_struct", "( * fault ) ( struct vm_area_struct")),
        Row(
            name: "HAVE_FAULT_ADDRESS", meaning: "vm_fault.address, not virtual_address",
            question: .member(mm, of: "vm_fault", "address ;")),
        Row(
            name: "HAVE_VM_FAULT_T", meaning: "handlers return vm_fault_t",
            question: .member(mm, of: "vm_operations_struct", "vm_fault_t ( * fault )")),
        Row(
            name: "HAVE_PMD_FAULT", meaning: "vm_operations_struct.pmd_fault",
            question: .member(mm, of: "vm_operations_struct", "( * pmd_fault )")),
        Row(
            name: "HAVE_HUGE_FAULT", meaning: "vm_operations_struct.huge_fault",
            question: .member(mm, of: "vm_operations_struct", "( * huge_fault )")),
        Row(
            name: "HAVE_HUGE_FAULT_ORDER", meaning: "it takes an order, not enum page_entry_size",
            question: .member(
                mm, of: "vm_operations_struct", "( * huge_fault ) ( … unsigned int order")),
        Row(
            name: "HAVE_DAX_IOMAP_NAMES", meaning: "dax_iomap_fault(), not iomap_dax_fault()",
            question: .says(dax, "dax_iomap_fault (")),
        Row(
            name: "HAVE_DAX_PMD_FAULT",
            meaning: "dax_iomap_pmd_fault() is a function of its own",
            question: .says(dax, "dax_iomap_pmd_fault (")),
        Row(
            name: "HAVE_DAX_FAULT_PFN", meaning: "dax_iomap_fault() has pfnp",
            question: .says(dax, "dax_iomap_fault ( … pfnp")),
        Row(
            name: "HAVE_DAX_FAULT_ERROR", meaning: "dax_iomap_fault() has errp",
            question: .says(dax, "dax_iomap_fault ( … errp")),
        Row(
            name: "HAVE_DAX_DEVICE", meaning: "struct dax_device and dax_direct_access()",
            question: .says(dax, "dax_direct_access (")),
        Row(
            name: "HAVE_DAX_ACCESS_MODE", meaning: "dax_direct_access() has a mode",
            question: .says(dax, "dax_direct_access ( … enum dax_access_mode")),
        Row(
            name: "HAVE_DAX_ZERO_RANGE",
            meaning: "dax_zero_range() and dax_truncate_page(ops) are dax.c's",
            question: .says(dax, "dax_zero_range (")),
        Row(
            name: "HAVE_VMF_INSERT",
            meaning: "vmf_insert_mixed() and friends, not vm_insert_mixed()",
            question: .says(mm, "vmf_insert_mixed (")),
        Row(
            name: "HAVE_VMF_INSERT_PMD_VMF",
            meaning: "vmf_insert_pfn_pmd() has a vmf, not vma, address and pmd",
            question: .says(huge, "vmf_insert_pfn_pmd ( struct vm_fault")),
        Row(
            name: "HAVE_HUGE_ZERO_FOLIO", meaning: "mm_get_huge_zero_folio()",
            question: .says(huge, "mm_get_huge_zero_folio")),
        Row(
            name: "HAVE_SETATTR_USERNS", meaning: "->setattr() has a struct user_namespace",
            question: .member(
                fs, of: "inode_operations", "( * setattr ) ( struct user_namespace")),
        Row(
            name: "HAVE_SETATTR_IDMAP", meaning: "->setattr() has a struct mnt_idmap",
            question: .member(fs, of: "inode_operations", "( * setattr ) ( struct mnt_idmap")),
        Row(
            name: "HAVE_EXT2_DAX", meaning: "ext2 has DAX by iomap",
            question: .all([
                .says(["fs/ext2/file.c"], "ext2_dax_fault ("),
                .says(["fs/ext2/inode.c"], "ext2_iomap_ops"),
            ])),
        Row(
            name: "HAVE_EXT2_DAX_SEM", meaning: "ext2_inode_info.dax_sem",
            question: .member(["fs/ext2/ext2.h"], of: "ext2_inode_info", "dax_sem")),
        Row(
            name: "HAVE_EXT2_RESERVATION", meaning: "ext2_inode_info.i_block_alloc_info",
            question: .member(["fs/ext2/ext2.h"], of: "ext2_inode_info", "i_block_alloc_info")),
        Row(
            name: "HAVE_EXT2_DAXDEV", meaning: "ext2_sb_info.s_daxdev",
            question: .says(["fs/ext2/ext2.h", "include/linux/ext2_fs_sb.h"], "s_daxdev")),
        Row(
            name: "HAVE_EXT2_METADATA_BHS", meaning: "ext2_inode_info.i_metadata_bhs",
            question: .member(["fs/ext2/ext2.h"], of: "ext2_inode_info", "i_metadata_bhs"),
            isOfDigest: false),
        Row(
            name: "HAVE_SB_BGL_LOCK", meaning: "sb_bgl_lock() is not ext2's own",
            question: .says(["include/linux/blockgroup_lock.h"], "sb_bgl_lock")),
        Row(
            name: "HAVE_DAX_ENTRY_TYPES",
            meaning: "DAX entries are of a type, PTE or PMD, not flagged as PMD and empty",
            question: .says(["fs/dax.c", "include/linux/dax.h"], "RADIX_DAX_PTE")),
        Row(
            name: "HAVE_DAX_ZERO_PAGE",
            meaning: "a load from a hole maps a shared zero page, not a page cache page",
            question: .any([
                .says(["fs/dax.c", "include/linux/dax.h"], "DAX_ZERO_PAGE"),
                .says(["fs/dax.c", "include/linux/dax.h"], "RADIX_DAX_ZERO_PAGE"),
            ])),
        Row(
            name: "HAVE_DONE_COW",
            meaning: "dax finishes a copy on write itself: VM_FAULT_DONE_COW, not DAX_LOCKED",
            question: .says(mm, "VM_FAULT_DONE_COW")),
        Row(
            name: "HAVE_DAX_PFN_MKWRITE",
            meaning: "dax_pfn_mkwrite(); otherwise ->pfn_mkwrite() is the fault handler",
            question: .says(dax, "dax_pfn_mkwrite (")),
        Row(
            name: "HAVE_VMF_HWPOISON",
            meaning: "vmf_error() makes VM_FAULT_HWPOISON of -EHWPOISON",
            question: .body(mm, of: "vmf_error", "VM_FAULT_HWPOISON")),
        Row(
            name: "HAVE_DAX_MEM2BLK",
            meaning: "dax_mem2blk_err(): memory errors are -EIO to a system call",
            question: .says(dax, "dax_mem2blk_err (")),
        Row(
            name: "HAVE_DAX_INVALIDATE",
            meaning: "dax_invalidate_mapping_entry_sync(): a write drops clean entries",
            question: .says(dax, "dax_invalidate_mapping_entry_sync (")),
        Row(
            name: "HAVE_DAX_EOF_FIRST",
            meaning: "a PMD fault beyond EOF is that before it is anything else",
            question: .says(["fs/dax.c"], "dax_fault_check_fallback (")),
        Row(
            name: "HAVE_DAX_PAGE_REFS",
            meaning: "mappings of a DAX page are references to its folio",
            question: .says(["include/linux/mm.h"], "vmf_insert_page_mkwrite (")),
        Row(
            name: "HAVE_DAX_BREAK_LAYOUT",
            meaning: "dax_break_layout() waits for pins and removes entries before truncation",
            question: .says(dax, "dax_break_layout ("), isOfDigest: false),
        Row(
            name: "HAVE_DAX_LAYOUT_BUSY",
            meaning: "dax_layout_busy_page_range() finds a page that is pinned",
            question: .says(dax, "dax_layout_busy_page_range ("), isOfDigest: false),
        Row(
            name: "HAVE_DAX_SYNC_FAULT",
            meaning: "dax_finish_sync_fault(): stores through MAP_SYNC wait for metadata",
            question: .says(dax, "dax_finish_sync_fault ("), isOfDigest: false),
        Row(
            name: "HAVE_DAX_LOCK_FOLIO",
            meaning: "dax_lock_folio() finds the entry of a folio, and locks it",
            question: .says(dax, "dax_lock_folio ("), isOfDigest: false),
        Row(
            name: "HAVE_DAX_LOCK_PAGE", meaning: "dax_lock_page(), the same of a page",
            question: .says(dax, "dax_lock_page ("), isOfDigest: false),
        Row(
            name: "HAVE_DAX_LOCK_MAPPING",
            meaning: "dax_lock_mapping_entry() locks the entry of a page of a file",
            question: .says(dax, "dax_lock_mapping_entry ( struct address_space"),
            isOfDigest: false),
        Row(
            name: "HAVE_DAX_SHARED",
            meaning: "dax_iomap_copy_around(): extents may be shared, and are copied on write",
            question: .says(["fs/dax.c"], "dax_iomap_copy_around ("), isOfDigest: false),
        Row(
            name: "HAVE_DAX_NOWAIT",
            meaning: "IOMAP_NOWAIT is passed on for a read or a write that must not wait",
            question: .says(["fs/dax.c"], "IOMAP_NOWAIT"), isOfDigest: false),
        Row(
            name: "HAVE_DAX_REMAP",
            meaning: "dax_remap_file_range_prep(): ranges are compared before they become one",
            question: .says(dax, "dax_remap_file_range_prep ("), isOfDigest: false),
        Row(
            name: "HAVE_DAX_BREAK_LAYOUT_FINAL",
            meaning: "dax_break_layout_final() waits for pins when an inode goes",
            question: .says(dax, "dax_break_layout_final ("), isOfDigest: false),
        Row(
            name: "HAVE_IOMAP_BEGIN", meaning: "->iomap_begin() and ->iomap_end()",
            question: .any([
                .member(iomap, of: "iomap_ops", "( * iomap_begin )"),
                .member(iomap, of: "iomap_ops", "iomap_begin ;"),
            ]), isOfDigest: false),
        Row(
            name: "HAVE_IOMAP_NEXT",
            meaning: "->iomap_next() ends a mapping and begins the next one",
            question: .says(iomap, "iomap_iter_next_fn"), isOfDigest: false),
        Row(
            name: "HAVE_MMAP_LOCK", meaning: "mm_struct.mmap_lock, not mmap_sem",
            question: .member(mmTypes, of: "mm_struct", "mmap_lock ;")),
    ]

    /// Every file that a question about a slice with these filesystems is about.
    static func files(with filesystems: [SliceFilesystem]) -> [String] {
        Set((ofEverySlice + filesystems.flatMap(\.interfaces)).flatMap { $0.question.files })
            .sorted()
    }

    /// The same with the questions about all filesystems.
    static let allFiles = files(with: SliceFilesystem.all)

    /// Changes with the table.
    static let key = ContentHash.of(rows.map { "\($0)" })
}
