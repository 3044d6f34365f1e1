// SPDX-License-Identifier: GPL-2.0-only

// virtiofs: fs/fuse/dax.c as it is, with the header that all of fuse shares. The rest of fuse is not
// compiled; csrc/filesystems/fuse stands in for it.

extension SliceFilesystem {
    static let fuse = SliceFilesystem(
        name: "fuse",
        rows: [
            SliceFiles.Row(
                path: "fs/fuse/dax.c", role: .compiled, condition: .interface("HAVE_FUSE_DAX")),
            SliceFiles.Row(path: "fs/fuse/*.c", role: .carried),
            SliceFiles.Row(path: "fs/fuse/*.h", role: .header),
            SliceFiles.Row(
                path: "lib/interval_tree.c", role: .compiled,
                condition: .interface("HAVE_FUSE_DAX")),
            SliceFiles.Row(path: "include/linux/interval_tree.h", role: .header),
            SliceFiles.Row(path: "include/linux/interval_tree_generic.h", role: .header),
            SliceFiles.Row(path: "include/uapi/linux/fuse.h", role: .header),
        ],
        interfaces: [
            InterfaceTable.Row(
                name: "HAVE_FUSE_DAX",
                meaning: "fs/fuse/dax.c, told which inodes have DAX",
                question: .says(["fs/fuse/fuse_i.h"], "fuse_dax_conn_alloc ( … enum fuse_dax_mode"),
                isOfDigest: false),
            InterfaceTable.Row(
                name: "HAVE_FUSE_IDMAP_REQUEST",
                meaning: "fuse_simple_request() is __fuse_simple_request() without an idmap",
                question: .says(["fs/fuse/fuse_i.h"], "__fuse_simple_request ("),
                isOfDigest: false),
        ],
        needed: [
            ("fs/fuse/dax.c", ["fuse_iomap_begin"]),
            ("fs/fuse/dax.c", ["fuse_iomap_end"]),
            ("fs/fuse/dax.c", ["fuse_dax_read_iter"]),
            ("fs/fuse/dax.c", ["fuse_dax_mmap"]),
        ],
        preludes: ["fs/fuse/dax.c": "fuse/watched_next.h"])
}
