// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks that files share: unsharing them ahead of a change, and finding out
 * whether two ranges could be shared.
 *
 * How a copy is made on the way of a change is in iomap.c. That two ranges are
 * made one is left out: what fs/dax.c has to do with that is the comparison.
 */
#include <linux/kernel.h>
#include <linux/errno.h>
#include "interface.h"
#include "fs/world.h"

/**
 * strict_unshare - FALLOC_FL_UNSHARE_RANGE
 * @inode:  the file; the caller holds i_rwsem
 * @pos:    first byte
 * @length: bytes
 *
 * Return: 0, or a negative errno with a part of it done.
 */
int strict_unshare(struct inode *inode, loff_t pos, loff_t length)
{
#if HAVE_DAX_UNSHARE
	struct strict_inode_info *si = STRICT_I(inode);
	int error;

	down_write(&si->i_mmap_sem);
	error = dax_file_unshare(inode, pos, length, &strict_iomap_ops);
	up_write(&si->i_mmap_sem);
	return error;
#else
	return -EOPNOTSUPP;
#endif
}

/**
 * strict_dedupe - FIDEDUPERANGE of a range and the one behind it
 * @inode:  the file; the caller holds i_rwsem
 * @pos:    first byte of the first one
 * @length: of each
 *
 * Return: 0 if they are equal, -EBADE if not, or another errno.
 */
int strict_dedupe(struct inode *inode, loff_t pos, loff_t length)
{
#if HAVE_DAX_REMAP
	struct strict_inode_info *si = STRICT_I(inode);
	struct file *file = world_file();
	loff_t bytes = length;
	int error;

	down_write(&si->i_mmap_sem);
	error = dax_remap_file_range_prep(file, pos, file, pos + length, &bytes,
					  REMAP_FILE_DEDUP, &strict_iomap_ops);
	up_write(&si->i_mmap_sem);
	return error;
#else
	return -EOPNOTSUPP;
#endif
}
