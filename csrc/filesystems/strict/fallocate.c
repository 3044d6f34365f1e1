// SPDX-License-Identifier: GPL-2.0-only
/*
 * fallocate(): ranges of a file become zeroes, or a hole, or are taken out.
 *
 * The locks are those of truncation: whoever could fault is kept out, and what
 * is pinned is waited for, before a byte or a block changes. i_size stays, but
 * for what is taken out.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include "handle.h"
#include "interface.h"

#if HAVE_DAX_DEVICE

static bool has_data(struct inode *inode, loff_t pos, loff_t end)
{
	u32 behind = DIV_ROUND_UP(end, STRICT_BLOCK_SIZE);

	for (u32 block = pos >> STRICT_BLOCK_SHIFT; block < behind; block++) {
		const struct strict_extent *extent =
			strict_find_extent(inode, block);

		if (extent && !extent->unwritten)
			return true;
	}
	return false;
}

/*
 * Bytes [@pos, @end), all inside the file. Who asks is told whether there was
 * anything to zero.
 */
static int zero(struct inode *inode, loff_t pos, loff_t end)
{
	bool had_data, did_zero = false;
	int error;

	if (pos >= end)
		return 0;
	had_data = has_data(inode, pos, end);
	error = strict_zero_range(inode, pos, end - pos, &did_zero);
	WARN(!error && did_zero != had_data,
	     "strict: zeroing of %s says that there was %s to zero\n",
	     had_data ? "data" : "holes", did_zero ? "something" : "nothing");
	return error;
}

static loff_t change_range(struct inode *inode, loff_t pos, loff_t length,
			   int (*change)(struct inode *inode, loff_t pos,
					 loff_t end))
{
	struct strict_inode_info *si = STRICT_I(inode);
	loff_t end = min_t(loff_t, pos + length, i_size_read(inode));
	int error;

	if (pos >= end)
		return 0;
	down_write(&si->i_mmap_sem);
	error = strict_break_layout(inode);
	if (!error) {
		strict_mark_times(inode);
		error = change(inode, pos, end);
	}
	up_write(&si->i_mmap_sem);
	return error;
}

/**
 * strict_zero - FALLOC_FL_ZERO_RANGE
 * @inode:  the file; the caller holds i_rwsem
 * @pos:    first byte
 * @length: bytes
 *
 * Return: 0 or a negative errno; some of the bytes may be zero then.
 */
loff_t strict_zero(struct inode *inode, loff_t pos, loff_t length)
{
	return change_range(inode, pos, length, zero);
}

static int punch(struct inode *inode, loff_t pos, loff_t end)
{
	loff_t first = round_up(pos, STRICT_BLOCK_SIZE);
	loff_t behind = round_down(end, STRICT_BLOCK_SIZE);
	struct strict_handle *handle;
	int error;

	/* What is behind i_size is zero, so its block can go as a whole. */
	if (end == i_size_read(inode))
		behind = round_up(end, STRICT_BLOCK_SIZE);
	if (first >= behind)
		return zero(inode, pos, end);
	handle = strict_reserve(inode);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	error = zero(inode, pos, first);
	if (!error && behind < end)
		error = zero(inode, behind, end);
	if (!error) {
		truncate_pagecache_range(inode, first, behind - 1);
		strict_lock_extents(handle);
		strict_remove_blocks(inode, first >> STRICT_BLOCK_SHIFT,
				     behind >> STRICT_BLOCK_SHIFT);
		strict_unlock_extents(handle);
	}
	strict_unreserve(handle);
	return error;
}

/**
 * strict_punch_hole - FALLOC_FL_PUNCH_HOLE
 * @inode:  the file; the caller holds i_rwsem
 * @pos:    first byte
 * @length: bytes
 *
 * Return: 0 or a negative errno; some of the bytes may be zero then.
 */
loff_t strict_punch_hole(struct inode *inode, loff_t pos, loff_t length)
{
	return change_range(inode, pos, length, punch);
}

/*
 * All that moves is written back before it loses its entries, which say where
 * it was and would never be found dirty again.
 */
static int collapse(struct inode *inode, loff_t pos, loff_t end)
{
	u32 first = pos >> STRICT_BLOCK_SHIFT;
	u32 behind = end >> STRICT_BLOCK_SHIFT;
	struct strict_handle *handle = strict_reserve(inode);
	int error;

	if (IS_ERR(handle))
		return PTR_ERR(handle);
	error = filemap_write_and_wait_range(inode->i_mapping, pos, LLONG_MAX);
	if (!error) {
		truncate_pagecache(inode, pos);
		strict_lock_extents(handle);
		strict_remove_blocks(inode, first, behind);
		strict_move_extents(inode, behind, behind - first);
		i_size_write(inode, i_size_read(inode) - (end - pos));
		strict_unlock_extents(handle);
		mark_inode_dirty(inode);
	}
	strict_unreserve(handle);
	return error;
}

/**
 * strict_collapse - FALLOC_FL_COLLAPSE_RANGE
 * @inode:  the file; the caller holds i_rwsem
 * @pos:    first byte, of a block
 * @length: bytes, of whole blocks; the file does not end in them
 *
 * Return: 0, or a negative errno with nothing changed.
 */
loff_t strict_collapse(struct inode *inode, loff_t pos, loff_t length)
{
	if ((pos | length) % STRICT_BLOCK_SIZE || !length ||
	    pos + length >= i_size_read(inode))
		return -EINVAL;
	return change_range(inode, pos, length, collapse);
}

#else

loff_t strict_zero(struct inode *inode, loff_t pos, loff_t length)
{
	return -EOPNOTSUPP;
}

loff_t strict_punch_hole(struct inode *inode, loff_t pos, loff_t length)
{
	return -EOPNOTSUPP;
}

loff_t strict_collapse(struct inode *inode, loff_t pos, loff_t length)
{
	return -EOPNOTSUPP;
}

#endif
