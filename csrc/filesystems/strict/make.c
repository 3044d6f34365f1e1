// SPDX-License-Identifier: GPL-2.0-only
/*
 * Before a run and after it: making the filesystem that a geometry asks for,
 * and saying what became of it.
 *
 * This is the machine's side of the filesystem: it runs between runs, on the
 * main stack, passes no injection point and leaves no event.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "strict.h"
#include "core/outcome.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/slab.h"
#include "storage/device.h"
#include "storage/pmem.h"

uintptr_t strict_here(void)
{
	return CALLER;
}

static void take_blocks(struct strict_sb_info *sbi, u32 device_block, u32 count)
{
	u32 block;

	for (block = device_block; block < device_block + count; block++)
		sbi->bitmap[block / 64] |= 1ull << block % 64;
	sbi->free_blocks -= count;
}

/* The bytes of an extent that lie inside the file; the rest stays zero. */
static void fill_extent(const struct strict_extent *extent, u8 fill, u64 size)
{
	u64 start = (u64)extent->block << STRICT_BLOCK_SHIFT;
	u64 bytes = (u64)extent->count << STRICT_BLOCK_SHIFT;

	if (!fill || size <= start)
		return;
	device_fill(extent->device_block, fill,
		    min_t(u64, bytes, size - start));
}

/* One extent of the geometry. @next: the first device block not yet used. */
static const char *lay_out(struct inode *inode, const struct fl_extent *wanted,
			   u64 size, u32 *next)
{
	struct strict_inode_info *si = STRICT_I(inode);
	struct strict_sb_info *sbi = STRICT_SB(inode->i_sb);
	struct strict_extent extent = {
		.block		= wanted->block,
		.count		= wanted->count,
		.unwritten	= !!(wanted->flags & FL_EXTENT_UNWRITTEN),
	};
	u32 at = *next;

	if (wanted->flags & FL_EXTENT_PMD_ALIGNED)
		at = round_up(at, (u32)STRICT_PMD_BLOCKS);
	if (!extent.count || extent.count > sbi->blocks ||
	    at > sbi->blocks - extent.count)
		return "the extents do not fit on the device";
	if (extent.block > U32_MAX / 2)
		return "an extent is out of reach";
	if (si->nr_extents) {
		struct strict_extent *last = &si->extents[si->nr_extents - 1];

		if (last->block + last->count > extent.block)
			return "the extents overlap or are out of order";
	}
	extent.device_block = at;
	take_blocks(sbi, at, extent.count);
	strict_add_extent(inode, extent);
	/* What an unwritten one holds nobody may see. */
	fill_extent(&extent, wanted->fill, size);
	if (wanted->flags & FL_EXTENT_BAD)
		pmem_mark_bad(at, extent.count);
	*next = at + extent.count;
	return NULL;
}

const char *strict_make(struct super_block *sb, struct inode *inode,
			const struct fl_geometry *geometry)
{
	struct strict_sb_info *sbi = arena_take(sizeof(*sbi), 8);
	struct strict_inode_info *si = arena_take(sizeof(*si), 8);
	u32 next = STRICT_FIRST_BLOCK, i;
	const char *refused;

	if (geometry->device_blocks <= STRICT_FIRST_BLOCK ||
	    geometry->device_blocks > STRICT_DEVICE_MAX)
		return "the device has a size that the filesystem cannot use";
	if (geometry->nr_extents > FL_EXTENTS_MAX)
		return "too many extents";

	sbi->blocks = geometry->device_blocks;
	sbi->free_blocks = geometry->device_blocks;
	sbi->truncate_lock =
		geometry->flags & FL_GEOMETRY_STRICT_TRUNCATE_LOCK;
	sbi->open_faults = geometry->flags & FL_GEOMETRY_STRICT_OPEN_FAULTS;
	sbi->always_copies =
		geometry->flags & FL_GEOMETRY_STRICT_ALWAYS_COPIES;
	sbi->lies = geometry->flags & FL_GEOMETRY_STRICT_NONSENSE;
	take_blocks(sbi, 0, STRICT_FIRST_BLOCK);
	sb->s_fs_info = sbi;

	mutex_init(&si->extent_lock);
	init_rwsem(&si->i_mmap_sem);
	inode->i_private = si;
	inode->i_size = geometry->size;
	inode->i_fop = &strict_file_operations;
	inode->i_mapping->a_ops = &strict_aops;

	for (i = 0; i < geometry->nr_extents; i++) {
		refused = lay_out(inode, &geometry->extents[i], geometry->size,
				  &next);
		if (refused)
			return refused;
	}
	return NULL;
}

/* Bits of a word from @bit on, @count of them. */
static u64 word_bits(u32 bit, u32 count)
{
	return (~0ull >> (64 - count)) << bit;
}

static void mark_blocks(u64 *words, u32 first, u32 count)
{
	while (count) {
		u32 bit = first % 64, some = min(count, 64 - bit);

		words[first / 64] |= word_bits(bit, some);
		first += some;
		count -= some;
	}
}

static bool marked(const u64 *words, u32 block)
{
	return words[block / 64] >> block % 64 & 1;
}

/* Whether all of the blocks are marked in @in, and none of them in @out. */
static bool all_marked(const u64 *in, const u64 *out, u32 first, u32 count)
{
	while (count) {
		u32 bit = first % 64, some = min(count, 64 - bit);
		u64 bits = word_bits(bit, some);

		if ((in[first / 64] & bits) != bits || (out[first / 64] & bits))
			return false;
		first += some;
		count -= some;
	}
	return true;
}

/* What another file has, too, this one can have twice. */
static void flag_blocks(struct fl_block *blocks, u32 count,
			const struct strict_sb_info *sbi, const u64 *seen)
{
	for (u32 i = 0; i < count; i++) {
		if (!marked(sbi->bitmap, blocks[i].device_block))
			blocks[i].flags |= FL_BLOCK_NOT_IN_BITMAP;
		if (marked(seen, blocks[i].device_block) &&
		    !marked(sbi->others, blocks[i].device_block))
			blocks[i].flags |= FL_BLOCK_TWICE;
	}
}

/*
 * An extent of which everything is as it should be is one look at each word of
 * the bitmap: there are extents of 2 MiB in thousands of runs.
 */
u32 strict_list_blocks(struct inode *inode, struct fl_block *blocks, u32 max)
{
	const struct strict_inode_info *si = STRICT_I(inode);
	const struct strict_sb_info *sbi = STRICT_SB(inode->i_sb);
	u64 seen[STRICT_DEVICE_MAX / 64] = { 0 };
	u32 listed = 0, at, i;

	for (at = 0; at < si->nr_extents; at++) {
		const struct strict_extent *extent = &si->extents[at];
		bool sound = all_marked(sbi->bitmap, seen, extent->device_block,
					extent->count);
		u32 flags = extent->unwritten ? FL_BLOCK_UNWRITTEN : 0;

		for (i = 0; i < extent->count && listed < max; i++, listed++)
			blocks[listed] = (struct fl_block) {
				.file_block	= extent->block + i,
				.device_block	= extent->device_block + i,
				.flags		= flags,
			};
		if (!sound)
			flag_blocks(&blocks[listed - i], i, sbi, seen);
		listed += extent->count - i;
		mark_blocks(seen, extent->device_block, extent->count);
	}
	return listed;
}

/* A run of blocks is one leak, of as many bytes. */
static void note_lost_blocks(u32 first, u32 behind)
{
	if (first < behind)
		leak_add(FL_LEAK_BLOCK, FL_OBJECT(FL_OBJECT_DEVICE, first),
			 (u64)(behind - first) * STRICT_BLOCK_SIZE, 0, "block");
}

/* Blocks that are marked as in use and belong to nothing. */
static void find_lost_blocks(struct inode *inode)
{
	const struct strict_inode_info *si = STRICT_I(inode);
	const struct strict_sb_info *sbi = STRICT_SB(inode->i_sb);
	u64 owned[STRICT_DEVICE_MAX / 64] = {
		(1ull << STRICT_FIRST_BLOCK) - 1
	};
	u32 word, at, first = 0, behind = 0;

	for (at = 0; at < si->nr_extents; at++)
		mark_blocks(owned, si->extents[at].device_block,
			    si->extents[at].count);
	for (word = 0; word < STRICT_DEVICE_MAX / 64; word++) {
		u64 lost = sbi->bitmap[word] & ~owned[word] &
			   ~sbi->others[word];

		for (; lost; lost &= lost - 1) {
			u32 block = word * 64 + __builtin_ctzll(lost);

			if (block != behind) {
				note_lost_blocks(first, behind);
				first = block;
			}
			behind = block + 1;
		}
	}
	note_lost_blocks(first, behind);
}

void strict_find_leaks(struct inode *inode)
{
	const struct strict_handle *handle =
		STRICT_SB(inode->i_sb)->handles;

	/* A handle that is out is one leak, not another one of its memory. */
	for (; handle; handle = handle->next) {
		slab_vouch(handle);
		leak_add(FL_LEAK_RESERVATION, slab_object(handle),
			 handle->length, handle->site, "reservation");
	}
	find_lost_blocks(inode);
	strict_check_others(inode->i_sb);
}

/* What only the other file has is as good as free: this file does not pay. */
static u32 only_others(const struct strict_sb_info *sbi)
{
	const struct strict_inode_info *si = STRICT_I(world_inode());
	u64 owned[STRICT_DEVICE_MAX / 64] = { 0 };
	u32 count = 0, word, at;

	for (at = 0; at < si->nr_extents; at++)
		mark_blocks(owned, si->extents[at].device_block,
			    si->extents[at].count);
	for (word = 0; word < DIV_ROUND_UP(sbi->blocks, 64); word++)
		count += __builtin_popcountll(sbi->others[word] & ~owned[word]);
	return count;
}

u32 strict_free_blocks(struct super_block *sb)
{
	const struct strict_sb_info *sbi = STRICT_SB(sb);
	u32 in_use = 0, word;

	/* Bits behind the end of the device are clear. */
	for (word = 0; word < DIV_ROUND_UP(sbi->blocks, 64); word++)
		in_use += __builtin_popcountll(sbi->bitmap[word]);
	if (sbi->has_shared)
		in_use -= only_others(sbi);
	return sbi->blocks - in_use;
}
