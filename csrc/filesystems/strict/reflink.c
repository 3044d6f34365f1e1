// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks that files share: sharing them, and unsharing them ahead of a change.
 *
 * How a copy is made on the way of a change is in iomap.c. The other file is no
 * inode here: it is what it was told to have in common with this one, and its
 * bytes stay as they were then, which is asked at the end of the run.
 */
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include "handle.h"
#include "interface.h"
#include "core/outcome.h"
#include "storage/device.h"

/* Of the other file's blocks, as they were when it got them. */
static u64 sums[STRICT_DEVICE_MAX];

/**
 * strict_has_shared - whether another file has any blocks of this one
 * @inode: the file
 */
bool strict_has_shared(const struct inode *inode)
{
	return STRICT_SB(inode->i_sb)->has_shared;
}

/**
 * strict_always_copies - whether all that is written goes to a copy
 * @inode: the file
 *
 * XFS does so where it has set blocks aside for copies in advance: such a copy
 * is of whatever the file has there, a hole included.
 */
bool strict_always_copies(const struct inode *inode)
{
	return STRICT_SB(inode->i_sb)->always_copies &&
	       strict_has_shared(inode);
}

/**
 * strict_is_others - whether another file has a block
 * @sbi:	  the filesystem
 * @device_block: which
 */
bool strict_is_others(const struct strict_sb_info *sbi, u32 device_block)
{
	return sbi->others[device_block / 64] >> device_block % 64 & 1;
}

static void give_to_other(struct strict_sb_info *sbi, u32 device_block)
{
	sbi->others[device_block / 64] |= 1ull << device_block % 64;
	sums[device_block] = device_sum(device_block);
}

/**
 * strict_share - the other file gets blocks, too
 * @inode: the file; the caller holds the extent lock
 * @block: first file block
 * @end:   first one behind
 */
void strict_share(struct inode *inode, u32 block, u32 end)
{
	struct strict_sb_info *sbi = STRICT_SB(inode->i_sb);
	const struct strict_extent *extent;
	u32 at;

	sbi->has_shared = true;
	for (at = block; at < end; at++) {
		extent = strict_find_extent(inode, at);
		if (extent && !extent->unwritten && !extent->shared)
			give_to_other(sbi, extent->device_block + at -
					   extent->block);
	}
	strict_mark_blocks(inode, block, end, STRICT_SHARED);
}

/**
 * strict_reflink - FICLONERANGE to another file
 * @inode:  the file; the caller holds i_rwsem
 * @pos:    first byte
 * @length: bytes, of which whole blocks are shared
 *
 * What was stored is written back first, which makes its mappings read-only:
 * the next store is told to the filesystem.
 *
 * Return: 0, or a negative errno with nothing shared.
 */
loff_t strict_reflink(struct inode *inode, loff_t pos, loff_t length)
{
	struct strict_inode_info *si = STRICT_I(inode);
	struct strict_handle *handle = strict_reserve(inode);
	int error;

	if (IS_ERR(handle))
		return PTR_ERR(handle);
	down_write(&si->i_mmap_sem);
	error = filemap_write_and_wait_range(inode->i_mapping, pos,
					     pos + length - 1);
	if (!error) {
		strict_lock_extents(handle);
		strict_share(inode, pos >> STRICT_BLOCK_SHIFT,
			     DIV_ROUND_UP_ULL(pos + length,
					      STRICT_BLOCK_SIZE));
		strict_unlock_extents(handle);
	}
	up_write(&si->i_mmap_sem);
	strict_unreserve(handle);
	return error;
}

/**
 * strict_unshare - FALLOC_FL_UNSHARE_RANGE
 * @inode:  the file; the caller holds i_rwsem
 * @pos:    first byte
 * @length: bytes
 *
 * Return: 0, or a negative errno with a part of it done.
 */
loff_t strict_unshare(struct inode *inode, loff_t pos, loff_t length)
{
#if HAVE_DAX_SHARED
	struct strict_inode_info *si = STRICT_I(inode);
	int error;

	down_write(&si->i_mmap_sem);
	error = strict_break_range(inode, pos, length);
	if (!error)
		error = dax_file_unshare(inode, pos, length,
					 &strict_iomap_ops);
	up_write(&si->i_mmap_sem);
	return error;
#else
	return -EOPNOTSUPP;
#endif
}

/**
 * strict_check_others - the other file has the bytes that it got
 * @sb: the filesystem
 */
void strict_check_others(struct super_block *sb)
{
	const struct strict_sb_info *sbi = STRICT_SB(sb);
	u32 block;

	for (block = 0; sbi->has_shared && block < sbi->blocks; block++)
		if (strict_is_others(sbi, block) && sums[block] != device_sum(block))
			run_misuse(0, "block %u was changed, which another file "
				      "has, too", block);
}
