// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel calls for an ext2 file on persistent memory.
 *
 * The lock order of a fault, outermost first:
 *
 *	mmap_sem (read), which the caller holds
 *	  freeze protection of page faults (writes only)
 *	    ei->dax_sem (read)
 *	      i_mmap_rwsem | page lock | locked DAX entry
 *		ei->truncate_mutex
 *		  tree_lock
 *
 * Truncation takes dax_sem for write, so that no fault finds a block in the
 * file that is mapped after it was freed. read() and write() need not take it:
 * the inode's lock keeps truncation away from them.
 *
 * Files without DAX have no entry points here.
 */
#include <linux/kernel.h>
#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/dax.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/iomap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/quotaops.h>
#include <linux/uio.h>
#include "ext2.h"

static ssize_t ext2_dax_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	ssize_t done = 0;

	if (iov_iter_count(to)) {
		inode_lock(inode);
		done = dax_iomap_rw(iocb, to, &ext2_iomap_ops);
		inode_unlock(inode);
		file_accessed(file);
	}
	return done;
}

/* What every write does before its first byte. Positive: go on. */
static ssize_t ext2_prepare_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	ssize_t count = generic_write_checks(iocb, from);
	int error;

	if (count <= 0)
		return count;
	error = file_remove_privs(file);
	if (!error)
		error = file_update_time(file);
	return error ? error : count;
}

static ssize_t ext2_dax_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t done;

	inode_lock(inode);
	done = ext2_prepare_write(iocb, from);
	if (done > 0)
		done = dax_iomap_rw(iocb, from, &ext2_iomap_ops);
	inode_unlock(inode);
	return done > 0 ? generic_write_sync(iocb, done) : done;
}

static int ext2_dax_fault(struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vma->vm_file);
	bool write = (vmf->flags & FAULT_FLAG_WRITE) &&
		     (vma->vm_flags & VM_SHARED);
	struct ext2_inode_info *ei = EXT2_I(inode);
	int ret;

	if (write) {
		sb_start_pagefault(inode->i_sb);
		file_update_time(vma->vm_file);
	}

	down_read(&ei->dax_sem);
	ret = dax_iomap_fault(vma, vmf, &ext2_iomap_ops);
	up_read(&ei->dax_sem);

	if (write)
		sb_end_pagefault(inode->i_sb);
	return ret;
}

/*
 * The page was mapped when the store faulted, but a truncate may have come in
 * between: only dax_sem settles where the file ends.
 */
static int ext2_dax_pfn_mkwrite(struct vm_area_struct *vma,
				struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vma->vm_file);
	struct ext2_inode_info *ei = EXT2_I(inode);
	int ret = VM_FAULT_SIGBUS;

	sb_start_pagefault(inode->i_sb);
	file_update_time(vma->vm_file);

	down_read(&ei->dax_sem);
	if (vmf->pgoff < DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE))
		ret = dax_pfn_mkwrite(vma, vmf);
	up_read(&ei->dax_sem);

	sb_end_pagefault(inode->i_sb);
	return ret;
}

/* No ->pmd_fault: ext2 cannot promise 2 MiB of blocks in one piece. */
const struct vm_operations_struct ext2_dax_vm_ops = {
	.fault		= ext2_dax_fault,
	.page_mkwrite	= ext2_dax_fault,
	.pfn_mkwrite	= ext2_dax_pfn_mkwrite,
};

static int ext2_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	file_accessed(file);
	vma->vm_ops = &ext2_dax_vm_ops;
	vma->vm_flags |= VM_MIXEDMAP;
	return 0;
}

/**
 * ext2_fsync - make a range of a file durable
 * @file:     the file
 * @start:    first byte
 * @end:      last byte
 * @datasync: leave out metadata that reading the data does not need
 *
 * An error of indirect blocks or bitmaps is one of the filesystem.
 *
 * Return: 0 or a negative errno.
 */
int ext2_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct address_space *mapping =
		file_inode(file)->i_sb->s_bdev->bd_inode->i_mapping;
	int error = generic_file_fsync(file, start, end, datasync);

	if (test_and_clear_bit(AS_EIO, &mapping->flags) || error == -EIO) {
		ext2_error(file_inode(file)->i_sb, __func__,
			   "metadata could not be written");
		error = -EIO;
	}
	return error;
}

const struct file_operations ext2_file_operations = {
	.read_iter	= ext2_dax_read_iter,
	.write_iter	= ext2_dax_write_iter,
	.mmap		= ext2_file_mmap,
	.fsync		= ext2_fsync,
};

const struct inode_operations ext2_file_inode_operations = {
	.setattr	= ext2_setattr,
};
