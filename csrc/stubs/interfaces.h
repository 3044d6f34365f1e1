/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which interfaces of the kernel the slice was written for: here, those of the
 * embedded slice. For a kernel tree the same macros are made from its headers,
 * in a file of this name that is found first. Each is 0 or 1, and always
 * defined.
 */
#ifndef FAULTLINE_INTERFACES_H
#define FAULTLINE_INTERFACES_H

#define TREE_VERSION	"4.9.0-rc"
/* ours, written for the harness; 0: a kernel tree's own code */
#define SLICE_IS_EMBEDDED	1

/* the index of a mapping is an XArray */
#define HAVE_XARRAY	0
/* address_space.i_pages, not page_tree and tree_lock */
#define HAVE_I_PAGES	0
/* address_space counts exceptional entries */
#define HAVE_NREXCEPTIONAL	1
/* pfn_t is a type of its own */
#define HAVE_PFN_T	1
/* iomap_iter(), not iomap_apply() */
#define HAVE_IOMAP_ITER	0
/* ->iomap_begin() has a source map */
#define HAVE_IOMAP_SRCMAP	0
/* iomap.addr in bytes, not blkno in sectors */
#define HAVE_IOMAP_ADDR	0
/* iomap.dax_dev */
#define HAVE_IOMAP_DAX_DEV	0
/* fault handlers have the vma as an argument */
#define HAVE_FAULT_VMA	1
/* vm_fault.address, not virtual_address */
#define HAVE_FAULT_ADDRESS	0
/* handlers return vm_fault_t */
#define HAVE_VM_FAULT_T	0
/* vm_operations_struct.pmd_fault */
#define HAVE_PMD_FAULT	1
/* vm_operations_struct.huge_fault */
#define HAVE_HUGE_FAULT	0
/* it takes an order, not enum page_entry_size */
#define HAVE_HUGE_FAULT_ORDER	0
/* dax_iomap_fault(), not iomap_dax_fault() */
#define HAVE_DAX_IOMAP_NAMES	1
/* dax_iomap_pmd_fault() is a function of its own */
#define HAVE_DAX_PMD_FAULT	1
/* dax_iomap_fault() has pfnp */
#define HAVE_DAX_FAULT_PFN	0
/* dax_iomap_fault() has errp */
#define HAVE_DAX_FAULT_ERROR	0
/* struct dax_device and dax_direct_access() */
#define HAVE_DAX_DEVICE	0
/* dax_direct_access() has a mode */
#define HAVE_DAX_ACCESS_MODE	0
/* dax_zero_range() and dax_truncate_page(ops) are dax.c's */
#define HAVE_DAX_ZERO_RANGE	0
/* vmf_insert_mixed() and friends, not vm_insert_mixed() */
#define HAVE_VMF_INSERT	0
/* vmf_insert_pfn_pmd() has a vmf, not vma, address and pmd */
#define HAVE_VMF_INSERT_PMD_VMF	0
/* mm_get_huge_zero_folio() */
#define HAVE_HUGE_ZERO_FOLIO	0
/* ->setattr() has a struct user_namespace */
#define HAVE_SETATTR_USERNS	0
/* ->setattr() has a struct mnt_idmap */
#define HAVE_SETATTR_IDMAP	0
/* ext2 has DAX by iomap */
#define HAVE_EXT2_DAX	1
/* ext2_inode_info.dax_sem */
#define HAVE_EXT2_DAX_SEM	1
/* ext2_inode_info.i_block_alloc_info */
#define HAVE_EXT2_RESERVATION	0
/* ext2_sb_info.s_daxdev */
#define HAVE_EXT2_DAXDEV	0
/* ext2_inode_info.i_metadata_bhs */
#define HAVE_EXT2_METADATA_BHS	0
/* sb_bgl_lock() is not ext2's own */
#define HAVE_SB_BGL_LOCK	0
/* DAX entries are of a type, PTE or PMD, not flagged as PMD and empty */
#define HAVE_DAX_ENTRY_TYPES	0
/* a load from a hole maps a shared zero page, not a page cache page */
#define HAVE_DAX_ZERO_PAGE	0
/* dax finishes a copy on write itself: VM_FAULT_DONE_COW, not DAX_LOCKED */
#define HAVE_DONE_COW	0
/* dax_pfn_mkwrite(); otherwise ->pfn_mkwrite() is the fault handler */
#define HAVE_DAX_PFN_MKWRITE	1
/* vmf_error() makes VM_FAULT_HWPOISON of -EHWPOISON */
#define HAVE_VMF_HWPOISON	0
/* dax_mem2blk_err(): memory errors are -EIO to a system call */
#define HAVE_DAX_MEM2BLK	0
/* a PMD fault beyond EOF is that before it is anything else */
#define HAVE_DAX_EOF_FIRST	0
/* mappings of a DAX page are references to its folio */
#define HAVE_DAX_PAGE_REFS	0
/* dax_break_layout() waits for pins and removes entries before truncation */
#define HAVE_DAX_BREAK_LAYOUT	0
/* dax_layout_busy_page_range() finds a page that is pinned */
#define HAVE_DAX_LAYOUT_BUSY	0
/* dax_finish_sync_fault(): stores through MAP_SYNC wait for metadata */
#define HAVE_DAX_SYNC_FAULT	0
/* dax_lock_folio() finds the entry of a folio, and locks it */
#define HAVE_DAX_LOCK_FOLIO	0
/* dax_lock_page(), the same of a page */
#define HAVE_DAX_LOCK_PAGE	0
/* dax_lock_mapping_entry() locks the entry of a page of a file */
#define HAVE_DAX_LOCK_MAPPING	0
/* dax_iomap_copy_around(): extents may be shared, and are copied on write */
#define HAVE_DAX_SHARED	0
/* IOMAP_NOWAIT is passed on for a read or a write that must not wait */
#define HAVE_DAX_NOWAIT	0
/* dax_remap_file_range_prep(): ranges are compared before they become one */
#define HAVE_DAX_REMAP	0
/* dax_break_layout_final() waits for pins when an inode goes */
#define HAVE_DAX_BREAK_LAYOUT_FINAL	0
/* ->iomap_begin() and ->iomap_end() */
#define HAVE_IOMAP_BEGIN	1
/* ->iomap_next() ends a mapping and begins the next one */
#define HAVE_IOMAP_NEXT	0
/* mm_struct.mmap_lock, not mmap_sem */
#define HAVE_MMAP_LOCK	0
/* dax_invalidate_mapping_entry_sync(): a write drops clean entries */
#define HAVE_DAX_INVALIDATE	0
/* fs/fuse/dax.c, told which inodes have DAX */
#define HAVE_FUSE_DAX	0
/* fuse_simple_request() is __fuse_simple_request() without an idmap */
#define HAVE_FUSE_IDMAP_REQUEST	0
/* fs/erofs/data.c: files with DAX, metadata by pages of the device */
#define HAVE_EROFS_DAX	0
/* erofs_sb_info.dif0 is the primary device */
#define HAVE_EROFS_DIF0	0
/* erofs_dev_context.flatdev: other devices are parts of the primary one */
#define HAVE_EROFS_FLATDEV	0
/* erofs has addresses of blocks of 48 bits */
#define HAVE_EROFS_48BIT	0
/* erofs_device_info.fsoff: a filesystem that begins inside of its device */
#define HAVE_EROFS_FSOFF	0

#endif
