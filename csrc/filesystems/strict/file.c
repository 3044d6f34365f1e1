// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel calls for a strict file: mmap(), read(), write(), fsync().
 *
 * The locks outside the iomap operations are taken here, in the order that
 * strict.h gives, and each is released on every path by the function that took
 * it. i_size only ever grows here, and only over bytes that are on the device.
 */
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include "interface.h"

/**
 * strict_file_mmap - mmap() of a strict file
 * @file: the file
 * @vma:  the new mapping
 *
 * Return: 0.
 */
int strict_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	file_accessed(file);
	vma->vm_flags |= VM_MIXEDMAP | VM_HUGEPAGE;
	vma->vm_ops = &strict_dax_vm_ops;
	return 0;
}

/* False: it is locked, and the caller does not want to wait. */
static bool lock_inode(struct kiocb *iocb)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (iocb->ki_flags & IOCB_NOWAIT)
		return inode_trylock(inode);
	inode_lock(inode);
	return true;
}

/**
 * strict_read_iter - read()
 * @iocb: file and position
 * @to:   where the bytes go
 *
 * A read of no bytes goes on to fs/dax.c, which must not ask for any.
 *
 * Return: bytes read, or a negative errno.
 */
ssize_t strict_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	ssize_t ret;

	if (!lock_inode(iocb))
		return -EAGAIN;
	ret = dax_iomap_rw(iocb, to, &strict_iomap_ops);
	inode_unlock(inode);
	file_accessed(file);
	return ret;
}

/* Likewise. */
static bool lock_out_faults(struct kiocb *iocb)
{
	struct rw_semaphore *sem =
		&STRICT_I(file_inode(iocb->ki_filp))->i_mmap_sem;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return down_write_trylock(sem);
	down_write(sem);
	return true;
}

/*
 * A write() that leaves a gap behind the end zeroes the rest of the last block,
 * which is zero already; where another file has the block it becomes a copy.
 */
static int zero_behind_end(struct inode *inode, loff_t pos)
{
#if HAVE_DAX_SHARED
	loff_t size = i_size_read(inode);

	if (pos > size)
		return strict_zero_range(inode, size, pos - size, NULL);
#endif
	return 0;
}

/*
 * The part of write() under the inode lock. A copy of shared blocks is nobody's
 * until it is done, and a fault must not make another one of the same.
 */
static ssize_t write_locked(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	ssize_t ret = generic_write_checks(iocb, from);
	bool has_shared = strict_has_shared(inode);

	if (ret > 0) {
		int error = file_remove_privs(file);

		if (!error)
			error = file_update_time(file);
		if (has_shared && !lock_out_faults(iocb))
			return -EAGAIN;
		if (!error && has_shared)
			error = zero_behind_end(inode, iocb->ki_pos);
		ret = error ? error
			    : dax_iomap_rw(iocb, from, &strict_iomap_ops);
		if (has_shared)
			up_write(&STRICT_I(inode)->i_mmap_sem);
	}
	/*
	 * What end kept reaches to ki_pos and no further. A tree whose
	 * dax_iomap_rw() moves i_size as it goes has done so already.
	 */
	if (ret > 0 && iocb->ki_pos > i_size_read(inode)) {
		i_size_write(inode, iocb->ki_pos);
		mark_inode_dirty(inode);
	}
	return ret;
}

/**
 * strict_write_iter - write()
 * @iocb: file and position
 * @from: where the bytes come from
 *
 * A write that stops short leaves no block behind what it wrote: iomap_end has
 * rolled those back.
 *
 * Return: bytes written, or a negative errno if there are none.
 */
ssize_t strict_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret;

	if (!lock_inode(iocb))
		return -EAGAIN;
	ret = write_locked(iocb, from);
	inode_unlock(inode);
	return ret > 0 ? generic_write_sync(iocb, ret) : ret;
}

static int strict_writepages(struct address_space *mapping,
			     struct writeback_control *wbc)
{
	void *device = strict_writeback_device(mapping->host->i_sb);

	return dax_writeback_mapping_range(mapping, device, wbc);
}

const struct address_space_operations strict_aops = {
	.writepages	= strict_writepages,
};

/**
 * strict_fsync - make what was stored through mappings durable
 * @file:     the file
 * @start:    first byte
 * @end:      last byte
 * @datasync: not needed: what a crash would lose, is asked for in both cases
 *
 * Return: 0 or a negative errno.
 */
int strict_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	int error = filemap_write_and_wait_range(inode->i_mapping, start, end);

	if (!error)
		error = strict_commit(inode->i_sb);
	if (error)
		return error;
	return blkdev_issue_flush(inode->i_sb->s_bdev, GFP_KERNEL, NULL);
}

const struct file_operations strict_file_operations = {
	.read_iter	= strict_read_iter,
	.write_iter	= strict_write_iter,
	.mmap		= strict_file_mmap,
	.fsync		= strict_fsync,
};
