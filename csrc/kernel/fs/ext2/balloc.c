// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks: which are free, taking some, giving them back.
 *
 * A set bit of a group's bitmap is a block in use. The bit decides: whoever
 * sets it owns the block, and the counts in the group descriptor and the super
 * block follow it. Each block is charged to the inode before it is looked for,
 * and what was charged and not found is returned.
 *
 * Left out: reservation windows. A file's blocks are kept together by the goal
 * alone, as before those windows came to be.
 */
#include <linux/kernel.h>
#include <linux/bitops.h>
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/quotaops.h>
#include "ext2.h"

/* Guards the group's bitmap bits and the counts in its descriptor. */
static spinlock_t *sb_bgl_lock(struct ext2_sb_info *sbi, unsigned int group)
{
	return bgl_lock_ptr(sbi->s_blockgroup_lock, group);
}

/**
 * ext2_get_group_desc - the descriptor of a block group
 * @sb:		 the filesystem
 * @block_group: which
 * @bh:		 if not NULL, is given the buffer that the descriptor is in; it
 *		 belongs to the filesystem and is not to be released
 *
 * Return: the descriptor, or NULL if there is none such.
 */
struct ext2_group_desc *ext2_get_group_desc(struct super_block *sb,
					    unsigned int block_group,
					    struct buffer_head **bh)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	unsigned long table = block_group >> sbi->s_desc_per_block_bits;
	struct ext2_group_desc *descs;

	if (block_group >= sbi->s_groups_count || !sbi->s_group_desc[table]) {
		ext2_error(sb, __func__, "no descriptor of group %u of %lu",
			   block_group, sbi->s_groups_count);
		return NULL;
	}
	if (bh)
		*bh = sbi->s_group_desc[table];
	descs = (struct ext2_group_desc *)sbi->s_group_desc[table]->b_data;
	return descs + (block_group & (EXT2_DESC_PER_BLOCK(sb) - 1));
}

/* The blocks that hold a group's own bitmaps and inode table. */
static bool in_group_metadata(struct super_block *sb,
			      const struct ext2_group_desc *desc,
			      ext2_fsblk_t first, unsigned long count)
{
	ext2_fsblk_t end = first + count;
	ext2_fsblk_t block_map = le32_to_cpu(desc->bg_block_bitmap);
	ext2_fsblk_t inode_map = le32_to_cpu(desc->bg_inode_bitmap);
	ext2_fsblk_t table = le32_to_cpu(desc->bg_inode_table);

	return (block_map >= first && block_map < end) ||
	       (inode_map >= first && inode_map < end) ||
	       (first < table + EXT2_SB(sb)->s_itb_per_group && table < end);
}

/* The bitmap of a group; the caller releases it. NULL if it cannot be read. */
static struct buffer_head *read_block_bitmap(struct super_block *sb,
					     unsigned int block_group)
{
	struct ext2_group_desc *desc =
		ext2_get_group_desc(sb, block_group, NULL);
	struct buffer_head *bitmap_bh;

	if (!desc)
		return NULL;
	bitmap_bh = sb_bread(sb, le32_to_cpu(desc->bg_block_bitmap));
	if (!bitmap_bh)
		ext2_error(sb, __func__, "bitmap of group %u (%u): read error",
			   block_group, le32_to_cpu(desc->bg_block_bitmap));
	return bitmap_bh;
}

/* @count blocks of the group have become free (or, if negative, are not). */
static void group_adjust_blocks(struct super_block *sb, unsigned int group_no,
				struct ext2_group_desc *desc,
				struct buffer_head *bh, int count)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	spinlock_t *lock = sb_bgl_lock(sbi, group_no);

	if (!count)
		return;
	spin_lock(lock);
	le16_add_cpu(&desc->bg_free_blocks_count, count);
	spin_unlock(lock);
	percpu_counter_add(&sbi->s_freeblocks_counter, count);
	mark_buffer_dirty(bh);
}

/*
 * Frees what of the range lies in its first group; returns how many that are.
 */
static unsigned long free_in_group(struct inode *inode, unsigned long block,
				   unsigned long count, unsigned long *freed)
{
	struct super_block *sb = inode->i_sb;
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	unsigned long from_start =
		block - le32_to_cpu(sbi->s_es->s_first_data_block);
	unsigned int group = from_start / EXT2_BLOCKS_PER_GROUP(sb);
	unsigned int bit = from_start % EXT2_BLOCKS_PER_GROUP(sb);
	struct buffer_head *bitmap_bh, *desc_bh;
	struct ext2_group_desc *desc;
	unsigned long here, i;
	int cleared = 0;

	here = min(count, EXT2_BLOCKS_PER_GROUP(sb) - bit);
	bitmap_bh = read_block_bitmap(sb, group);
	if (!bitmap_bh)
		return here;
	desc = ext2_get_group_desc(sb, group, &desc_bh);
	if (!desc)
		goto out;
	if (in_group_metadata(sb, desc, block, here)) {
		ext2_error(sb, __func__,
			   "blocks %lu to %lu are in use by the filesystem",
			   block, block + here - 1);
		goto out;
	}

	for (i = 0; i < here; i++) {
		if (ext2_clear_bit_atomic(sb_bgl_lock(sbi, group), bit + i,
					  bitmap_bh->b_data))
			cleared++;
		else
			ext2_error(sb, __func__, "block %lu is free already",
				   block + i);
	}
	mark_buffer_dirty(bitmap_bh);
	if (sb->s_flags & MS_SYNCHRONOUS)
		sync_dirty_buffer(bitmap_bh);
	group_adjust_blocks(sb, group, desc, desc_bh, cleared);
	*freed += cleared;
out:
	brelse(bitmap_bh);
	return here;
}

/**
 * ext2_free_blocks - give blocks back
 * @inode: that they were charged to
 * @block: the first one
 * @count: how many
 *
 * Blocks that cannot belong to a file, or are free already, are reported and
 * left alone; they are not taken off the inode either.
 */
void ext2_free_blocks(struct inode *inode, unsigned long block,
		      unsigned long count)
{
	struct super_block *sb = inode->i_sb;
	struct ext2_super_block *es = EXT2_SB(sb)->s_es;
	unsigned long first = le32_to_cpu(es->s_first_data_block);
	unsigned long end = le32_to_cpu(es->s_blocks_count);
	unsigned long freed = 0;

	if (block < first || block >= end || count > end - block) {
		ext2_error(sb, __func__, "%lu blocks from %lu on do not exist",
			   count, block);
		return;
	}
	while (count) {
		unsigned long here = free_in_group(inode, block, count, &freed);

		block += here;
		count -= here;
	}
	if (freed) {
		dquot_free_block_nodirty(inode, freed);
		mark_inode_dirty(inode);
	}
}

/*
 * Takes up to *@count free blocks, one after the other, the first of them at
 * @bit or behind it. Returns the first one's bit, or -1. Bits may be taken by
 * others between the look and the set, so only a bit that was clear when it was
 * set is ours.
 */
static ext2_grpblk_t take_blocks(struct super_block *sb, unsigned int group,
				 struct buffer_head *bitmap_bh,
				 ext2_grpblk_t bit, unsigned long *count)
{
	spinlock_t *lock = sb_bgl_lock(EXT2_SB(sb), group);
	ext2_fsblk_t group_start = ext2_group_first_block_no(sb, group);
	ext2_fsblk_t blocks =
		le32_to_cpu(EXT2_SB(sb)->s_es->s_blocks_count);
	ext2_grpblk_t end = min_t(ext2_fsblk_t, EXT2_BLOCKS_PER_GROUP(sb),
				  blocks - group_start);
	unsigned long taken = 0;

	for (;;) {
		bit = ext2_find_next_zero_bit(bitmap_bh->b_data, end, bit);
		if (bit >= end)
			return -1;
		if (!ext2_set_bit_atomic(lock, bit, bitmap_bh->b_data))
			break;
		bit++;
	}
	for (taken = 1; taken < *count && bit + taken < end; taken++) {
		if (ext2_set_bit_atomic(lock, bit + taken, bitmap_bh->b_data))
			break;
	}
	*count = taken;
	return bit;
}

/*
 * Looks for blocks in one group. Returns how many it took, from *@block on; 0
 * if there are none, or a negative errno.
 */
static long allocate_in_group(struct super_block *sb, unsigned int group,
			      ext2_grpblk_t bit, unsigned long count,
			      ext2_fsblk_t *block)
{
	struct buffer_head *bitmap_bh, *desc_bh;
	struct ext2_group_desc *desc =
		ext2_get_group_desc(sb, group, &desc_bh);
	ext2_grpblk_t first;
	long taken = 0;

	if (!desc)
		return -EIO;
	if (!le16_to_cpu(desc->bg_free_blocks_count))
		return 0;
	bitmap_bh = read_block_bitmap(sb, group);
	if (!bitmap_bh)
		return -EIO;

	first = take_blocks(sb, group, bitmap_bh, bit, &count);
	if (first >= 0) {
		taken = count;
		*block = ext2_group_first_block_no(sb, group) + first;
		mark_buffer_dirty(bitmap_bh);
		if (sb->s_flags & MS_SYNCHRONOUS)
			sync_dirty_buffer(bitmap_bh);
		group_adjust_blocks(sb, group, desc, desc_bh, -taken);
	}
	brelse(bitmap_bh);
	return taken;
}

/**
 * ext2_new_blocks - take blocks that are next to each other
 * @inode: is charged with them
 * @goal:  where they should be, if they can
 * @count: how many are wanted; is set to how many there are, at least one
 * @errp:  is set to 0, -ENOSPC, -EDQUOT or -EIO
 *
 * The goal's group is tried behind the goal first, then the groups after it,
 * and at last the goal's group from its start.
 *
 * Return: the first block, or 0 with *@errp set.
 */
ext2_fsblk_t ext2_new_blocks(struct inode *inode, ext2_fsblk_t goal,
			     unsigned long *count, int *errp)
{
	struct super_block *sb = inode->i_sb;
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	ext2_fsblk_t first = le32_to_cpu(sbi->s_es->s_first_data_block);
	unsigned long wanted = *count, tried;
	ext2_fsblk_t block = 0;
	unsigned int group;
	ext2_grpblk_t bit;
	long taken = 0;
	int error;

	error = dquot_alloc_block(inode, wanted);
	if (error) {
		*errp = error;
		return 0;
	}
	if (goal < first || goal >= le32_to_cpu(sbi->s_es->s_blocks_count))
		goal = first;
	group = (goal - first) / EXT2_BLOCKS_PER_GROUP(sb);
	bit = (goal - first) % EXT2_BLOCKS_PER_GROUP(sb);

	error = -ENOSPC;
	for (tried = 0; tried <= sbi->s_groups_count; tried++) {
		taken = allocate_in_group(sb, group, bit, wanted, &block);
		if (taken)
			break;
		bit = 0;
		group = (group + 1) % sbi->s_groups_count;
	}
	if (taken <= 0) {
		*errp = taken ? taken : error;
		goto uncharge;
	}
	if (in_group_metadata(sb, ext2_get_group_desc(sb, group, NULL), block,
			      taken)) {
		/* A bitmap that says otherwise is not to be trusted. */
		ext2_error(sb, __func__,
			   "blocks %lu to %lu are in use by the filesystem",
			   block, block + taken - 1);
		*errp = -EIO;
		goto uncharge;
	}

	if (taken < wanted)
		dquot_free_block_nodirty(inode, wanted - taken);
	mark_inode_dirty(inode);
	*count = taken;
	*errp = 0;
	return block;

uncharge:
	dquot_free_block_nodirty(inode, wanted);
	mark_inode_dirty(inode);
	return 0;
}

/**
 * ext2_new_block - take one block
 * @inode: is charged with it
 * @goal:  where it should be, if it can
 * @errp:  as for ext2_new_blocks()
 *
 * Return: the block, or 0 with *@errp set.
 */
ext2_fsblk_t ext2_new_block(struct inode *inode, unsigned long goal, int *errp)
{
	unsigned long count = 1;

	return ext2_new_blocks(inode, goal, &count, errp);
}

/**
 * ext2_count_free_blocks - free blocks, as the group descriptors count them
 * @sb: the filesystem
 *
 * Return: the sum over all groups.
 */
unsigned long ext2_count_free_blocks(struct super_block *sb)
{
	unsigned long sum = 0, group;

	for (group = 0; group < EXT2_SB(sb)->s_groups_count; group++) {
		const struct ext2_group_desc *desc =
			ext2_get_group_desc(sb, group, NULL);

		if (desc)
			sum += le16_to_cpu(desc->bg_free_blocks_count);
	}
	return sum;
}
