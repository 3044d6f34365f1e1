// SPDX-License-Identifier: GPL-2.0-only
/*
 * The extents of a file: a sorted array, changed by cutting at the two ends of
 * a range, working on whole extents, and joining what became contiguous.
 *
 * Every caller holds the extent lock. Extents that touch in the file and on the
 * device and are in the same state are one extent, so that a run of single
 * allocations ends up as what one large allocation would have been.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/string.h>
#include "strict.h"
#include "core/outcome.h"

static u32 extent_end(const struct strict_extent *extent)
{
	return extent->block + extent->count;
}

/* The first extent that ends behind @block. */
static u32 first_behind(const struct strict_inode_info *si, u32 block)
{
	u32 low = 0, high = si->nr_extents;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (extent_end(&si->extents[middle]) <= block)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void make_room(struct strict_inode_info *si, u32 at)
{
	if (si->nr_extents == STRICT_EXTENTS_MAX)
		run_end(FL_END_LIMIT, CALLER, "strict: more than %u extents",
			STRICT_EXTENTS_MAX);
	memmove(&si->extents[at + 1], &si->extents[at],
		(si->nr_extents - at) * sizeof(si->extents[0]));
	si->nr_extents++;
}

/* Cuts the extent that spans @block in two; nothing if none does. */
static void cut_at(struct strict_inode_info *si, u32 block)
{
	u32 at = first_behind(si, block);
	struct strict_extent *left = &si->extents[at];
	u32 kept;

	if (at == si->nr_extents || left->block >= block)
		return;
	make_room(si, at);
	kept = block - left->block;
	left[1].block = block;
	left[1].count -= kept;
	left[1].device_block += kept;
	left->count = kept;
}

static bool can_join(const struct strict_extent *left,
		     const struct strict_extent *right)
{
	return extent_end(left) == right->block &&
	       left->device_block + left->count == right->device_block &&
	       left->unwritten == right->unwritten &&
	       left->shared == right->shared;
}

static void join_all(struct strict_inode_info *si)
{
	u32 from, to = 0;

	for (from = 1; from < si->nr_extents; from++) {
		if (can_join(&si->extents[to], &si->extents[from]))
			si->extents[to].count += si->extents[from].count;
		else
			si->extents[++to] = si->extents[from];
	}
	if (si->nr_extents)
		si->nr_extents = to + 1;
}

/**
 * strict_find_extent - the extent that holds a file block
 * @inode: the file
 * @block: file block
 *
 * Return: the extent, valid until the next change, or NULL in a hole.
 */
const struct strict_extent *strict_find_extent(const struct inode *inode,
					       u32 block)
{
	const struct strict_inode_info *si = STRICT_I(inode);
	u32 at = first_behind(si, block);

	if (at == si->nr_extents || si->extents[at].block > block)
		return NULL;
	return &si->extents[at];
}

/**
 * strict_next_extent - where a hole ends
 * @inode: the file
 * @block: file block in a hole
 *
 * Return: the first block of the extent behind the hole, or U32_MAX.
 */
u32 strict_next_extent(const struct inode *inode, u32 block)
{
	const struct strict_inode_info *si = STRICT_I(inode);
	u32 at = first_behind(si, block);

	return at == si->nr_extents ? U32_MAX : si->extents[at].block;
}

/**
 * strict_add_extent - give a hole blocks
 * @inode:  the file
 * @extent: lies in a hole as a whole; its device blocks are allocated
 */
void strict_add_extent(struct inode *inode, struct strict_extent extent)
{
	struct strict_inode_info *si = STRICT_I(inode);
	u32 at = first_behind(si, extent.block);

	make_room(si, at);
	si->extents[at] = extent;
	inode->i_blocks += (blkcnt_t)extent.count << (STRICT_BLOCK_SHIFT - 9);
	join_all(si);
}

/**
 * strict_remove_blocks - make a hole, and free what was in it
 * @inode: the file
 * @block: first file block
 * @end:   first one behind, U32_MAX for all
 */
void strict_remove_blocks(struct inode *inode, u32 block, u32 end)
{
	struct strict_inode_info *si = STRICT_I(inode);
	u32 first, last;

	if (block >= end)
		return;
	cut_at(si, block);
	cut_at(si, end);
	first = first_behind(si, block);
	for (last = first; last < si->nr_extents; last++) {
		struct strict_extent *extent = &si->extents[last];

		if (extent->block >= end)
			break;
		if (!extent->shared)
			strict_free(inode->i_sb, extent->device_block,
				    extent->count);
		inode->i_blocks -= (blkcnt_t)extent->count <<
				   (STRICT_BLOCK_SHIFT - 9);
	}
	memmove(&si->extents[first], &si->extents[last],
		(si->nr_extents - last) * sizeof(si->extents[0]));
	si->nr_extents -= last - first;
}

/**
 * strict_mark_blocks - change the state of allocated blocks
 * @inode: the file
 * @block: first file block
 * @end:   first one behind
 * @mark:  what they are from now on
 */
void strict_mark_blocks(struct inode *inode, u32 block, u32 end,
			enum strict_mark mark)
{
	struct strict_inode_info *si = STRICT_I(inode);
	u32 at;

	if (block >= end)
		return;
	cut_at(si, block);
	cut_at(si, end);
	for (at = first_behind(si, block); at < si->nr_extents; at++) {
		struct strict_extent *extent = &si->extents[at];

		if (extent->block >= end)
			break;
		if (mark == STRICT_SHARED)
			extent->shared = !extent->unwritten;
		else
			extent->unwritten = mark == STRICT_UNWRITTEN;
	}
	join_all(si);
}

/**
 * strict_move_extents - close the hole in front of a block
 * @inode: the file
 * @block: first block that moves, and all behind it
 * @by:	   by so many blocks to the front; those are a hole
 *
 * A crash that loses the move would lose where they are, too.
 */
void strict_move_extents(struct inode *inode, u32 block, u32 by)
{
	struct strict_inode_info *si = STRICT_I(inode);
	u32 at;

	cut_at(si, block);
	for (at = first_behind(si, block); at < si->nr_extents; at++) {
		si->extents[at].block -= by;
		strict_note_change(inode->i_sb, si->extents[at].device_block,
				   si->extents[at].count);
	}
	join_all(si);
}

/**
 * strict_replace_blocks - have blocks of a file somewhere else
 * @inode:	  the file
 * @block:	  first file block
 * @count:	  how many
 * @device_block: allocated; where the first one is from now on
 *
 * Those that it had are freed, unless another file has them, too.
 */
void strict_replace_blocks(struct inode *inode, u32 block, u32 count,
			   u32 device_block)
{
	strict_remove_blocks(inode, block, block + count);
	strict_add_extent(inode, (struct strict_extent){
		.block = block,
		.count = count,
		.device_block = device_block,
	});
}
