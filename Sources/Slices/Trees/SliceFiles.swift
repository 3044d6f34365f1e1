// SPDX-License-Identifier: GPL-2.0-only

// Which files are taken from a kernel's tree: the only list of them. A path with `*` stands for all
// files of that directory and ending. A file that a tree does not have is left out, because files
// come and go between versions.

import System

/// The files of a slice.
enum SliceFiles {
    /// What a file is taken for.
    enum Role: String, Hashable, Sendable, Comparable {
        /// It is compiled.
        case compiled
        /// Compiled files include it.
        case header
        /// It is there so that patches apply to it; no compiler sees it.
        case carried

        static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }
    }

    /// A file that a tree has.
    struct TakenFile: Hashable, Sendable {
        var path: String
        var role: Role
    }

    /// When a file is compiled, if not always.
    enum Condition: Hashable, Sendable {
        case always
        case interface(String)
        case noInterface(String)
    }

    struct Row: Sendable {
        var path: String
        var role: Role
        var condition = Condition.always
    }

    /// The rows of a slice with these filesystems beside ext2. The first that matches a path counts.
    static func rows(with filesystems: [SliceFilesystem]) -> [Row] {
        rows + filesystems.flatMap(\.rows)
    }

    /// What every slice has.
    static let rows = [
        Row(path: "fs/dax.c", role: .compiled),
        Row(path: "fs/iomap.c", role: .compiled),
        Row(path: "fs/iomap/apply.c", role: .compiled),
        Row(path: "fs/iomap/iter.c", role: .compiled),
        // Where DAX zeroes ranges itself, nothing of buffered I/O is called.
        Row(
            path: "fs/iomap/buffered-io.c", role: .compiled,
            condition: .noInterface("HAVE_DAX_ZERO_RANGE")),
        Row(path: "fs/iomap/trace.c", role: .compiled),
        Row(path: "fs/iomap/*.c", role: .carried),
        Row(path: "fs/iomap/*.h", role: .header),
        Row(path: "fs/ext2/inode.c", role: .compiled, condition: .interface("HAVE_EXT2_DAX")),
        Row(path: "fs/ext2/balloc.c", role: .compiled, condition: .interface("HAVE_EXT2_DAX")),
        Row(path: "fs/ext2/file.c", role: .compiled, condition: .interface("HAVE_EXT2_DAX")),
        Row(path: "fs/ext2/trace.c", role: .compiled, condition: .interface("HAVE_EXT2_DAX")),
        Row(path: "fs/ext2/*.c", role: .carried),
        Row(path: "fs/ext2/*.h", role: .header),
        Row(path: "fs/internal.h", role: .header),
        Row(path: "lib/xarray.c", role: .compiled, condition: .interface("HAVE_XARRAY")),
        Row(path: "lib/rbtree.c", role: .compiled),
        Row(path: "lib/radix-tree.h", role: .header),
        Row(path: "include/linux/iomap.h", role: .header),
        Row(path: "include/linux/dax.h", role: .header),
        Row(path: "include/linux/xarray.h", role: .header),
        Row(path: "include/linux/pfn_t.h", role: .header),
        Row(path: "include/linux/rbtree.h", role: .header),
        Row(path: "include/linux/rbtree_types.h", role: .header),
        Row(path: "include/linux/rbtree_augmented.h", role: .header),
        Row(path: "include/linux/ext2_fs.h", role: .header),
        Row(path: "include/trace/events/fs_dax.h", role: .header),
        Row(path: "include/linux/fs.h", role: .carried),
        Row(path: "include/linux/mm.h", role: .carried),
        Row(path: "include/linux/mm_types.h", role: .carried),
        Row(path: "include/linux/huge_mm.h", role: .carried),
        Row(path: "include/linux/pagemap.h", role: .carried),
    ]

    /// What a directory must have to be a kernel's tree.
    static let landmarks = ["Makefile", "fs/dax.c", "include/linux/fs.h"]

    /// One of these holds the iomap core.
    static let iomap = ["fs/iomap/iter.c", "fs/iomap/apply.c", "fs/iomap.c"]

    typealias Needed = (file: String, names: [String])

    /// Functions that may not be cut, by file: without them there is nothing to ask. One of the names
    /// is enough; a file that is not compiled needs none.
    static func needed(with filesystems: [SliceFilesystem]) -> [Needed] {
        needed + filesystems.flatMap(\.needed)
    }

    private static let needed: [Needed] = [
        ("fs/dax.c", ["dax_iomap_fault", "iomap_dax_fault"]),
        ("fs/dax.c", ["dax_iomap_rw", "iomap_dax_rw"]),
        ("fs/iomap.c", ["iomap_apply"]),
        ("fs/iomap/apply.c", ["iomap_apply"]),
        ("fs/iomap/iter.c", ["iomap_iter"]),
        ("fs/ext2/inode.c", ["ext2_get_block"]),
        ("fs/ext2/inode.c", ["ext2_iomap_begin"]),
        ("fs/ext2/inode.c", ["ext2_iomap_end"]),
        ("fs/ext2/balloc.c", ["ext2_new_blocks"]),
        ("fs/ext2/balloc.c", ["ext2_free_blocks"]),
        ("fs/ext2/file.c", ["ext2_dax_fault"]),
        ("lib/xarray.c", ["xas_load"]),
        ("lib/xarray.c", ["xas_store"]),
    ]

    /// Whether a path is one of the slice's, and what for.
    static func row(for path: String, with filesystems: [SliceFilesystem] = []) -> Row? {
        row(for: path, in: rows(with: filesystems))
    }

    static func row(for path: String, in rows: [Row]) -> Row? {
        rows.first { row in
            guard let star = row.path.lastIndex(of: "*") else { return row.path == path }
            let ending = row.path[row.path.index(after: star)...]
            return path.hasSuffix(ending) && directoryName(path) == directoryName(row.path)
        }
    }

    static func role(
        of path: String, answering interfaces: Interfaces, with filesystems: [SliceFilesystem]
    ) -> Role? {
        guard let row = row(for: path, with: filesystems) else { return nil }
        switch row.condition {
        case .interface(let name) where interfaces[name] == 0: return .carried
        case .noInterface(let name) where interfaces[name] != 0: return .carried
        default: return row.role
        }
    }

    /// Directories and files that hold the whole slice, for git.
    static func pathspecs(with filesystems: [SliceFilesystem]) -> [String] {
        var paths: [String] = []
        for row in rows(with: filesystems) {
            let path = row.path.contains("*") ? directoryName(row.path) : row.path
            if !paths.contains(path) { paths.append(path) }
        }
        // A directory brings its files.
        return paths.filter { path in !paths.contains { path.hasPrefix($0 + "/") } }
    }

    /// The slice's files that a directory has, ascending.
    static func files(in root: String, with filesystems: [SliceFilesystem]) -> [String] {
        var found: Set<String> = []
        for row in rows(with: filesystems) {
            guard let star = row.path.lastIndex(of: "*") else {
                if Disk.isFile(root + "/" + row.path) { found.insert(row.path) }
                continue
            }
            let directory = directoryName(row.path)
            let ending = row.path[row.path.index(after: star)...]
            for name in Disk.names(in: root + "/" + directory)
            where name.hasSuffix(ending) && !name.hasPrefix(".")
                && Disk.isFile("\(root)/\(directory)/\(name)")
            {
                found.insert("\(directory)/\(name)")
            }
        }
        return found.sorted()
    }
}
