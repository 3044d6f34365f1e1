// SPDX-License-Identifier: GPL-2.0-only

// erofs: fs/erofs/data.c, which has all of its DAX, with the header that all of erofs shares. What else is
// in that file is compiled as far as it can be, and nothing calls it.

extension SliceFilesystem {
    static let erofs = SliceFilesystem(
        name: "erofs",
        rows: [
            SliceFiles.Row(
                path: "fs/erofs/data.c", role: .compiled, condition: .interface("HAVE_EROFS_DAX")),
            SliceFiles.Row(path: "fs/erofs/*.c", role: .carried),
            SliceFiles.Row(path: "fs/erofs/*.h", role: .header),
            SliceFiles.Row(path: "include/trace/events/erofs.h", role: .header),
        ],
        interfaces: [
            InterfaceTable.Row(
                name: "HAVE_EROFS_DAX",
                meaning: "fs/erofs/data.c: files with DAX, metadata by pages of the device",
                question: .all([
                    .member(header, of: "erofs_device_info", "struct dax_device"),
                    .says(header, "erofs_bread ("),
                ]), isOfDigest: false),
            InterfaceTable.Row(
                name: "HAVE_EROFS_DIF0", meaning: "erofs_sb_info.dif0 is the primary device",
                question: .member(header, of: "erofs_sb_info", "dif0 ;"), isOfDigest: false),
            InterfaceTable.Row(
                name: "HAVE_EROFS_FLATDEV",
                meaning: "erofs_dev_context.flatdev: other devices are parts of the primary one",
                question: .member(header, of: "erofs_dev_context", "flatdev ;"),
                isOfDigest: false),
            InterfaceTable.Row(
                name: "HAVE_EROFS_48BIT", meaning: "erofs has addresses of blocks of 48 bits",
                question: .says(["fs/erofs/erofs_fs.h"], "EROFS_CHUNK_FORMAT_48BIT"),
                isOfDigest: false),
            InterfaceTable.Row(
                name: "HAVE_EROFS_FSOFF",
                meaning: "erofs_device_info.fsoff: a filesystem that begins inside of its device",
                question: .member(header, of: "erofs_device_info", "fsoff"), isOfDigest: false),
        ],
        needed: [
            ("fs/erofs/data.c", ["erofs_iomap_begin"]),
            ("fs/erofs/data.c", ["erofs_iomap_end"]),
            ("fs/erofs/data.c", ["erofs_file_read_iter"]),
            ("fs/erofs/data.c", ["erofs_file_mmap", "erofs_file_mmap_prepare"]),
        ],
        preludes: ["fs/erofs/data.c": "erofs/watched_next.h"])

    private static let header = ["fs/erofs/internal.h"]
}
