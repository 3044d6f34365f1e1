// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract: what begin takes, end gives back.
 *
 * begin reserves, takes the extent lock and, for a write, sees to it that the
 * first block of the range has storage: a hole is allocated and zeroed, an
 * unwritten extent is zeroed and marked written, and for blocks that another file
 * has, too, a copy is allocated. That is provisional until end
 * says how much of it was used. end keeps what lies under the bytes `written`
 * and turns the rest back into the hole or the unwritten extent that it was.
 * Blocks that the file had before begin are never touched by either.
 *
 * An end without IOMAP_WRITE has nothing to commit, whatever begin was told, so
 * all that begin did is turned back: a transaction that is closed as if it had
 * only read is dropped.
 *
 * Between begin and end of a write() later kernels wait for locked entries,
 * whose holders may be waiting for the extent lock. There, only the reservation
 * is held in between, and what end turns back are the new blocks beyond i_size:
 * a fault may have mapped the others meanwhile, and they read as zeroes.
 *
 * A begin that fails leaves nothing behind. An end that fails has still given
 * everything back, and kept the blocks that were written: there may be page
 * table entries that point at them.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include "handle.h"
#include "interface.h"
#include "core/inject.h"
#include "fs/contract_next.h"

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

/*
 * Blocks that another file has, too, are changed in a copy. Until end says that
 * it was written the file keeps what it has.
 */
static int allocate_copy(struct strict_handle *handle,
			 const struct strict_extent *extent, u32 block,
			 u32 count)
{
	bool pmd;
	u32 at;
	int got;

	count = min(count, extent->block + extent->count - block);
	pmd = count >= STRICT_PMD_BLOCKS && block % STRICT_PMD_BLOCKS == 0;
	got = strict_allocate(handle->inode->i_sb, count, pmd, &at);
	if (got < 0)
		return got;
	set_new(handle, block, got, false);
	handle->copy = at;
	return 0;
}

/* Gives the first blocks of [@block, @end) storage that can be written. */
static int prepare_write(struct strict_handle *handle, u32 block, u32 end)
{
	const struct strict_extent *extent =
		strict_find_extent(handle->inode, block);

	if (!extent)
		return allocate_hole(handle, block, end - block);
	if (extent->shared && !extent->unwritten)
		return allocate_copy(handle, extent, block, end - block);
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

/* Keeps the new blocks before @keep, undoes those from it on. */
static void roll_back(struct strict_handle *handle, u32 keep)
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

/* Of blocks that the file has. */
static unsigned int flags_of(const struct inode *inode,
			     const struct strict_extent *extent,
			     u32 device_block, u32 count)
{
	unsigned int flags = 0;

	if (!strict_is_committed(inode->i_sb, device_block, count))
		flags |= STRICT_F_DIRTY;
	if (extent->shared)
		flags |= STRICT_F_SHARED;
	return flags;
}

/*
 * A copy is where the data is to go, and belongs to nobody yet; what the file
 * has is where it comes from.
 */
static void describe_copy(const struct strict_handle *handle,
			  struct iomap *iomap, struct iomap *source)
{
	if (source) {
		*source = *iomap;
		source->flags &= ~STRICT_F_SHARED;
	}
	iomap->flags = STRICT_F_SHARED;
	if (STRICT_SB(handle->inode->i_sb)->has_sync)
		iomap->flags |= STRICT_F_DIRTY;
	strict_set_block(iomap, handle->copy);
}

/*
 * What the range starts in: the new blocks alone if there are any, so that
 * IOMAP_F_NEW is true of all of them; else the whole extent, which may start
 * before the range and end behind it; else the hole up to the next extent.
 */
static void describe(struct strict_handle *handle, u32 block, u32 end,
		     struct iomap *iomap, struct iomap *source)
{
	const struct inode *inode = handle->inode;
	const struct strict_extent *extent = strict_find_extent(inode, block);
	u32 first = block, count, next, at;

	strict_set_device(iomap, inode->i_sb);
	iomap->flags = 0;
	if (!extent) {
		next = strict_next_extent(inode, block);
		count = (next == U32_MAX ? end : next) - block;
		iomap->type = IOMAP_HOLE;
		strict_set_no_block(iomap);
	} else {
		first = extent->block;
		count = extent->count;
		if (handle->new_count) {
			first = handle->new_block;
			count = handle->new_count;
			iomap->flags = handle->copy ? 0 : IOMAP_F_NEW;
		}
		iomap->type = extent->unwritten ? IOMAP_UNWRITTEN
						: IOMAP_MAPPED;
		at = extent->device_block + first - extent->block;
		strict_set_block(iomap, at);
		iomap->flags |= flags_of(inode, extent, at, count);
	}
	iomap->offset = (loff_t)first << STRICT_BLOCK_SHIFT;
	iomap->length = (u64)count << STRICT_BLOCK_SHIFT;
	if (handle->copy)
		describe_copy(handle, iomap, source);
	handle->answered = min_t(loff_t, handle->length,
				 iomap->offset + iomap->length - handle->pos);
}

/* Zeroing skips what is zero, and changes all else. */
static bool zeroes_shared(const struct inode *inode, u32 block,
			  unsigned int flags)
{
	const struct strict_extent *extent = strict_find_extent(inode, block);

	return flags & STRICT_ZERO && extent && extent->shared &&
	       !extent->unwritten;
}

/* Others may have mapped its blocks by the time that it ends. */
static bool is_open_fault(const struct strict_handle *handle)
{
	return STRICT_SB(handle->inode->i_sb)->open_faults && !handle->copy &&
	       handle->flags & STRICT_FAULT;
}

static int strict_iomap_begin(struct inode *inode, loff_t pos, loff_t length,
			      unsigned int flags,
			      struct iomap *iomap STRICT_SRCMAP)
{
	u32 block = pos >> STRICT_BLOCK_SHIFT;
	u32 end = DIV_ROUND_UP_ULL(pos + length, STRICT_BLOCK_SIZE);
	struct strict_handle *handle;
	int error;

	if (WARN(pos < 0 || length <= 0,
		 "strictfs: iomap_begin of an empty range\n"))
		return -EINVAL;
	handle = strict_reserve(inode);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	handle->pos = pos;
	handle->length = length;
	handle->flags = flags;
	strict_lock_extents(handle);
	error = inject(FL_POINT_FS_BEGIN, strict_here());
	if (!error &&
	    (flags & IOMAP_WRITE || zeroes_shared(inode, block, flags)))
		error = prepare_write(handle, block, end);
	if (error) {
		strict_unlock_extents(handle);
		strict_unreserve(handle);
		return error;
	}
	describe(handle, block, end, iomap, STRICT_SOURCE);
	/* Zeroing of what is shared waits for locked entries as a write does. */
	handle->open = strict_is_open_write(flags) ||
		       (handle->copy && !(flags & STRICT_FAULT)) ||
		       is_open_fault(handle);
	if (handle->open)
		strict_unlock_extents(handle);
	return 0;
}

/*
 * The handle that an end is about. Who holds the extent lock has it; that of an
 * open write is the newest that its task began.
 */
static struct strict_handle *begun(const struct inode *inode)
{
	struct strict_handle *handle = READ_ONCE(STRICT_I(inode)->handles);
	struct strict_handle *open;

	if (!STRICT_OPEN_WRITES || (handle && handle->owner == current))
		return handle;
	for (open = STRICT_SB(inode->i_sb)->handles; open; open = open->next)
		if (open->owner == current && open->inode == inode &&
		    open->open)
			return open;
	return handle;
}

/* Whether end repeats what begin was told. Warns of every difference. */
static void check_end(const struct strict_handle *handle, loff_t pos,
		      loff_t length, ssize_t written, unsigned int flags)
{
	WARN(pos != handle->pos, "strictfs: iomap_end at %lld, begun at %lld\n",
	     (long long)pos, (long long)handle->pos);
	WARN(length != handle->length && length != handle->answered,
	     "strictfs: iomap_end of %lld bytes, begun with %lld\n",
	     (long long)length, (long long)handle->length);
	WARN(flags != handle->flags,
	     "strictfs: iomap_end with flags %x, begun with %x\n", flags,
	     handle->flags);
	WARN(written < 0 || written > length,
	     "strictfs: iomap_end with written %lld of %lld\n",
	     (long long)written, (long long)length);
}

static int strict_iomap_end(struct inode *inode, loff_t pos, loff_t length,
			    ssize_t written, unsigned int flags,
			    struct iomap *iomap)
{
	struct strict_handle *handle = begun(inode);
	u32 keep = 0;
	int error = 0;

	if (WARN(!handle, "strictfs: iomap_end without iomap_begin\n"))
		return 0;
	if (WARN(handle->owner != current,
		 "strictfs: iomap_end by a task that did not begin\n"))
		return 0;
	check_end(handle, pos, length, written, flags);
	if (handle->open) {
		strict_lock_extents(handle);
		keep = DIV_ROUND_UP_ULL(i_size_read(inode), STRICT_BLOCK_SIZE);
	}

	written = clamp_t(loff_t, written, 0, handle->length);
	if (!(flags & handle->flags & IOMAP_WRITE) && !handle->copy)
		written = 0;
	if (written) {
		keep = max_t(u32, keep,
			     DIV_ROUND_UP_ULL(handle->pos + written,
					      STRICT_BLOCK_SIZE));
		error = inject(FL_POINT_FS_END, strict_here());
	}
	/* Of a copy the file keeps what was written, and nothing besides. */
	if (handle->copy)
		keep = written ? DIV_ROUND_UP_ULL(handle->pos + written,
						  STRICT_BLOCK_SIZE) : 0;
	if (handle->new_count && !is_open_fault(handle))
		roll_back(handle, keep);
	strict_unlock_extents(handle);
	strict_unreserve(handle);
	return error;
}

#if HAVE_IOMAP_NEXT
/* Both are inlined into ->iomap_next(), where nobody else could watch them. */
static int watched_begin(struct inode *inode, loff_t pos, loff_t length,
			 unsigned int flags, struct iomap *iomap,
			 struct iomap *srcmap)
{
	return contract_next_begin(strict_iomap_begin, inode, pos, length,
				   flags, iomap, srcmap);
}

static int watched_end(struct inode *inode, loff_t pos, loff_t length,
		       ssize_t written, unsigned int flags, struct iomap *iomap)
{
	return contract_next_end(strict_iomap_end, inode, pos, length, written,
				 flags, iomap);
}

static DEFINE_IOMAP_ITER_NEXT_END(strict_iomap_next, watched_begin, watched_end)
#endif

/*
 * A kernel that can call a filesystem in two ways gets to see both: faults go
 * one way, what system calls do the other.
 */
const struct iomap_ops strict_iomap_ops = {
#if HAVE_IOMAP_BEGIN
	.iomap_begin	= strict_iomap_begin,
	.iomap_end	= strict_iomap_end,
#else
	.iomap_next	= strict_iomap_next,
#endif
};

const struct iomap_ops strict_fault_iomap_ops = {
#if HAVE_IOMAP_NEXT
	.iomap_next	= strict_iomap_next,
#else
	.iomap_begin	= strict_iomap_begin,
	.iomap_end	= strict_iomap_end,
#endif
};
