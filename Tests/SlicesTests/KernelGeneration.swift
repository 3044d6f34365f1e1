// SPDX-License-Identifier: GPL-2.0-only

// Sets of headers, each as a generation of kernels has them where the questions look, written for
// the tests: no line is a kernel's. A generation is the one before it with what has changed.

import Testing

/// Headers and the answers that they give.
struct KernelGeneration: CustomTestStringConvertible, Sendable {
    var name: String
    var files: [String: String]
    var answers: Set<String>

    var testDescription: String { name }

    /// The next one: parts of files replaced, answers that come and go.
    private func then(
        _ name: String, _ changes: [(file: String, old: String, new: String)],
        gains: Set<String> = [], loses: Set<String> = []
    ) -> KernelGeneration {
        var files = files
        for change in changes {
            let path = Self.paths[change.file] ?? change.file
            let text = files[path] ?? ""
            precondition(
                change.old.isEmpty || text.contains(change.old), "\(name): \(change.old)")
            files[path] =
                change.old.isEmpty
                ? text + change.new : text.replacing(change.old, with: change.new)
        }
        return KernelGeneration(
            name: name, files: files, answers: answers.union(gains).subtracting(loses))
    }

    private static let paths = [
        "fs": "include/linux/fs.h", "mm": "include/linux/mm.h",
        "types": "include/linux/mm_types.h", "huge": "include/linux/huge_mm.h",
        "dax": "include/linux/dax.h", "iomap": "include/linux/iomap.h",
    ]

    static let all = [
        v4x9, v4x14, v4x19, v5x4, v5x10, v5x15, v6x1, v6x6, v6x12, v7x2, named, nextOnly, vendor,
    ]

    static let v4x9 = KernelGeneration(
        name: "4.9",
        files: [
            "include/linux/fs.h": """
            struct address_space {
            \tstruct inode *host;
            \tstruct radix_tree_root page_tree;
            \tspinlock_t tree_lock; /* not i_pages */
            \tunsigned long nrexceptional;
            };
            struct inode {
            \tstruct timespec i_atime, i_mtime;
            \tstruct timespec i_ctime;
            };
            struct inode_operations {
            \tint (*setattr) (struct dentry *, struct iattr *);
            } ____cacheline_aligned;

            """,
            "include/linux/mm.h": """
            struct vm_fault {
            \tunsigned int flags;
            \tvoid __user *virtual_address;
            };
            struct vm_operations_struct {
            \tvoid (*open)(struct vm_area_struct *area);
            \tint (*fault)(struct vm_area_struct *vma, struct vm_fault *vmf);
            \tint (*pmd_fault)(struct vm_area_struct *, unsigned long address,
            \t\t\tpmd_t *, unsigned int flags);
            };

            """,
            "include/linux/mm_types.h": """
            struct mm_struct {
            \tstruct rw_semaphore mmap_sem;
            };

            """,
            "include/linux/huge_mm.h": """
            int vmf_insert_pfn_pmd(struct vm_area_struct *, unsigned long addr, pmd_t *,
            \t\tpfn_t pfn, bool write);

            """,
            "include/linux/pfn_t.h": "static inline unsigned long pfn_t_to_pfn(pfn_t pfn);\n",
            "include/linux/iomap.h": """
            struct iomap {
            \tsector_t blkno;
            };
            struct iomap_ops {
            \tint (*iomap_begin)(struct inode *inode, loff_t pos, loff_t length,
            \t\t\tunsigned flags, struct iomap *iomap);
            };
            int iomap_zero_range(struct inode *inode, loff_t pos, struct iomap_ops *ops);

            """,
            "include/linux/dax.h": """
            int iomap_dax_fault(struct vm_area_struct *vma, struct vm_fault *vmf,
            \t\tstruct iomap_ops *ops);
            int dax_pfn_mkwrite(struct vm_area_struct *, struct vm_fault *);

            """,
            "include/linux/blockgroup_lock.h": """
            static inline spinlock_t *sb_bgl_lock(struct blockgroup_lock *bgl, int group);

            """,
            "fs/dax.c": "#define RADIX_DAX_PTE 2\n",
            "fs/ext2/file.c": "static int ext2_dax_fault(struct vm_area_struct *vma);\n",
            "fs/ext2/inode.c": "struct iomap_ops ext2_iomap_ops = {\n};\n",
            "fs/ext2/ext2.h": """
            struct ext2_inode_info {
            \tstruct ext2_block_alloc_info *i_block_alloc_info;
            #ifdef CONFIG_FS_DAX
            \tstruct rw_semaphore dax_sem;
            #endif
            };

            """,
        ],
        answers: [
            "NREXCEPTIONAL", "PFN_T", "FAULT_VMA", "PMD_FAULT", "DAX_PFN_MKWRITE", "SB_BGL_LOCK",
            "EXT2_DAX", "EXT2_DAX_SEM", "EXT2_RESERVATION", "DAX_ENTRY_TYPES", "IOMAP_BEGIN",
        ])

    static let v4x14 = v4x9.then(
        "4.14",
        [
            ("mm", "void __user *virtual_address;", "unsigned long address;"),
            ("mm", "(struct vm_area_struct *vma, struct vm_fault *vmf)", "(struct vm_fault *vmf)"),
            (
                "mm",
                "int (*pmd_fault)(struct vm_area_struct *, unsigned long address,\n\t\t\tpmd_t *,"
                    + " unsigned int flags);",
                "int (*huge_fault)(struct vm_fault *vmf, enum page_entry_size pe_size);"
            ),
            ("mm", "", "#define VM_FAULT_DONE_COW 0x1000\n"),
            ("iomap", "struct iomap_ops *ops", "const struct iomap_ops *ops"),
            (
                "iomap", "sector_t blkno;",
                "u64\taddr; /* of the medium */\n\tstruct dax_device *dax_dev;"
            ),
            (
                "dax",
                "int iomap_dax_fault(struct vm_area_struct *vma, struct vm_fault *vmf,\n\t\tstruct"
                    + " iomap_ops *ops);",
                "int dax_iomap_fault(struct vm_fault *vmf, enum page_entry_size pe_size,\n"
                    + "\t\tconst struct iomap_ops *ops);"
            ),
            ("dax", "int dax_pfn_mkwrite(struct vm_area_struct *, struct vm_fault *);\n", ""),
            ("dax", "", "long dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff);\n"),
            ("dax", "", "int dax_invalidate_mapping_entry_sync(struct address_space *mapping);\n"),
            ("fs/dax.c", "RADIX_DAX_PTE", "RADIX_DAX_ZERO_PAGE"),
        ],
        gains: [
            "FAULT_ADDRESS", "HUGE_FAULT", "DONE_COW", "IOMAP_ADDR",
            "IOMAP_DAX_DEV", "DAX_IOMAP_NAMES", "DAX_DEVICE", "DAX_INVALIDATE", "DAX_ZERO_PAGE",
        ],
        loses: ["FAULT_VMA", "PMD_FAULT", "DAX_PFN_MKWRITE", "DAX_ENTRY_TYPES"])

    static let v4x19 = v4x14.then(
        "4.19",
        [
            ("fs", "page_tree;\n\tspinlock_t tree_lock; /* not i_pages */", "i_pages;"),
            ("fs", "struct timespec ", "struct timespec64 "),
            ("mm", "int (*fault)", "vm_fault_t (*fault)"),
            ("mm", "int (*huge_fault)", "vm_fault_t (*huge_fault)"),
            ("mm", "", "vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma);\n"),
            (
                "dax", "enum page_entry_size pe_size,\n\t\tconst",
                "enum page_entry_size pe_size,\n\t\tpfn_t *pfnp, int *errp, const"
            ),
        ],
        gains: [
            "I_PAGES", "VM_FAULT_T", "VMF_INSERT", "DAX_FAULT_PFN",
            "DAX_FAULT_ERROR",
        ])

    static let v5x4 = v4x19.then(
        "5.4",
        [
            ("fs", "struct radix_tree_root i_pages;", "struct xarray\t\ti_pages;"),
            (
                "huge",
                "(struct vm_area_struct *, unsigned long addr, pmd_t *,\n\t\tpfn_t pfn, bool write)",
                "(struct vm_fault *vmf, pfn_t pfn, bool write)"
            ),
            ("include/linux/blockgroup_lock.h", "sb_bgl_lock", "bgl_lock_ptr"),
            ("fs/dax.c", "RADIX_DAX_ZERO_PAGE", "DAX_ZERO_PAGE"),
        ],
        gains: ["XARRAY", "VMF_INSERT_PMD_VMF"], loses: ["SB_BGL_LOCK"])

    static let v5x10 = v5x4.then(
        "5.10",
        [
            (
                "iomap", "unsigned flags, struct iomap *iomap);",
                "unsigned flags, struct iomap *iomap,\n\t\t\tstruct iomap *srcmap);"
            ),
            ("types", "mmap_sem", "mmap_lock"),
            ("fs/ext2/ext2.h", "", "struct ext2_sb_info {\n\tstruct dax_device *s_daxdev;\n};\n"),
        ],
        gains: ["IOMAP_SRCMAP", "MMAP_LOCK", "EXT2_DAXDEV"])

    static let v5x15 = v5x10.then(
        "5.15",
        [
            (
                "fs", "struct xarray\t\ti_pages;",
                "struct xarray i_pages;\n\tstruct rw_semaphore invalidate_lock;"
            ),
            ("fs", "\tunsigned long nrexceptional;\n", ""),
            (
                "fs", "(struct dentry *, struct iattr *)",
                "(struct user_namespace *, struct dentry *)"
            ),
            (
                "iomap", "",
                "int iomap_iter(struct iomap_iter *iter, const struct iomap_ops *ops);\n"
            ),
            (
                "fs/ext2/ext2.h",
                "#ifdef CONFIG_FS_DAX\n\tstruct rw_semaphore dax_sem;\n#endif\n", ""
            ),
        ],
        gains: ["SETATTR_USERNS", "IOMAP_ITER"],
        loses: ["NREXCEPTIONAL", "EXT2_DAX_SEM"])

    static let v6x1 = v5x15.then(
        "6.1",
        [
            ("types", "", "struct folio {\n\tunsigned long flags;\n};\n"),
            (
                "dax", "pgoff_t pgoff);",
                "pgoff_t pgoff,\n\t\tlong nr_pages, enum dax_access_mode mode);"
            ),
            ("dax", "", "int dax_zero_range(struct inode *inode, loff_t pos, loff_t len);\n"),
            ("fs/dax.c", "", "static bool dax_fault_check_fallback(struct vm_fault *vmf);\n"),
            // A long-term kernel's way to take later patches: the members are still there.
            ("fs", "", "struct timespec64 inode_set_ctime_current(struct inode *inode);\n"),
        ],
        gains: ["DAX_ACCESS_MODE", "DAX_ZERO_RANGE", "DAX_EOF_FIRST"])

    static let v6x6 = v6x1.then(
        "6.6",
        [
            ("fs", "struct timespec64 i_ctime;", "struct timespec64 __i_ctime;"),
            (
                "fs", "(struct user_namespace *, struct dentry *)",
                "(struct mnt_idmap *, struct dentry *)"
            ),
            (
                "mm", "(struct vm_fault *vmf, enum page_entry_size pe_size)",
                "(struct vm_fault *vmf, unsigned int order)"
            ),
            (
                "mm", "",
                "static inline vm_fault_t vmf_error(int err)\n{\n\tif (err == -EHWPOISON)\n"
                    + "\t\treturn VM_FAULT_HWPOISON;\n\treturn 0;\n}\n"
            ),
            ("dax", "", "static inline int dax_mem2blk_err(int err);\n"),
        ],
        gains: [
            "SETATTR_IDMAP", "HUGE_FAULT_ORDER", "VMF_HWPOISON", "DAX_MEM2BLK",
        ],
        loses: ["SETATTR_USERNS"])

    static let v6x12 = v6x6.then(
        "6.12",
        [
            (
                "fs", "struct timespec64 i_atime, i_mtime;\n\tstruct timespec64 __i_ctime;",
                "time64_t i_atime_sec;\n\ttime64_t i_ctime_sec;"
            ),
            ("huge", "", "struct folio *mm_get_huge_zero_folio(struct mm_struct *mm);\n"),
        ],
        gains: ["HUGE_ZERO_FOLIO"])

    static let v7x2 = v6x12.then(
        "7.2",
        [
            (
                "mm", "",
                "vm_fault_t vmf_insert_page_mkwrite(struct vm_fault *vmf, struct page *page,\n"
                    + "\t\tbool write);\n"
            ),
            ("dax", "", "int dax_break_layout(struct inode *inode, loff_t start, loff_t end);\n"),
            (
                "iomap", "struct iomap_ops {",
                "typedef int (*iomap_iter_next_fn)(const struct iomap_iter *iter);\n"
                    + "struct iomap_ops {\n\tiomap_iter_next_fn iomap_next;"
            ),
        ],
        gains: ["DAX_PAGE_REFS", "DAX_BREAK_LAYOUT", "IOMAP_NEXT"])

    /// Begin and end by the names of their types, and then neither of them.
    static let named = v7x2.then(
        "begin by the name of its type",
        [("iomap", "\tint (*iomap_begin)(", "\tiomap_iter_begin_fn iomap_begin;\n\tint (*other)(")])

    static let nextOnly = v7x2.then(
        "iomap_next alone", [("iomap", "\tint (*iomap_begin)(", "\tint (*other)(")],
        loses: ["IOMAP_BEGIN"])

    /// A vendor's 4.18 with the DAX and the iomap of 5.x: what is asked is what is there.
    static let vendor = v4x19.then(
        "vendor",
        [
            (
                "iomap", "unsigned flags, struct iomap *iomap);",
                "unsigned flags, struct iomap *iomap, struct iomap *srcmap);"
            ),
            (
                "iomap", "",
                "int iomap_iter(struct iomap_iter *iter, const struct iomap_ops *ops);\n"
            ),
            ("types", "", "struct folio {\n};\n"),
        ],
        gains: ["IOMAP_SRCMAP", "IOMAP_ITER"])
}
