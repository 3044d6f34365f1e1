// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which block of the device a block of a file is: finding out, adding blocks,
 * taking them away.
 *
 * A file's block numbers form a tree. Twelve hang off the inode; the rest hang
 * off blocks of numbers, one, two or three levels below it. Whoever adds or
 * removes a number holds truncate_mutex. Whoever only looks holds nothing over
 * the walk, remembers each number that the walk went by, and starts again if
 * one of them has changed at the end.
 *
 * New blocks are complete before anything points at them: numbers written, and
 * data zeroed, because through a mapping the block can be read as soon as the
 * tree has it. The one store that links them comes last, so that a failure
 * before it has nothing to undo but the allocation.
 *
 * Every file here is a DAX file; what other files do differently is left out.
 */
#include <linux/kernel.h>
#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/bug.h>
#include <linux/dax.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/iomap.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/quotaops.h>
#include <linux/string.h>
#include <linux/writeback.h>
#include "ext2.h"

/* A symbolic link that is stored where the block numbers would be. */
static bool ext2_inode_is_fast_symlink(struct inode *inode)
{
	int xattr_blocks = EXT2_I(inode)->i_file_acl ?
				   inode->i_sb->s_blocksize >> 9 : 0;

	return S_ISLNK(inode->i_mode) && inode->i_blocks == xattr_blocks;
}

/* ---- the walk down the tree ---- */

/**
 * typedef Indirect - one number that a walk went by
 * @p:	 where it is
 * @key: what it was
 * @bh:	 the block of numbers that it is in; NULL: it is in the inode
 */
typedef struct {
	struct buffer_head *bh;
	__le32 *p, key;
} Indirect;

static void add_chain(Indirect *link, struct buffer_head *bh, __le32 *number)
{
	link->bh = bh;
	link->p = number;
	link->key = READ_ONCE(*number);
}

/* Whether all numbers from @from to @to are what they were. */
static bool verify_chain(const Indirect *from, const Indirect *to)
{
	for (; from <= to; from++) {
		if (READ_ONCE(*from->p) != from->key)
			return false;
	}
	return true;
}

/* Gives the blocks of the links behind @keep, up to @last, back. */
static void release_chain(Indirect *last, const Indirect *keep)
{
	for (; last > keep; last--)
		brelse(last->bh);
}

/*
 * The way to file block @i_block: the index to follow at each level. Returns
 * how many levels there are, 0 if no file has such a block. *@boundary is how
 * many more blocks have their numbers in the same block as this one.
 */
static int ext2_block_to_path(struct inode *inode, long i_block,
			      int offsets[4], int *boundary)
{
	int bits = EXT2_ADDR_PER_BLOCK_BITS(inode->i_sb);
	long numbers = EXT2_ADDR_PER_BLOCK(inode->i_sb);
	long covered, left = i_block;
	int levels, level;

	if (left < 0) {
		ext2_msg(inode->i_sb, KERN_WARNING, "block %ld < 0", left);
		return 0;
	}
	if (left < EXT2_NDIR_BLOCKS) {
		offsets[0] = left;
		*boundary = EXT2_NDIR_BLOCKS - 1 - left;
		return 1;
	}
	left -= EXT2_NDIR_BLOCKS;
	for (levels = 1; levels <= 3; levels++) {
		covered = 1L << (bits * levels);
		if (left < covered)
			break;
		left -= covered;
	}
	if (levels > 3) {
		ext2_msg(inode->i_sb, KERN_WARNING, "block %ld is too big",
			 i_block);
		return 0;
	}
	offsets[0] = EXT2_IND_BLOCK + levels - 1;
	for (level = levels; level > 0; level--) {
		offsets[level] = left & (numbers - 1);
		left >>= bits;
	}
	*boundary = numbers - 1 - offsets[levels];
	return levels + 1;
}

/*
 * Walks along @offsets and fills in @chain. Returns NULL if there is a number
 * at every level; else the link where it stopped: its number is 0 and *@err is
 * 0, or its block cannot be read and *@err is -EIO, or a number before it
 * changed on the way and *@err is -EAGAIN. The caller gives the blocks back.
 */
static Indirect *ext2_get_branch(struct inode *inode, int depth,
				 const int *offsets, Indirect chain[4],
				 int *err)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	Indirect *link = chain;
	bool changed;
	int level;

	*err = 0;
	add_chain(link, NULL, &ei->i_data[offsets[0]]);
	for (level = 1; link->key && level < depth; level++) {
		struct buffer_head *bh =
			sb_bread(inode->i_sb, le32_to_cpu(link->key));

		if (!bh) {
			*err = -EIO;
			return link;
		}
		/* Truncation may have freed the block while it was read. */
		read_lock(&ei->i_meta_lock);
		changed = !verify_chain(chain, link);
		if (!changed)
			add_chain(++link, bh,
				  (__le32 *)bh->b_data + offsets[level]);
		read_unlock(&ei->i_meta_lock);
		if (changed) {
			brelse(bh);
			*err = -EAGAIN;
			return link;
		}
	}
	return link->key ? NULL : link;
}

/* ---- where new blocks should be ---- */

/* Behind the number before this one; else by the block of numbers; else at the
 * inode, spread by task so that writers do not get in each other's way. */
static ext2_fsblk_t ext2_find_near(struct inode *inode, Indirect *ind)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	__le32 *start = ind->bh ? (__le32 *)ind->bh->b_data : ei->i_data;
	unsigned long spread;
	__le32 *before = ind->p;

	while (before-- > start) {
		if (*before)
			return le32_to_cpu(*before);
	}
	if (ind->bh)
		return ind->bh->b_blocknr;
	spread = EXT2_BLOCKS_PER_GROUP(inode->i_sb) / 16;
	return ext2_group_first_block_no(inode->i_sb, ei->i_block_group) +
	       (task_pid_nr(current) % 16) * spread;
}

static ext2_fsblk_t ext2_find_goal(struct inode *inode, long block,
				   Indirect *partial)
{
	struct ext2_inode_info *ei = EXT2_I(inode);

	if (ei->i_next_alloc_goal && block == ei->i_next_alloc_block)
		return ei->i_next_alloc_goal;
	return ext2_find_near(inode, partial);
}

/* ---- adding blocks ---- */

/*
 * How many of @blks blocks from the missing one on can be added with one link:
 * those that are missing too and have their numbers in the same block.
 */
static int ext2_blks_to_allocate(Indirect *branch, int k, unsigned long blks,
				 int blocks_to_boundary)
{
	unsigned long room = blocks_to_boundary + 1, count = 1;

	if (blks < room)
		room = blks;
	/* With a block of numbers missing, all of its numbers are. */
	if (k > 0)
		return room;
	while (count < room && !branch->p[count])
		count++;
	return count;
}

/*
 * Takes @indirect_blks blocks for numbers and then at least one, at most @blks,
 * for data, which are next to each other. new_blocks[] gets those for numbers
 * and the first one for data. Returns how many for data, or 0 with *@err set
 * and nothing taken.
 */
static int ext2_alloc_blocks(struct inode *inode, ext2_fsblk_t goal,
			     int indirect_blks, int blks,
			     ext2_fsblk_t new_blocks[4], int *err)
{
	int wanted = indirect_blks + blks, have = 0;

	/* A run may end within the blocks for numbers, or within the data. */
	while (have <= indirect_blks) {
		unsigned long count = wanted - have;
		ext2_fsblk_t block = ext2_new_blocks(inode, goal, &count, err);

		if (*err)
			goto give_back;
		goal = block + count;
		while (count && have < indirect_blks) {
			new_blocks[have++] = block++;
			count--;
		}
		if (count) {
			new_blocks[have] = block;
			return count;
		}
	}
give_back:
	while (have--)
		ext2_free_blocks(inode, new_blocks[have], 1);
	return 0;
}

/* Gives what ext2_alloc_branch() took back. Nothing points at it yet. */
static void ext2_free_new_branch(struct inode *inode, Indirect *branch,
				 int indirect_blks, int blks)
{
	int n;

	for (n = 0; n < indirect_blks; n++) {
		/* What is in the buffer must not get to the device any more. */
		if (branch[n + 1].bh)
			bforget(branch[n + 1].bh);
		ext2_free_blocks(inode, le32_to_cpu(branch[n].key), 1);
	}
	ext2_free_blocks(inode, le32_to_cpu(branch[n].key), blks);
}

/*
 * Makes the block that branch[@n - 1] is to point at: full of zeroes, but for
 * @numbers numbers that count up from branch[@n]'s.
 */
static int ext2_fill_indirect(struct inode *inode, Indirect *branch, int n,
			      int offset, int numbers)
{
	ext2_fsblk_t block = le32_to_cpu(branch[n].key);
	struct buffer_head *bh = sb_getblk(inode->i_sb,
					   le32_to_cpu(branch[n - 1].key));
	int i;

	branch[n].bh = bh;
	if (!bh)
		return -ENOMEM;
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	branch[n].p = (__le32 *)bh->b_data + offset;
	for (i = 0; i < numbers; i++)
		branch[n].p[i] = cpu_to_le32(block + i);
	set_buffer_uptodate(bh);
	mark_buffer_dirty_inode(bh, inode);
	unlock_buffer(bh);
	return 0;
}

/*
 * Builds what is missing: @indirect_blks blocks of numbers, each pointing at
 * the next, and *@blks blocks of data, which is set to how many there are.
 * Nothing points at it: branch[0].key is the number that ext2_splice_branch()
 * is to put at branch[0].p. On failure nothing is taken.
 */
static int ext2_alloc_branch(struct inode *inode, int indirect_blks, int *blks,
			     ext2_fsblk_t goal, const int *offsets,
			     Indirect *branch)
{
	ext2_fsblk_t new_blocks[4];
	int err = 0, num, n;

	num = ext2_alloc_blocks(inode, goal, indirect_blks, *blks, new_blocks,
				&err);
	if (!num)
		return err;
	branch[0].key = cpu_to_le32(new_blocks[0]);
	for (n = 1; n <= indirect_blks; n++) {
		branch[n].key = cpu_to_le32(new_blocks[n]);
		branch[n].bh = NULL;
	}
	for (n = 1; n <= indirect_blks && !err; n++)
		err = ext2_fill_indirect(inode, branch, n, offsets[n],
					 n == indirect_blks ? num : 1);
	if (err) {
		ext2_free_new_branch(inode, branch, indirect_blks, num);
		return err;
	}
	*blks = num;
	return 0;
}

/* Links what ext2_alloc_branch() built: from here on it belongs to the file. */
static void ext2_splice_branch(struct inode *inode, long block, Indirect *where,
			       int num, int blks)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	ext2_fsblk_t first = le32_to_cpu(where[num].key);
	int i;

	*where->p = where->key;
	/* Further blocks of data have their numbers beside this one. */
	for (i = 1; !num && i < blks; i++)
		where->p[i] = cpu_to_le32(first + i);

	ei->i_next_alloc_block = block + blks;
	ei->i_next_alloc_goal = first + blks;
	if (where->bh)
		mark_buffer_dirty_inode(where->bh, inode);
	inode->i_ctime = current_time(inode);
	mark_inode_dirty(inode);
}

/*
 * Adds blocks where the walk stopped, at @partial. The caller holds
 * truncate_mutex. Returns how many, at most @maxblocks, or a negative errno and
 * the tree is as it was.
 */
static int ext2_add_blocks(struct inode *inode, sector_t iblock,
			   unsigned long maxblocks, Indirect chain[4],
			   Indirect *partial, int depth, const int *offsets,
			   int blocks_to_boundary, bool *new)
{
	int indirect_blks = chain + depth - 1 - partial;
	ext2_fsblk_t goal = ext2_find_goal(inode, iblock, partial);
	ext2_fsblk_t block;
	int count, err, i;

	count = ext2_blks_to_allocate(partial, indirect_blks, maxblocks,
				      blocks_to_boundary);
	err = ext2_alloc_branch(inode, indirect_blks, &count, goal,
				offsets + (partial - chain), partial);
	if (err)
		return err;

	if (IS_DAX(inode)) {
		block = le32_to_cpu(chain[depth - 1].key);
		/* What buffers say of a former life must not come back. */
		for (i = 0; i < count; i++)
			unmap_underlying_metadata(inode->i_sb->s_bdev,
						  block + i);
		err = sb_issue_zeroout(inode->i_sb, block, count, GFP_NOFS);
		if (err) {
			ext2_free_new_branch(inode, partial, indirect_blks,
					     count);
			return err;
		}
	} else {
		*new = true;
	}
	ext2_splice_branch(inode, iblock, partial, indirect_blks, count);
	return count;
}

/*
 * The walk reached a block: how many, at most @maxblocks, follow each other
 * both in the file and on the device. -EAGAIN if the tree changed meanwhile.
 */
static int ext2_count_mapped(struct inode *inode, Indirect chain[4], int depth,
			     unsigned long maxblocks, int blocks_to_boundary)
{
	Indirect *last = chain + depth - 1;
	ext2_fsblk_t first = le32_to_cpu(last->key);
	int count = 1;

	while (count < maxblocks && count <= blocks_to_boundary &&
	       le32_to_cpu(READ_ONCE(last->p[count])) == first + count)
		count++;
	return verify_chain(chain, last) ? count : -EAGAIN;
}

/**
 * ext2_get_blocks - find blocks of a file, and add them if they are missing
 * @inode:     the file
 * @iblock:    the first file block wanted
 * @maxblocks: how many
 * @bno:       is set to the block on the device, if there is one
 * @new:       is set to true if it did not exist before; not on a DAX file,
 *	       whose new blocks look like old ones full of zeroes
 * @boundary:  is set to true if the next block has its number elsewhere
 * @create:    whether to add it
 *
 * Return: how many blocks follow each other on the device from *@bno on; 0 if
 * @iblock is in a hole and @create is 0; -EIO, -ENOSPC, -EDQUOT or -ENOMEM.
 */
int ext2_get_blocks(struct inode *inode, sector_t iblock,
		    unsigned long maxblocks, u32 *bno, bool *new,
		    bool *boundary, int create)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	int blocks_to_boundary = 0, ret, err, depth;
	Indirect chain[4], *partial;
	int offsets[4];

	if (WARN_ON(maxblocks == 0))
		return -EINVAL;
	depth = ext2_block_to_path(inode, iblock, offsets, &blocks_to_boundary);
	if (!depth)
		return -EIO;

	/* The common case, a block that is there, needs no lock. */
	do {
		partial = ext2_get_branch(inode, depth, offsets, chain, &err);
		ret = partial ? err :
				ext2_count_mapped(inode, chain, depth,
						  maxblocks,
						  blocks_to_boundary);
		if (partial || ret == -EAGAIN)
			release_chain(partial ? partial : chain + depth - 1,
				      chain);
	} while (ret == -EAGAIN);
	if (!partial)
		goto found;
	if (ret || !create)
		return ret;

	mutex_lock(&ei->truncate_mutex);
	/*
	 * Somebody may have added the block, or removed one on the way to it,
	 * until we had the mutex. With it, the tree stands still.
	 */
	partial = ext2_get_branch(inode, depth, offsets, chain, &err);
	if (err)
		ret = err;
	else if (partial)
		ret = ext2_add_blocks(inode, iblock, maxblocks, chain, partial,
				      depth, offsets, blocks_to_boundary, new);
	else
		ret = ext2_count_mapped(inode, chain, depth, maxblocks,
					blocks_to_boundary);
	mutex_unlock(&ei->truncate_mutex);
	if (ret < 0) {
		release_chain(partial ? partial : chain + depth - 1, chain);
		return ret;
	}

found:
	*bno = le32_to_cpu(chain[depth - 1].key);
	*boundary = ret > blocks_to_boundary;
	release_chain(chain + depth - 1, chain);
	return ret;
}

/* ---- the iomap side ---- */

static void ext2_write_failed(struct address_space *mapping, loff_t to);

static int ext2_iomap_begin(struct inode *inode, loff_t offset, loff_t length,
			    unsigned flags, struct iomap *iomap)
{
	unsigned int blkbits = inode->i_blkbits;
	sector_t first_block = offset >> blkbits;
	unsigned long max_blocks =
		(length + (1 << blkbits) - 1) >> blkbits;
	bool new = false, boundary = false;
	u32 bno;
	int ret;

	ret = ext2_get_blocks(inode, first_block, max_blocks, &bno, &new,
			      &boundary, flags & IOMAP_WRITE);
	if (ret < 0)
		return ret;

	iomap->bdev = inode->i_sb->s_bdev;
	iomap->offset = (u64)first_block << blkbits;
	iomap->flags = 0;
	if (!ret) {
		/* Where the hole ends is not known without further walks. */
		iomap->type = IOMAP_HOLE;
		iomap->blkno = IOMAP_NULL_BLOCK;
		iomap->length = 1 << blkbits;
		return 0;
	}
	iomap->type = IOMAP_MAPPED;
	iomap->blkno = (sector_t)bno << (blkbits - 9);
	iomap->length = (u64)ret << blkbits;
	iomap->flags = IOMAP_F_MERGED | (new ? IOMAP_F_NEW : 0);
	return 0;
}

static int ext2_iomap_end(struct inode *inode, loff_t offset, loff_t length,
			  ssize_t written, unsigned flags, struct iomap *iomap)
{
	/* Blocks behind i_size that were added in vain must not stay. */
	if ((flags & IOMAP_WRITE) && iomap->type == IOMAP_MAPPED &&
	    written < length)
		ext2_write_failed(inode->i_mapping, offset + length);
	return 0;
}

const struct iomap_ops ext2_iomap_ops = {
	.iomap_begin	= ext2_iomap_begin,
	.iomap_end	= ext2_iomap_end,
};

/* ---- taking blocks away ---- */

static bool all_zeroes(const __le32 *p, const __le32 *q)
{
	while (p < q && !*p)
		p++;
	return p == q;
}

/*
 * Finds the seam between what stays of the tree and what goes, from the block
 * at @offsets on. Returns the last link that stays: the numbers behind its p
 * are to go, and so are those behind each link's before it. *@top is the number
 * that was at its p, if that goes as a whole with all that it leads to; it has
 * been cut off already. Otherwise it is 0. The caller gives the chain's blocks
 * back.
 *
 * A block of numbers of which nothing stays is part of what is cut off, so that
 * none is left in the file that leads nowhere.
 */
static Indirect *ext2_find_shared(struct inode *inode, int depth,
				  int offsets[4], Indirect chain[4],
				  __le32 *top)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	Indirect *partial, *link;
	int k = depth, err;

	*top = 0;
	/* Along a left edge the whole subtree goes. */
	while (k > 1 && !offsets[k - 1])
		k--;
	partial = ext2_get_branch(inode, k, offsets, chain, &err);
	if (err) {
		/* Part of what is behind it stays: none of it can be freed. */
		ext2_error(inode->i_sb, __func__,
			   "block %u of inode %lu: read error",
			   le32_to_cpu(partial->key), inode->i_ino);
		return partial;
	}
	if (!partial)
		partial = chain + k - 1;

	write_lock(&ei->i_meta_lock);
	if (!partial->key && *partial->p) {
		/* Somebody has just added it. What is added stays. */
		write_unlock(&ei->i_meta_lock);
		return partial;
	}
	link = partial;
	while (link > chain &&
	       all_zeroes((__le32 *)link->bh->b_data, link->p))
		link--;
	if (link == chain + k - 1 && link > chain) {
		/* Numbers before this one stay; this one goes with the rest. */
		link->p--;
	} else {
		*top = *link->p;
		*link->p = 0;
	}
	write_unlock(&ei->i_meta_lock);

	release_chain(partial, link);
	return link;
}

/* Frees the blocks of [@p, @q), in as few pieces as they lie in. */
static void ext2_free_data(struct inode *inode, __le32 *p, __le32 *q)
{
	unsigned long start = 0, count = 0;

	for (; p < q; p++) {
		unsigned long nr = le32_to_cpu(*p);

		if (!nr)
			continue;
		*p = 0;
		if (count && nr == start + count) {
			count++;
			continue;
		}
		if (count)
			ext2_free_blocks(inode, start, count);
		start = nr;
		count = 1;
	}
	if (count)
		ext2_free_blocks(inode, start, count);
}

static void ext2_free_branches(struct inode *inode, __le32 *p, __le32 *q,
			       int depth);

/* Frees the block of numbers @nr and all that they lead to. */
static void ext2_free_subtree(struct inode *inode, unsigned long nr, int depth)
{
	struct buffer_head *bh = sb_bread(inode->i_sb, nr);
	__le32 *numbers;

	if (!bh) {
		/* Lost to the file, and for fsck to find. */
		ext2_error(inode->i_sb, __func__,
			   "block %lu of inode %lu: read error", nr,
			   inode->i_ino);
		return;
	}
	numbers = (__le32 *)bh->b_data;
	ext2_free_branches(inode, numbers,
			   numbers + EXT2_ADDR_PER_BLOCK(inode->i_sb),
			   depth - 1);
	bforget(bh);
	ext2_free_blocks(inode, nr, 1);
}

/* Frees all that the numbers of [@p, @q) lead to, @depth levels above data. */
static void ext2_free_branches(struct inode *inode, __le32 *p, __le32 *q,
			       int depth)
{
	__le32 number;

	if (!depth) {
		ext2_free_data(inode, p, q);
		return;
	}
	for (; p < q; p++) {
		number = *p;
		*p = 0;
		if (number)
			ext2_free_subtree(inode, le32_to_cpu(number), depth);
	}
}

/*
 * Frees all blocks behind @offset. The caller holds dax_sem for write, so that
 * nobody maps one of them again.
 */
static void __ext2_truncate_blocks(struct inode *inode, loff_t offset)
{
	struct ext2_inode_info *ei = EXT2_I(inode);
	unsigned int blkbits = inode->i_blkbits;
	long iblock = (offset + (1 << blkbits) - 1) >> blkbits;
	int boundary, offsets[4], depth, root;
	Indirect chain[4], *seam;
	__le32 top;

	WARN_ON(!rwsem_is_locked(&ei->dax_sem));

	depth = ext2_block_to_path(inode, iblock, offsets, &boundary);
	if (!depth)
		return;

	mutex_lock(&ei->truncate_mutex);
	if (depth == 1) {
		ext2_free_data(inode, ei->i_data + offsets[0],
			       ei->i_data + EXT2_NDIR_BLOCKS);
		root = EXT2_IND_BLOCK;
	} else {
		Indirect *last = chain + depth - 1;

		seam = ext2_find_shared(inode, depth, offsets, chain, &top);
		if (top) {
			if (seam->bh)
				mark_buffer_dirty_inode(seam->bh, inode);
			ext2_free_branches(inode, &top, &top + 1, last - seam);
		}
		for (; seam > chain; seam--) {
			__le32 *numbers = (__le32 *)seam->bh->b_data;

			ext2_free_branches(
				inode, seam->p + 1,
				numbers + EXT2_ADDR_PER_BLOCK(inode->i_sb),
				last - seam);
			mark_buffer_dirty_inode(seam->bh, inode);
			brelse(seam->bh);
		}
		root = offsets[0] + 1;
	}
	/* Everything under the roots behind this one. */
	for (; root < EXT2_N_BLOCKS; root++)
		ext2_free_branches(inode, ei->i_data + root,
				   ei->i_data + root + 1,
				   root - EXT2_NDIR_BLOCKS + 1);
	mark_inode_dirty(inode);
	mutex_unlock(&ei->truncate_mutex);
}

static void ext2_truncate_blocks(struct inode *inode, loff_t offset)
{
	/*
	 * Block numbers are all that such an inode has, or it must not shrink.
	 */
	if (!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode) &&
	    !S_ISLNK(inode->i_mode))
		return;
	if (ext2_inode_is_fast_symlink(inode) || IS_APPEND(inode) ||
	    IS_IMMUTABLE(inode))
		return;

	dax_sem_down_write(EXT2_I(inode));
	__ext2_truncate_blocks(inode, offset);
	dax_sem_up_write(EXT2_I(inode));
}

/*
 * A write that was to reach as far as @to did not, and blocks may have been
 * added behind the end of the file for it. Takes dax_sem for write.
 */
static void ext2_write_failed(struct address_space *mapping, loff_t to)
{
	struct inode *inode = mapping->host;
	loff_t size = i_size_read(inode);

	if (to <= size)
		return;
	truncate_pagecache(inode, size);
	ext2_truncate_blocks(inode, size);
}

static bool inode_needs_sync(const struct inode *inode)
{
	return IS_SYNC(inode) ||
	       (S_ISDIR(inode->i_mode) && IS_DIRSYNC(inode));
}

/* Moves the end of the file, once nothing can fail any more. */
static void ext2_cut_off(struct inode *inode, loff_t newsize)
{
	struct ext2_inode_info *ei = EXT2_I(inode);

	dax_sem_down_write(ei);
	truncate_setsize(inode, newsize);
	__ext2_truncate_blocks(inode, newsize);
	dax_sem_up_write(ei);

	inode->i_mtime = current_time(inode);
	inode->i_ctime = inode->i_mtime;
	if (!inode_needs_sync(inode)) {
		mark_inode_dirty(inode);
		return;
	}
	sync_mapping_buffers(inode->i_mapping);
	sync_inode_metadata(inode, 1);
}

/**
 * ext2_setsize - change the size of a file
 * @inode:   the file; the caller holds its lock
 * @newsize: in bytes
 *
 * What is behind the new end in its page is zeroed first, or a later growth
 * would show it; that can fail, and nothing has changed then.
 *
 * Return: 0 or a negative errno.
 */
int ext2_setsize(struct inode *inode, loff_t newsize)
{
	int error;

	if (!S_ISREG(inode->i_mode) && !S_ISDIR(inode->i_mode) &&
	    !S_ISLNK(inode->i_mode))
		return -EINVAL;
	if (ext2_inode_is_fast_symlink(inode))
		return -EINVAL;
	if (IS_APPEND(inode) || IS_IMMUTABLE(inode))
		return -EPERM;

	inode_dio_wait(inode);
	error = iomap_zero_range(inode, newsize, PAGE_ALIGN(newsize) - newsize,
				 NULL, &ext2_iomap_ops);
	if (!error)
		ext2_cut_off(inode, newsize);
	return error;
}
/**
 * ext2_setattr - change attributes of a file
 * @dentry: the file; the caller holds the inode's lock
 * @iattr:  which, and to what
 *
 * Return: 0 or a negative errno.
 */
int ext2_setattr(struct dentry *dentry, struct iattr *iattr)
{
	struct inode *inode = d_inode(dentry);
	int error = setattr_prepare(dentry, iattr);

	if (!error && (iattr->ia_valid & ATTR_SIZE) &&
	    iattr->ia_size != i_size_read(inode))
		error = ext2_setsize(inode, iattr->ia_size);
	if (!error) {
		setattr_copy(inode, iattr);
		mark_inode_dirty(inode);
	}
	return error;
}

/* ---- writeback ---- */

static int ext2_writepages(struct address_space *mapping,
			   struct writeback_control *wbc)
{
	return dax_writeback_mapping_range(mapping,
					   mapping->host->i_sb->s_bdev, wbc);
}

const struct address_space_operations ext2_aops = {
	.writepages	= ext2_writepages,
};
