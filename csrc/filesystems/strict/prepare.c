// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storage that a write can go to, and what becomes of it in the end: a hole is
 * allocated and zeroed, an unwritten extent is zeroed and marked written, and of
 * blocks that another file has, too, a copy is allocated. Nobody zeroes that.
 *
 * What must hold: until end says that it was written, all of this can be undone;
 * and blocks that the file had before are changed by neither.
 */
#include <linux/kernel.h>
#include <linux/blkdev.h>
#include <linux/errno.h>
#include "interface.h"
#include "storage/device.h"

/* What a block held that nobody has cleared. */
#define OLD_BYTES	0x99

static void set_new(struct strict_handle *handle, u32 block, u32 count,
		    bool converted)
{
	handle->new_block = block;
	handle->new_count = count;
	handle->converted = converted;
}

/*
 * Zeroed before they are linked: once they are, a read through an older mapping
 * of the hole could race with the zeroing.
 */
static int allocate_hole(struct strict_handle *handle, u32 block, u32 count)
{
	struct inode *inode = handle->inode;
	struct strict_extent extent = { .block = block };
	bool pmd;
	int got, error;

	count = min(count, strict_next_extent(inode, block) - block);
	pmd = count >= STRICT_PMD_BLOCKS && block % STRICT_PMD_BLOCKS == 0;
	got = strict_allocate(inode->i_sb, count, pmd, &extent.device_block);
	if (got < 0)
		return got;
	extent.count = got;
	error = sb_issue_zeroout(inode->i_sb, extent.device_block, extent.count,
				 GFP_NOFS);
	if (error) {
		strict_free(inode->i_sb, extent.device_block, extent.count);
		return error;
	}
	strict_add_extent(inode, extent);
	strict_note_change(inode->i_sb, extent.device_block, extent.count);
	set_new(handle, block, extent.count, false);
	return 0;
}

static int convert_unwritten(struct strict_handle *handle,
			     const struct strict_extent *extent, u32 block,
			     u32 count)
{
	struct inode *inode = handle->inode;
	u32 skipped = block - extent->block;
	u32 at = extent->device_block + skipped;
	int error;

	count = min(count, extent->count - skipped);
	error = sb_issue_zeroout(inode->i_sb, at, count, GFP_NOFS);
	if (error)
		return error;
	strict_mark_blocks(inode, block, block + count, STRICT_WRITTEN);
	strict_note_change(inode->i_sb, at, count);
	set_new(handle, block, count, true);
	return 0;
}

/* How many of @count blocks from @block on are written, and another file's, too. */
static u32 count_shared(const struct inode *inode, u32 block, u32 count)
{
	const struct strict_extent *extent;
	u32 at = block;

	while (at < block + count) {
		extent = strict_find_extent(inode, at);
		if (!extent || !extent->shared || extent->unwritten)
			break;
		at = extent->block + extent->count;
	}
	return min(at - block, count);
}

/* How many of @count blocks from @block on are in one extent, or in one hole. */
static u32 count_alike(const struct inode *inode, u32 block, u32 count)
{
	const struct strict_extent *extent = strict_find_extent(inode, block);
	u32 end = extent ? extent->block + extent->count :
			   strict_next_extent(inode, block);

	return min(count, end - block);
}

/*
 * Blocks that another file has, too, are changed in a copy. Until end says that
 * it was written the file keeps what it has. One copy can be of several extents.
 */
static int allocate_copy(struct strict_handle *handle, u32 block, u32 count)
{
	bool pmd;
	u32 at;
	int got;

	count = strict_always_copies(handle->inode) ?
			count_alike(handle->inode, block, count) :
			count_shared(handle->inode, block, count);
	pmd = count >= STRICT_PMD_BLOCKS && block % STRICT_PMD_BLOCKS == 0;
	got = strict_allocate(handle->inode->i_sb, count, pmd, &at);
	if (got < 0)
		return got;
	if (strict_always_copies(handle->inode))
		device_fill(at, OLD_BYTES, (u64)got << STRICT_BLOCK_SHIFT);
	set_new(handle, block, got, false);
	handle->copy = at;
	return 0;
}

/* Whether its first block has storage that can be written as it is. */
static bool is_ready(const struct inode *inode, u32 block)
{
	const struct strict_extent *extent = strict_find_extent(inode, block);

	return extent && !extent->unwritten && !extent->shared;
}

/**
 * strict_prepare_write - give the start of a range storage that can be written
 * @handle: of a begin; it learns of what is new
 * @block:  first file block
 * @end:    first one behind; storage need not reach that far
 *
 * Return: 0, or a negative errno with nothing changed: -EAGAIN if getting the
 * storage could mean to wait, and begin may not.
 */
int strict_prepare_write(struct strict_handle *handle, u32 block, u32 end)
{
	const struct strict_extent *extent =
		strict_find_extent(handle->inode, block);

	if (handle->flags & STRICT_NOWAIT && !is_ready(handle->inode, block))
		return -EAGAIN;
	if (strict_always_copies(handle->inode))
		return allocate_copy(handle, block, end - block);
	if (!extent)
		return allocate_hole(handle, block, end - block);
	if (extent->shared && !extent->unwritten)
		return allocate_copy(handle, block, end - block);
	if (extent->unwritten)
		return convert_unwritten(handle, extent, block, end - block);
	return 0;
}

/* The file has its own blocks before @from now; the rest is not needed. */
static void settle_copy(struct strict_handle *handle, u32 from)
{
	struct super_block *sb = handle->inode->i_sb;
	u32 end = handle->new_block + handle->new_count;
	u32 kept = min(from, end) - handle->new_block;

	if (kept) {
		strict_replace_blocks(handle->inode, handle->new_block, kept,
				      handle->copy);
		strict_note_change(sb, handle->copy, kept);
	}
	if (kept < handle->new_count)
		strict_free(sb, handle->copy + kept, handle->new_count - kept);
}

/**
 * strict_roll_back - end what strict_prepare_write() began
 * @handle: with new blocks
 * @keep:   first file block that was not written: from there on all is as it was
 */
void strict_roll_back(struct strict_handle *handle, u32 keep)
{
	u32 end = handle->new_block + handle->new_count;
	u32 from = max(handle->new_block, keep);

	if (handle->copy)
		settle_copy(handle, from);
	else if (handle->converted)
		strict_mark_blocks(handle->inode, from, end, STRICT_UNWRITTEN);
	else
		strict_remove_blocks(handle->inode, from, end);
}
