// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks: what is charged to the inode, and the bits that say which are
 * taken.
 *
 * Every block that ext2 takes or gives back passes here twice, whichever
 * generation it is of. Charging is where taking can fail: its allocator looks
 * for a free block by itself, and calls nobody for that. The bit in the bitmap
 * is what makes the block somebody's, and that is traced.
 */
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/trace.h"
#include "ext2/audit.h"
#include "ext2/groups.h"
#include "fs/world.h"
#include "locks/preempt.h"
#include "memory/shadow.h"
#include "storage/cpu_cache.h"
#include <linux/bitops.h>
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/quotaops.h>
#include <linux/spinlock.h>

/* i_blocks counts in units of 512 bytes. */
static void charge(struct inode *inode, s64 nr)
{
	/* A sum; only who looks at it makes a difference. */
	access_note_at(FL_THING_WORDS, &inode->i_blocks, 0);
	inode->i_blocks += (blkcnt_t)nr << SECTORS_SHIFT;
}

bool world_is_root(void)
{
	return !(world->geometry->flags &
		 (FL_GEOMETRY_RESERVED | FL_GEOMETRY_HALF_RESERVED));
}

int dquot_initialize(struct inode *inode)
{
	(void)inode;
	return 0;
}

/*
 * Nothing was free but root's when blocks were charged. Whether there is
 * anything is asked once for several blocks; the slice does not ask.
 */
static int charged_in_reserve;

static u32 reserved_blocks(void)
{
	u32 free = world->free_blocks_before;

	return world->geometry->flags & FL_GEOMETRY_RESERVED ? free : free / 2;
}

static int alloc_block(struct inode *inode, s64 nr, uintptr_t site)
{
	int error;

	might_sleep_at(site);
	charged_in_reserve = !SLICE_IS_EMBEDDED && !world_is_root() &&
		ext2_free_blocks_left() <= reserved_blocks();
	error = inject(FL_POINT_BLOCK_ALLOC, site);
	if (error)
		trace(FL_EVENT_BLOCK_ALLOC, inode->object, site, -1, nr, 0, 0,
		      error);
	else
		charge(inode, nr);
	return error;
}

int dquot_alloc_block(struct inode *inode, s64 nr)
{
	int error = alloc_block(inode, nr, CALLER);

	if (!error)
		mark_inode_dirty(inode);
	return error;
}

int dquot_alloc_block_nodirty(struct inode *inode, s64 nr)
{
	return alloc_block(inode, nr, CALLER);
}

void dquot_free_block(struct inode *inode, s64 nr)
{
	charge(inode, -nr);
	mark_inode_dirty_sync(inode);
}

void dquot_free_block_nodirty(struct inode *inode, s64 nr)
{
	charge(inode, -nr);
}

/* ---- bitmaps ---- */

static void *byte_of(int nr, void *bitmap, uintptr_t site)
{
	shadow_check((char *)bitmap + (nr >> 3), 1, 1, site);
	return bitmap;
}

static int set(int nr, void *bitmap, uintptr_t site)
{
	int was = __test_and_set_bit_le(nr, byte_of(nr, bitmap, site));

	if (!was && charged_in_reserve)
		run_misuse(site, "a block that is reserved for root is taken");
	if (!was)
		trace(FL_EVENT_BLOCK_ALLOC, world->bdev.object, site,
		      groups_first_block_of(bitmap) + (u32)nr, 1, 0, 0, 0);
	return was;
}

static int clear(int nr, void *bitmap, uintptr_t site)
{
	int was = __test_and_clear_bit_le(nr, byte_of(nr, bitmap, site));

	u32 block = groups_first_block_of(bitmap) + (u32)nr;

	trace(FL_EVENT_BLOCK_FREE, world->bdev.object, site, block, 1, 0, 0,
	      was ? 0 : -EINVAL);
	cpu_cache_forget_blocks(block, 1);
	return was;
}

int ext2_set_bit(int nr, void *addr)
{
	return set(nr, addr, CALLER);
}

int ext2_clear_bit(int nr, void *addr)
{
	return clear(nr, addr, CALLER);
}

int ext2_set_bit_atomic(spinlock_t *lock, int nr, void *addr)
{
	shadow_check(lock, sizeof(*lock), 1, CALLER);
	return set(nr, addr, CALLER);
}

int ext2_clear_bit_atomic(spinlock_t *lock, int nr, void *addr)
{
	shadow_check(lock, sizeof(*lock), 1, CALLER);
	return clear(nr, addr, CALLER);
}

int ext2_test_bit(int nr, const void *addr)
{
	shadow_check((const char *)addr + (nr >> 3), 1, 0, CALLER);
	return test_bit_le(nr, addr);
}

int ext2_find_next_zero_bit(const void *addr, int size, int offset)
{
	shadow_check(addr, (size_t)DIV_ROUND_UP(size, 8), 0, CALLER);
	return (int)find_next_zero_bit_le(addr, (unsigned long)size,
					  (unsigned long)offset);
}

int ext2_find_next_bit(const void *addr, int size, int offset)
{
	shadow_check(addr, (size_t)DIV_ROUND_UP(size, 8), 0, CALLER);
	return (int)find_next_bit_le(addr, (unsigned long)size,
				     (unsigned long)offset);
}
