// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buffer cache: blocks of metadata, in memory of their own.
 *
 * A buffer stays in the cache for the life of a world, held or not, so that a
 * block is in one place. A real cache drops what nobody holds whenever memory
 * is short: taking hold of such a buffer is therefore where a read can fail,
 * and where memory can be lacking, whether or not it is still there. A buffer
 * whose write failed keeps what it holds.
 */
#include "storage/buffer.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/trace.h"
#include "fs/filesystem.h"
#include "fs/world.h"
#include "locks/preempt.h"
#include "memory/shadow.h"
#include "memory/slab.h"
#include "storage/buffer_io.h"
#include "storage/device.h"
#include <linux/bitops.h>
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define HEADS	64

/*
 * sb_getblk() can fail: kernels of late wait for memory in it (__GFP_NOFAIL),
 * others do not, and who calls it has to be able to do without. In a kernel, who
 * reads such a buffer finds out that it was dropped; the embedded slice was
 * written for one that has the buffer as it was.
 */
#define GETBLK_DROPS	(!SLICE_IS_EMBEDDED)

static struct buffer_head *heads[HEADS];

void buffer_open(void)
{
	memset(heads, 0, sizeof(heads));
}

/* ---- finding ---- */

static struct buffer_head *find(sector_t block)
{
	struct buffer_head *bh = heads[block % HEADS];

	while (bh && bh->b_blocknr != block)
		bh = bh->b_next;
	return bh;
}

static struct buffer_head *find_or_make(sector_t block, uintptr_t site)
{
	struct buffer_head *bh = find(block);

	if (bh)
		return bh;
	bh = slab_take(sizeof(*bh), "buffer_head", site);
	bh->b_data = slab_take(BLOCK_SIZE, "buffer", site);
	bh->b_blocknr = block;
	bh->b_size = BLOCK_SIZE;
	bh->b_bdev = &world->bdev;
	bh->object = object_new(FL_OBJECT_BUFFER);
	INIT_LIST_HEAD(&bh->b_assoc_buffers);
	set_bit(BH_Mapped, &bh->b_state);
	bh->b_next = heads[block % HEADS];
	heads[block % HEADS] = bh;
	if (accesses_are_noted)
		access_watch(bh->b_data, BLOCK_SIZE, FL_THING_WORDS);
	return bh;
}

void buffer_watch(void)
{
	for (unsigned int i = 0; i < HEADS; i++)
		for (struct buffer_head *bh = heads[i]; bh; bh = bh->b_next)
			access_watch(bh->b_data, BLOCK_SIZE, FL_THING_WORDS);
}

static int outside(sector_t block)
{
	return block >= world->bdev.bd_blocks;
}

static struct buffer_head *hold(struct buffer_head *bh, uintptr_t site)
{
	access_note_failing(FL_THING_BUFFER, bh->object);
	bh->b_count++;
	bh->site = site;
	return bh;
}

struct buffer_head *buffer_make(unsigned int block)
{
	struct buffer_head *bh = find_or_make(block, 0);

	set_bit(BH_Uptodate, &bh->b_state);
	return hold(bh, 0);
}

const void *buffer_contents(unsigned int block)
{
	const struct buffer_head *bh = find(block);

	return bh && test_bit(BH_Uptodate, &bh->b_state) ?
		bh->b_data : device_address(block);
}

int buffer_is_to_be_written(unsigned int block)
{
	const struct buffer_head *bh = find(block);

	return bh && test_bit(BH_Dirty, &bh->b_state);
}

/* ---- taking hold and letting go ---- */

struct buffer_head *sb_bread(struct super_block *sb, sector_t block)
{
	struct buffer_head *bh;

	shadow_check(sb, sizeof(*sb), 0, CALLER);
	might_sleep_at(CALLER);
	if (outside(block)) {
		trace(FL_EVENT_METADATA_READ, 0, CALLER, (int64_t)block, 0, 0,
		      0, -EIO);
		return NULL;
	}
	bh = find_or_make(block, CALLER);
	/* Whether it is read in again says nothing: it is the same then. */
	access_note(FL_THING_BUFFER, bh->object, 0, 0, 0);
	if ((!bh->b_count || !buffer_is_uptodate(bh)) &&
	    buffer_read_in(bh, CALLER))
		return NULL;
	return hold(bh, CALLER);
}

struct buffer_head *sb_getblk(struct super_block *sb, sector_t block)
{
	struct buffer_head *bh;

	shadow_check(sb, sizeof(*sb), 0, CALLER);
	might_sleep_at(CALLER);
	if (outside(block))
		return NULL;
	bh = find(block);
	if (bh && bh->b_count)
		return hold(bh, CALLER);
	/* That a bitmap cannot be had is the failure of reading it. */
	if ((SLICE_IS_EMBEDDED ||
	     !world->filesystem->is_others((u32)block)) &&
	    inject(FL_POINT_ALLOC, CALLER)) {
		trace(FL_EVENT_ALLOC, 0, CALLER, BLOCK_SIZE, 0, 0, 0, 0);
		return NULL;
	}
	bh = find_or_make(block, CALLER);
	if (GETBLK_DROPS) {
		access_note(FL_THING_BUFFER, bh->object, 0, 0, FL_ACCESS_WRITE);
		set_bit(BH_Dropped, &bh->b_state);
	}
	trace(FL_EVENT_ALLOC, bh->object, CALLER, BLOCK_SIZE, 0, 0, 0, 1);
	return hold(bh, CALLER);
}

struct buffer_head *sb_find_get_block(struct super_block *sb, sector_t block)
{
	struct buffer_head *bh = find(block);

	shadow_check(sb, sizeof(*sb), 0, CALLER);
	return bh ? hold(bh, CALLER) : NULL;
}

void get_bh(struct buffer_head *bh)
{
	shadow_check(bh, sizeof(*bh), 1, CALLER);
	access_note_failing(FL_THING_BUFFER, bh->object);
	bh->b_count++;
}

static void let_go(struct buffer_head *bh, uintptr_t site)
{
	shadow_check(bh, sizeof(*bh), 1, site);
	access_note_failing(FL_THING_BUFFER, bh->object);
	if (bh->b_count < 1)
		run_warn(site,
			 "buffer of block %lu released, but nobody has it",
			 bh->b_blocknr);
	else
		bh->b_count--;
}

void put_bh(struct buffer_head *bh)
{
	let_go(bh, CALLER);
}

void brelse(struct buffer_head *bh)
{
	if (bh)
		let_go(bh, CALLER);
}

void bforget(struct buffer_head *bh)
{
	if (!bh)
		return;
	shadow_check(bh, sizeof(*bh), 1, CALLER);
	clear_bit(BH_Dirty, &bh->b_state);
	set_bit(BH_Forgotten, &bh->b_state);
	buffer_dissociate(bh);
	let_go(bh, CALLER);
}

/* A block has become data: what the cache says of it must not be written. */
static void forget_alias(struct block_device *bdev, sector_t block,
			 uintptr_t site)
{
	struct buffer_head *bh = find(block);

	shadow_check(bdev, sizeof(*bdev), 0, site);
	if (!bh)
		return;
	clear_bit(BH_Dirty, &bh->b_state);
	clear_bit(BH_Req, &bh->b_state);
	set_bit(BH_Forgotten, &bh->b_state);
}

void unmap_underlying_metadata(struct block_device *bdev, sector_t block)
{
	forget_alias(bdev, block, CALLER);
}

void clean_bdev_aliases(struct block_device *bdev, sector_t block,
			sector_t count)
{
	for (; count; block++, count--)
		forget_alias(bdev, block, CALLER);
}

/* ---- state ---- */

static int has(const struct buffer_head *bh, int bit, uintptr_t site)
{
	shadow_check(bh, sizeof(*bh), 0, site);
	return test_bit(bit, &bh->b_state);
}

int buffer_uptodate(const struct buffer_head *bh)
{
	shadow_check(bh, sizeof(*bh), 0, CALLER);
	return buffer_looks_uptodate(bh);
}

int buffer_dirty(const struct buffer_head *bh)
{
	return has(bh, BH_Dirty, CALLER);
}

int buffer_write_io_error(const struct buffer_head *bh)
{
	return has(bh, BH_Write_EIO, CALLER);
}

int buffer_req(const struct buffer_head *bh)
{
	return has(bh, BH_Req, CALLER);
}

void set_buffer_uptodate(struct buffer_head *bh)
{
	shadow_check(bh, sizeof(*bh), 1, CALLER);
	access_note(FL_THING_BUFFER, bh->object, 0, 0, FL_ACCESS_WRITE);
	set_bit(BH_Uptodate, &bh->b_state);
	clear_bit(BH_Dropped, &bh->b_state);
}

void clear_buffer_uptodate(struct buffer_head *bh)
{
	shadow_check(bh, sizeof(*bh), 1, CALLER);
	access_note(FL_THING_BUFFER, bh->object, 0, 0, FL_ACCESS_WRITE);
	clear_bit(BH_Uptodate, &bh->b_state);
}

/* ---- audit ---- */

void buffer_all_clean(void)
{
	for (unsigned int i = 0; i < HEADS; i++)
		for (struct buffer_head *bh = heads[i]; bh; bh = bh->b_next)
			bh->b_sum = block_sum(bh->b_data);
}

/* Changed, and nothing will write it. */
static int is_changed(const struct buffer_head *bh)
{
	unsigned long cared_for = 1ul << BH_Dirty | 1ul << BH_Write_EIO |
		1ul << BH_Forgotten;

	if (bh->b_state & cared_for || !test_bit(BH_Uptodate, &bh->b_state))
		return 0;
	return block_sum(bh->b_data) != bh->b_sum;
}

void buffer_find_changes(void)
{
	for (unsigned int i = 0; i < HEADS; i++)
		for (struct buffer_head *bh = heads[i]; bh; bh = bh->b_next)
			if (is_changed(bh))
				leak_add(FL_LEAK_CHANGE, bh->object,
					 bh->b_size, bh->site,
					 "a block of metadata");
}

void buffer_sync_begins(void)
{
	for (unsigned int i = 0; i < HEADS; i++)
		for (struct buffer_head *bh = heads[i]; bh; bh = bh->b_next)
			bh->b_wanted =
				!world->filesystem->is_others(
					(u32)bh->b_blocknr) &&
				test_bit(BH_Dirty, &bh->b_state);
}

int buffer_sync_ends(void)
{
	for (unsigned int i = 0; i < HEADS; i++)
		for (struct buffer_head *bh = heads[i]; bh; bh = bh->b_next)
			if (bh->b_wanted && test_bit(BH_Dirty, &bh->b_state))
				return (int)bh->b_blocknr;
	return -1;
}

void buffer_find_leaks(void)
{
	for (unsigned int i = 0; i < HEADS; i++) {
		struct buffer_head *bh = heads[i];

		for (; bh; bh = bh->b_next) {
			slab_vouch(bh);
			slab_vouch(bh->b_data);
			if (bh->b_count)
				leak_add(FL_LEAK_BUFFER, bh->object,
					 bh->b_size, bh->site, "buffer");
		}
	}
}
