// SPDX-License-Identifier: GPL-2.0-only
/*
 * Truncation: the end of the file moves, and what lies behind it goes.
 *
 * Everything that can fail comes before i_size changes, so a truncate that
 * fails has changed nothing but bytes that nobody can read. Faults are kept out
 * by i_mmap_sem from the first look at the old end to the last freed block.
 */
#include <linux/kernel.h>
#include <linux/errno.h>
#include "handle.h"
#include "interface.h"

/* What lies behind the new end in its own block must read as zeroes if the file
 * grows again. Holes and unwritten extents do so already. */
#if HAVE_DAX_ZERO_RANGE
static int zero_tail(struct strict_handle *handle, loff_t newsize)
{
	return dax_truncate_page(handle->inode, newsize, NULL,
				 &strict_iomap_ops);
}
#elif HAVE_DAX_DEVICE
static int zero_tail(struct strict_handle *handle, loff_t newsize)
{
	u32 from = newsize & (STRICT_BLOCK_SIZE - 1);

	return from ? strict_zero_range(handle->inode, newsize,
					STRICT_BLOCK_SIZE - from, NULL) : 0;
}
#else
static int zero_tail(struct strict_handle *handle, loff_t newsize)
{
	struct inode *inode = handle->inode;
	u32 block = newsize >> STRICT_BLOCK_SHIFT;
	u32 from = newsize & (STRICT_BLOCK_SIZE - 1);
	const struct strict_extent *extent;
	int error = 0;

	if (!from)
		return 0;
	strict_lock_extents(handle);
	extent = strict_find_extent(inode, block);
	if (extent && !extent->unwritten)
		error = __dax_zero_page_range(
			inode->i_sb->s_bdev,
			strict_sector(extent->device_block + block -
				      extent->block),
			from, STRICT_BLOCK_SIZE - from);
	strict_unlock_extents(handle);
	return error;
}
#endif

/*
 * Page cache removal waits for locked entries, whose holders may be about to
 * take the extent lock: it has to come before, and with truncate_lock it does
 * not.
 */
static void cut_off(struct strict_handle *handle, loff_t newsize)
{
	struct inode *inode = handle->inode;
	bool inside = STRICT_SB(inode->i_sb)->truncate_lock;

	if (!inside)
		truncate_setsize(inode, newsize);
	strict_lock_extents(handle);
	if (inside)
		truncate_setsize(inode, newsize);
	strict_remove_blocks(inode, DIV_ROUND_UP(newsize, STRICT_BLOCK_SIZE),
			     U32_MAX);
	strict_unlock_extents(handle);
}

/*
 * With truncate_lock what is going to lie behind the end is dropped ahead, with
 * nothing but the extent lock to keep faults out, as a filesystem does that
 * trusts its own lock. Page cache removal then waits for an entry whose holder
 * waits for the extent lock, unless the fault takes the two in this order too.
 */
static void drop_ahead(struct strict_handle *handle, loff_t newsize)
{
	struct inode *inode = handle->inode;

	if (!STRICT_SB(inode->i_sb)->truncate_lock)
		return;
	strict_lock_extents(handle);
#if HAVE_DAX_BREAK_LAYOUT
	/* Pages that somebody pins stay: strict_setsize() waits for them. */
	(void)!dax_break_layout(inode, PAGE_ALIGN(newsize), LLONG_MAX, NULL);
#else
	truncate_pagecache(inode, newsize);
#endif
	strict_unlock_extents(handle);
}

/**
 * strict_setsize - change the size of a file
 * @inode:   the file; the caller holds i_rwsem
 * @newsize: in bytes
 *
 * Return: 0, or -ENOMEM or the device's error with the size unchanged.
 */
int strict_setsize(struct inode *inode, loff_t newsize)
{
	struct strict_inode_info *si = STRICT_I(inode);
	struct strict_handle *handle = strict_reserve(inode);
	int error;

	if (IS_ERR(handle))
		return PTR_ERR(handle);
	drop_ahead(handle, newsize);
	down_write(&si->i_mmap_sem);
	error = strict_break_layout(inode);
	if (!error)
		error = zero_tail(handle, newsize);
	if (!error) {
		cut_off(handle, newsize);
		strict_mark_times(inode);
	}
	up_write(&si->i_mmap_sem);
	strict_unreserve(handle);
	return error;
}
