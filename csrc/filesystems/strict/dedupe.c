// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ranges of the file that hold the same bytes get the same blocks.
 *
 * Whether they do is for fs/dax.c to say, by way of begin and end of both. What
 * it says is believed: if it is wrong, bytes of the file are lost. The blocks
 * are then the other file's, too, as if it had been asked about the same bytes,
 * so that nobody changes or frees them from then on.
 */
#include <linux/kernel.h>
#include <linux/errno.h>
#include "handle.h"
#include "interface.h"

#if HAVE_DAX_REMAP
#include "fs/world.h"

static bool is_zero(const struct strict_extent *extent)
{
	return !extent || extent->unwritten;
}

/*
 * File block @to gets what @from has: nothing if that reads as zeroes, unless it
 * does so already.
 */
static void remap(struct inode *inode, u32 from, u32 to)
{
	const struct strict_extent *extent = strict_find_extent(inode, from);
	struct strict_extent copy;

	if (is_zero(extent)) {
		if (!is_zero(strict_find_extent(inode, to)))
			strict_remove_blocks(inode, to, to + 1);
		return;
	}
	copy = (struct strict_extent){
		.block		= to,
		.count		= 1,
		.device_block	= extent->device_block + from - extent->block,
		.shared		= true,
	};
	strict_remove_blocks(inode, to, to + 1);
	strict_add_extent(inode, copy);
	strict_note_change(inode->i_sb, copy.device_block, 1);
}

static void make_one(struct strict_handle *handle, u32 from, u32 to, u32 count)
{
	struct inode *inode = handle->inode;

	truncate_pagecache_range(inode, (loff_t)to << STRICT_BLOCK_SHIFT,
				 ((loff_t)(to + count) << STRICT_BLOCK_SHIFT) -
				 1);
	strict_lock_extents(handle);
	strict_share(inode, from, from + count);
	for (; count; count--)
		remap(inode, from++, to++);
	strict_unlock_extents(handle);
}

/* How many bytes are equal, or an error, or what fs/dax.c says besides. */
static loff_t compare(struct inode *inode, loff_t pos, loff_t length)
{
	struct file *file = world_file();
	int ret;

	strict_compares(inode, true);
	ret = dax_remap_file_range_prep(file, pos, file, pos + length, &length,
					REMAP_FILE_DEDUP, &strict_iomap_ops);
	strict_compares(inode, false);
	return ret ? ret : length;
}

/**
 * strict_dedupe - FIDEDUPERANGE of two ranges, one right behind the other
 * @inode:  the file; the caller holds i_rwsem
 * @pos:    first byte of the first one
 * @length: bytes of each
 *
 * Return: how many bytes are equal, -EBADE if they are not, or another negative
 * errno; nothing is changed then.
 */
loff_t strict_dedupe(struct inode *inode, loff_t pos, loff_t length)
{
	struct strict_inode_info *si = STRICT_I(inode);
	struct strict_handle *handle = strict_reserve(inode);
	loff_t equal;

	if (IS_ERR(handle))
		return PTR_ERR(handle);
	down_write(&si->i_mmap_sem);
	equal = strict_break_layout(inode);
	if (!equal)
		equal = compare(inode, pos, length);
	if (equal > 0)
		make_one(handle, pos >> STRICT_BLOCK_SHIFT,
			 (pos + length) >> STRICT_BLOCK_SHIFT,
			 equal >> STRICT_BLOCK_SHIFT);
	up_write(&si->i_mmap_sem);
	strict_unreserve(handle);
	return equal;
}

#else

loff_t strict_dedupe(struct inode *inode, loff_t pos, loff_t length)
{
	return -EOPNOTSUPP;
}

#endif
