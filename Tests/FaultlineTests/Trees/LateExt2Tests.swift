// SPDX-License-Identifier: GPL-2.0-only

// ext2 while it still had DAX, in kernels whose mappings are references (6.15 to 7.1). Debian has none of
// them, so such a tree is put together: 7.2's, with the ext2 of 6.12 and what had changed in it by then.

import Foundation
import Testing
import VariantTesting

@Suite(
    .enabled(if: KernelTree.v612.isThere, KernelTree.v612.reason),
    .enabled(if: KernelTree.v72.isThere, KernelTree.v72.reason))
struct LateExt2Tests {
    /// 7.2 with DAX in ext2, which is mapped by ->mmap_prepare() (from 6.17 on).
    private static func tree() throws -> MadeHistory {
        let history = try MadeHistory(of: .v72)
        for file in ["file.c", "inode.c", "balloc.c", "ext2.h"] {
            let source = try KernelTree.v612.directory.appending(path: "fs/ext2/\(file)")
            try history.write(
                try String(contentsOf: source, encoding: .utf8), to: "fs/ext2/\(file)")
        }
        try history.replace(
            "ext2_file_mmap(struct file *file, struct vm_area_struct *vma)",
            with: "ext2_file_mmap_prepare(struct vm_area_desc *desc)", in: "fs/ext2/file.c")
        try history.replace(
            "generic_file_mmap(file, vma)", with: "generic_file_mmap_prepare(desc)",
            in: "fs/ext2/file.c")
        for (old, new) in [
            ("IS_DAX(file_inode(file))", "IS_DAX(file_inode(desc->file))"),
            ("file_accessed(file);", "file_accessed(desc->file);"),
            ("vma->vm_ops =", "desc->vm_ops ="),
            (".mmap\t\t= ext2_file_mmap,", ".mmap_prepare = ext2_file_mmap_prepare,"),
        ] { try history.replace(old, with: new, in: "fs/ext2/file.c") }
        return history
    }

    /// ... and whose list of metadata is its own (7.1).
    private static func keepMetadata(in history: MadeHistory) throws {
        try history.replace(
            "struct inode\tvfs_inode;",
            with: "struct mapping_metadata_bhs i_metadata_bhs;\n\tstruct inode\tvfs_inode;",
            in: "fs/ext2/ext2.h")
        for buffer in ["bh", "where->bh", "partial->bh"] {
            try history.replace(
                "mark_buffer_dirty_inode(\(buffer), inode)",
                with: "mmb_mark_buffer_dirty(\(buffer), &EXT2_I(inode)->i_metadata_bhs)",
                in: "fs/ext2/inode.c")
        }
        try history.replace(
            "sync_mapping_buffers(inode->i_mapping)",
            with: "mmb_sync(&EXT2_I(inode)->i_metadata_bhs)", in: "fs/ext2/inode.c")
        try history.replace(
            "generic_buffers_fsync(file, start",
            with: "mmb_fsync(file, &EXT2_I(file_inode(file))->i_metadata_bhs, start",
            in: "fs/ext2/file.c")
        try history.replace(
            ".splice_write", with: ".setlease = generic_setlease,\n\t.splice_write",
            in: "fs/ext2/file.c")
    }

    /// What 6.12 fails, and finding 29: truncation meets entries.
    @Test(arguments: [false, true])
    func isJudgedAsOlderKernelsAre(_ keepsMetadata: Bool) throws {
        let history = try Self.tree()
        if keepsMetadata { try Self.keepMetadata(in: history) }
        try history.commit("ext2 has DAX")
        let run = try CommandRun([
            "check", "--tree", history.root.path, "--scenario", "ext2/*-byte*/*", "--orders",
            "none",
            "--format", "json",
        ])
        #expect(run.status == 1, "\(run.errors)")
        let report = try ReportedChange(run)
        #expect(
            report.verdicts("fail") == ["no-self-deadlock", "no-warning"],
            "\(report.variant.summary)")
        #expect(run.output.contains("dax_break_layout() was left out"))
        try KernelTree.v72.noteTested()
    }
}
