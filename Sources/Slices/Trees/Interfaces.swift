// SPDX-License-Identifier: GPL-2.0-only

// Which interfaces a kernel's tree has: the one place that knows how to tell. C code asks by macro
// (`#if HAVE_XARRAY`), and every macro is defined, 0 or 1: in csrc/stubs/interfaces.h for the
// embedded slice, in a file made from this table for a tree. What is asked is what the tree's own
// headers say, because vendors' kernels carry the interfaces of several versions; a version
// decides only where a row says so.

/// A tree's answers.
struct Interfaces: Hashable, Sendable {
    struct Answer: Hashable, Sendable {
        /// The macro.
        var name: String
        var value: Int
        /// Where it was read, `FILE:LINE`; nil if the tree says it nowhere.
        var place: String?
    }

    var version: String
    var answers: [Answer]

    /// 0 for a name that is not known.
    subscript(name: String) -> Int {
        answers.first { $0.name == name }?.value ?? 0
    }

    /// A row of the table.
    struct Row: Sendable {
        var name: String
        var meaning: String
        var question: Question
    }

    /// How to tell. Patterns are those of `CText.find`.
    indirect enum Question: Sendable {
        /// The pattern is in one of the files.
        case says([String], String)
        /// The pattern is within a struct that one of the files defines.
        case member([String], of: String, String)
        /// The pattern is within the body of a function that one of the files defines.
        case body([String], of: String, String)
        case all([Question])
        case any([Question])
        /// By version: from this one on. For what no header shows.
        case since(String)
    }

    private static let fs = ["include/linux/fs.h", "include/linux/fs/super_types.h"]
    private static let mm = ["include/linux/mm.h", "include/linux/mm_types.h"]
    private static let mmTypes = ["include/linux/mm_types.h", "include/linux/mm.h"]
    private static let huge = ["include/linux/huge_mm.h"]
    private static let iomap = ["include/linux/iomap.h"]
    private static let dax = ["include/linux/dax.h"]

    static let rows: [Row] = [
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
            meaning: "mappings of a DAX page hold references: faults cannot be driven",
            question: .says(["include/linux/mm.h"], "vmf_insert_page_mkwrite (")),
        Row(
            name: "HAVE_MMAP_LOCK", meaning: "mm_struct.mmap_lock, not mmap_sem",
            question: .member(mmTypes, of: "mm_struct", "mmap_lock ;")),
    ]

    /// Every file that is looked at.
    static let files: [String] = Set(rows.flatMap { $0.question.files }).sorted()

    /// Asks every row.
    ///
    /// - Parameter text: the words of a file of the tree; nil if it has none of that name.
    static func recognized(version: String, _ text: (String) -> CText?) -> Interfaces {
        var texts: [String: CText] = [:]
        for file in files { texts[file] = text(file) }
        return Interfaces(
            version: version,
            answers: rows.map { row in
                let place = row.question.answer(texts, version: version)
                return Answer(name: row.name, value: place == nil ? 0 : 1, place: place?.spoken)
            })
    }

    /// The header that answers `#if HAVE_…`.
    var header: String {
        var text = """
            /* Made from the tree's headers: which interfaces it has. */
            #ifndef FAULTLINE_INTERFACES_H
            #define FAULTLINE_INTERFACES_H

            #define TREE_VERSION\t"\(version)"
            #define SLICE_IS_EMBEDDED\t0

            """
        for answer in answers { text += "#define \(answer.name)\t\(answer.value)\n" }
        return text + "\n#endif\n"
    }

    /// Reads a header of this kind: that of the embedded slice has an answer to every row, too.
    init(header: String, version: String) {
        self.version = version
        var values: [String: Int] = [:]
        for line in header.split(separator: "\n") where line.hasPrefix("#define ") {
            let words = line.split { $0 == " " || $0 == "\t" }
            if words.count == 3, let value = Int(words[2]) { values[String(words[1])] = value }
        }
        answers = Self.rows.map { Answer(name: $0.name, value: values[$0.name] ?? 0, place: nil) }
    }

    init(version: String, answers: [Answer]) {
        self.version = version
        self.answers = answers
    }
}

extension Interfaces.Question {
    var files: [String] {
        switch self {
        case .says(let files, _), .member(let files, _, _), .body(let files, _, _): files
        case .all(let questions), .any(let questions): questions.flatMap(\.files)
        case .since: []
        }
    }

    /// Where a yes stands.
    enum Place {
        case line(String, Int)
        /// By version.
        case nowhere

        var spoken: String? {
            if case .line(let file, let line) = self { "\(file):\(line)" } else { nil }
        }
    }

    /// Nil for no.
    func answer(_ texts: [String: CText], version: String) -> Place? {
        func first(
            _ files: [String], _ pattern: String, _ scope: (CText) -> Range<Int>?
        ) -> Place? {
            for file in files {
                if let text = texts[file], let range = scope(text),
                    let found = text.find(pattern, in: range)
                {
                    return .line(file, text.words[found.lowerBound].line)
                }
            }
            return nil
        }
        switch self {
        case .says(let files, let pattern):
            return first(files, pattern) { $0.words.indices }
        case .member(let files, let name, let pattern):
            return first(files, pattern) { $0.body(ofStruct: name) }
        case .body(let files, let name, let pattern):
            return first(files, pattern) { $0.body(ofFunction: name) }
        case .all(let questions):
            let places = questions.map { $0.answer(texts, version: version) }
            return places.contains { $0 == nil } ? nil : places.first ?? nil
        case .any(let questions):
            return questions.lazy.compactMap { $0.answer(texts, version: version) }.first
        case .since(let first):
            return KernelVersion(version) >= KernelVersion(first) ? .nowhere : nil
        }
    }
}

/// Versions as numbers: 6.12.117-rc1 is 6, 12, 117.
struct KernelVersion: Comparable {
    var numbers: [Int]

    init(_ text: String) {
        numbers =
            text.split(separator: "-").first.map {
                $0.split(separator: ".").map { Int($0) ?? 0 }
            } ?? []
    }

    static func < (a: KernelVersion, b: KernelVersion) -> Bool {
        a.numbers.lexicographicallyPrecedes(b.numbers)
    }
}
