// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract: what begin takes, end gives back.
 *
 * begin reserves, takes the extent lock and, for a write, sees to it that the
 * first block of the range has storage (prepare.c). That is provisional until
 * end says how much of it was used. end keeps what lies under the bytes
 * `written` and turns the rest back into what it was. Blocks that the file had
 * before begin are never touched by either.
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
 * has is where it comes from, @length bytes of it in one piece. Of a hole
 * nothing is said.
 */
static void describe_copy(const struct strict_handle *handle,
			  struct iomap *iomap, struct iomap *source, u64 length)
{
	if (source && iomap->type != IOMAP_HOLE) {
		*source = *iomap;
		source->flags &= ~STRICT_F_SHARED;
		source->length = min(source->length, length);
	}
	iomap->type = IOMAP_MAPPED;
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
	u64 length;

	strict_set_device(iomap, inode->i_sb);
	iomap->flags = 0;
	if (!extent) {
		next = strict_next_extent(inode, block);
		count = (next == U32_MAX ? end : next) - block;
		if (handle->copy)
			count = handle->new_count;
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
	length = iomap->length;
	if (handle->copy) {
		if (extent)
			length = min(length, (u64)(extent->block +
						   extent->count - first)
						     << STRICT_BLOCK_SHIFT);
		describe_copy(handle, iomap, source, length);
	}
	handle->answered = min_t(loff_t, handle->length,
				 iomap->offset + length - handle->pos);
}

/* Zeroing skips what is zero, and changes all else. */
static bool zeroes_shared(const struct inode *inode, u32 block,
			  unsigned int flags)
{
	const struct strict_extent *extent = strict_find_extent(inode, block);

	return flags & STRICT_ZERO && extent && !extent->unwritten &&
	       (extent->shared || strict_always_copies(inode));
}

/**
 * strict_compares - the current task begins or stops to compare ranges
 * @inode:    the file; the caller holds i_mmap_sem for writing
 * @compares: whether it does
 *
 * It begins the second range before it has ended the first, in no order of the
 * two ends that a lock could be given back in: only reservations are held.
 */
void strict_compares(struct inode *inode, bool compares)
{
	STRICT_I(inode)->comparer = compares ? current : NULL;
}

static bool compares(const struct inode *inode)
{
	return READ_ONCE(STRICT_I(inode)->comparer) == current;
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
		 "strict: iomap_begin of an empty range\n"))
		return -EINVAL;
	handle = strict_reserve(inode);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	handle->pos = pos;
	handle->length = length;
	handle->flags = flags;
	if (!__strict_lock_extents(handle, !(flags & STRICT_NOWAIT))) {
		strict_unreserve(handle);
		return -EAGAIN;
	}
	error = inject(FL_POINT_FS_BEGIN, strict_here());
	if (!error &&
	    (flags & IOMAP_WRITE || zeroes_shared(inode, block, flags)))
		error = strict_prepare_write(handle, block, end);
	if (error) {
		strict_unlock_extents(handle);
		strict_unreserve(handle);
		return error;
	}
	describe(handle, block, end, iomap, STRICT_SOURCE);
	if (strict_answers_nonsense(inode, pos, flags, iomap)) {
		if (handle->new_count)
			strict_roll_back(handle, 0);
		strict_unlock_extents(handle);
		strict_unreserve(handle);
		return 0;
	}
	/* Zeroing of what is shared waits for locked entries as a write does. */
	handle->open = strict_is_open_write(flags) ||
		       (handle->copy && !(flags & STRICT_FAULT)) ||
		       is_open_fault(handle) || compares(inode);
	if (handle->open)
		strict_unlock_extents(handle);
	return 0;
}

/*
 * The handle that an end is about. Who holds the extent lock has it; that of an
 * open write is the newest that its task began, and of two ranges that are
 * compared the one that begins at @pos.
 */
static struct strict_handle *begun(const struct inode *inode, loff_t pos)
{
	struct strict_handle *handle = READ_ONCE(STRICT_I(inode)->handles);
	struct strict_handle *open;

	if (!STRICT_OPEN_WRITES || (handle && handle->owner == current))
		return handle;
	for (open = STRICT_SB(inode->i_sb)->handles; open; open = open->next)
		if (open->owner == current && open->inode == inode &&
		    open->open && (!compares(inode) || open->pos == pos))
			return open;
	return handle;
}

/* Whether end repeats what begin was told. Warns of every difference. */
static void check_end(const struct strict_handle *handle, loff_t pos,
		      loff_t length, ssize_t written, unsigned int flags)
{
	WARN(pos != handle->pos, "strict: iomap_end at %lld, begun at %lld\n",
	     (long long)pos, (long long)handle->pos);
	WARN(length != handle->length && length != handle->answered,
	     "strict: iomap_end of %lld bytes, begun with %lld\n",
	     (long long)length, (long long)handle->length);
	WARN(flags != handle->flags,
	     "strict: iomap_end with flags %x, begun with %x\n", flags,
	     handle->flags);
	WARN(written < 0 || written > length,
	     "strict: iomap_end with written %lld of %lld\n",
	     (long long)written, (long long)length);
}

static int strict_iomap_end(struct inode *inode, loff_t pos, loff_t length,
			    ssize_t written, unsigned int flags,
			    struct iomap *iomap)
{
	struct strict_handle *handle = begun(inode, pos);
	u32 keep = 0;
	int error = 0;

	if (STRICT_SB(inode->i_sb)->has_lied &&
	    (!handle || handle->owner != current))
		return 0;
	if (WARN(!handle, "strict: iomap_end without iomap_begin\n"))
		return 0;
	if (WARN(handle->owner != current,
		 "strict: iomap_end by a task that did not begin\n"))
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
		strict_roll_back(handle, keep);
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
