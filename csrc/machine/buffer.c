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
#include "world.h"
#include <linux/bitops.h>
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define HEADS	64

/*
 * sb_getblk() of a kernel waits for memory rather than fail (__GFP_NOFAIL), and
 * who reads such a buffer finds out that it was dropped. The embedded slice was
 * written for one that fails, and that has the buffer as it was.
 */
#define GETBLK_FAILS	SLICE_IS_EMBEDDED

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
	if (touches_are_on)
		touch_watch(bh->b_data, BLOCK_SIZE, FL_THING_WORDS);
	return bh;
}

void buffer_watch(void)
{
	for (unsigned int i = 0; i < HEADS; i++)
		for (struct buffer_head *bh = heads[i]; bh; bh = bh->b_next)
			touch_watch(bh->b_data, BLOCK_SIZE, FL_THING_WORDS);
}

static int outside(sector_t block)
{
	return block >= world->bdev.bd_blocks;
}

static struct buffer_head *hold(struct buffer_head *bh, uintptr_t site)
{
	touch_failing(FL_THING_BUFFER, bh->object);
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

/* ---- taking hold and letting go ---- */

static int is_uptodate(const struct buffer_head *bh)
{
	return test_bit(BH_Uptodate, &bh->b_state) &&
		!test_bit(BH_Dropped, &bh->b_state);
}

/* The same where it is not under a lock that others respect. */
static int looks_uptodate(const struct buffer_head *bh)
{
	touch(FL_THING_BUFFER, bh->object, 0, 0, 0);
	return is_uptodate(bh);
}

/* Fills a buffer from the device; 0 or a negative errno. */
static int read_in(struct buffer_head *bh, uintptr_t site)
{
	unsigned int block = (unsigned int)bh->b_blocknr;
	int error = inject(FL_POINT_METADATA_READ, site);

	if (!error && pmem_good_blocks(block, 1) == 0)
		error = -EIO;
	if (!error && !test_bit(BH_Uptodate, &bh->b_state)) {
		touch(FL_THING_BUFFER, bh->object, 0, 0, FL_TOUCH_WRITE);
		memcpy(bh->b_data, device_address(block), BLOCK_SIZE);
		set_bit(BH_Uptodate, &bh->b_state);
	}
	if (!error && test_bit(BH_Dropped, &bh->b_state)) {
		touch(FL_THING_BUFFER, bh->object, 0, 0, FL_TOUCH_WRITE);
		clear_bit(BH_Dropped, &bh->b_state);
	}
	trace(FL_EVENT_METADATA_READ, bh->object, site, block, 0, 0, 0, error);
	return error;
}

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
	touch(FL_THING_BUFFER, bh->object, 0, 0, 0);
	if ((!bh->b_count || !is_uptodate(bh)) && read_in(bh, CALLER))
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
	if (GETBLK_FAILS && inject(FL_POINT_ALLOC, CALLER)) {
		trace(FL_EVENT_ALLOC, 0, CALLER, BLOCK_SIZE, 0, 0, 0, 0);
		return NULL;
	}
	bh = find_or_make(block, CALLER);
	if (!GETBLK_FAILS) {
		touch(FL_THING_BUFFER, bh->object, 0, 0, FL_TOUCH_WRITE);
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
	touch_failing(FL_THING_BUFFER, bh->object);
	bh->b_count++;
}

static void let_go(struct buffer_head *bh, uintptr_t site)
{
	shadow_check(bh, sizeof(*bh), 1, site);
	touch_failing(FL_THING_BUFFER, bh->object);
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

/* No longer among those that an fsync of some file has to write. */
static void dissociate(struct buffer_head *bh)
{
	if (!bh->b_assoc_map)
		return;
	list_del_init(&bh->b_assoc_buffers);
	bh->b_assoc_map = NULL;
}

void bforget(struct buffer_head *bh)
{
	if (!bh)
		return;
	shadow_check(bh, sizeof(*bh), 1, CALLER);
	clear_bit(BH_Dirty, &bh->b_state);
	dissociate(bh);
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
	return looks_uptodate(bh);
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
	touch(FL_THING_BUFFER, bh->object, 0, 0, FL_TOUCH_WRITE);
	set_bit(BH_Uptodate, &bh->b_state);
	clear_bit(BH_Dropped, &bh->b_state);
}

void clear_buffer_uptodate(struct buffer_head *bh)
{
	shadow_check(bh, sizeof(*bh), 1, CALLER);
	touch(FL_THING_BUFFER, bh->object, 0, 0, FL_TOUCH_WRITE);
	clear_bit(BH_Uptodate, &bh->b_state);
}

/* ---- the lock ---- */

static void take_lock(struct buffer_head *bh, uintptr_t site)
{
	uint32_t class = lock_class("buffer lock");

	shadow_check(bh, sizeof(*bh), 1, site);
	might_sleep_at(site);
	task_wants(&bh->b_state, BH_Lock + 1);
	schedule_point(bh->object);
	task_wants(NULL, 0);
	while (test_bit(BH_Lock, &bh->b_state)) {
		held_order(class);
		touch_at(FL_THING_LOCK, bh, FL_TOUCH_WANT | FL_TOUCH_GUARD);
		trace(FL_EVENT_LOCK_WAIT, bh->object, site, class,
		      FL_MODE_WRITE, held_count(task_number()), 0, 0);
		bh->b_waiting |= 1u << task_number();
		task_park(PARK_LOCK, bh->object, class, FL_MODE_WRITE,
			  held_owner(FL_HELD_LOCK, bh->object), site);
	}
	set_bit(BH_Lock, &bh->b_state);
	touch_at(FL_THING_LOCK, bh,
		 FL_TOUCH_WRITE | FL_TOUCH_TAKE | FL_TOUCH_GUARD);
	held_add(FL_HELD_LOCK, bh->object, class, FL_MODE_WRITE, 0, site);
	trace(FL_EVENT_LOCK, bh->object, site, class, FL_MODE_WRITE,
	      held_count(task_number()) - 1, 0, 0);
}

static void give_lock(struct buffer_head *bh, uintptr_t site)
{
	shadow_check(bh, sizeof(*bh), 1, site);
	if (!test_bit(BH_Lock, &bh->b_state) ||
	    !held_remove(FL_HELD_LOCK, bh->object)) {
		run_misuse(site, "unlock of a buffer that is not locked");
		return;
	}
	clear_bit(BH_Lock, &bh->b_state);
	trace(FL_EVENT_UNLOCK, bh->object, site, lock_class("buffer lock"),
	      FL_MODE_WRITE, held_count(task_number()), 0, 0);
	for (unsigned int task = 0; bh->b_waiting >> task; task++)
		if (bh->b_waiting >> task & 1)
			task_wake(task);
	bh->b_waiting = 0;
}

void lock_buffer(struct buffer_head *bh)
{
	take_lock(bh, CALLER);
}

void unlock_buffer(struct buffer_head *bh)
{
	give_lock(bh, CALLER);
}

void wait_on_buffer(struct buffer_head *bh)
{
	touch_at(FL_THING_LOCK, bh, 0);
	if (!has(bh, BH_Lock, CALLER))
		return;
	take_lock(bh, CALLER);
	give_lock(bh, CALLER);
}

int bh_uptodate_or_lock(struct buffer_head *bh)
{
	shadow_check(bh, sizeof(*bh), 0, CALLER);
	if (looks_uptodate(bh))
		return 1;
	take_lock(bh, CALLER);
	if (!looks_uptodate(bh))
		return 0;
	give_lock(bh, CALLER);
	return 1;
}

int bh_submit_read(struct buffer_head *bh)
{
	int error = 0;

	if (!has(bh, BH_Lock, CALLER))
		run_end(FL_END_BUG, CALLER,
			"BUG: read into an unlocked buffer");
	if (!looks_uptodate(bh))
		error = read_in(bh, CALLER);
	give_lock(bh, CALLER);
	return error;
}

int bh_read(struct buffer_head *bh, unsigned int op_flags)
{
	int error;

	(void)op_flags;
	shadow_check(bh, sizeof(*bh), 0, CALLER);
	if (looks_uptodate(bh))
		return 1;
	take_lock(bh, CALLER);
	error = looks_uptodate(bh) ? 1 : read_in(bh, CALLER);
	give_lock(bh, CALLER);
	return error;
}

/* ---- writing ---- */

static void make_dirty(struct buffer_head *bh, uintptr_t site)
{
	shadow_check(bh, sizeof(*bh), 1, site);
	if (!is_uptodate(bh))
		run_warn(site, "buffer of block %lu dirtied, but not uptodate",
			 bh->b_blocknr);
	freeze_check(&world->sb, "metadata is dirtied", site);
	set_bit(BH_Dirty, &bh->b_state);
	trace(FL_EVENT_METADATA_DIRTY, bh->object, site,
	      (int64_t)bh->b_blocknr, 0, 0, 0, 0);
}

void mark_buffer_dirty(struct buffer_head *bh)
{
	make_dirty(bh, CALLER);
}

void mark_buffer_dirty_inode(struct buffer_head *bh, struct inode *inode)
{
	shadow_check(inode, sizeof(*inode), 0, CALLER);
	make_dirty(bh, CALLER);
	if (bh->b_assoc_map)
		return;
	bh->b_assoc_map = inode->i_mapping;
	list_add_tail(&bh->b_assoc_buffers, &inode->i_mapping->private_list);
}

static int write_out(struct buffer_head *bh, uintptr_t site)
{
	unsigned int block = (unsigned int)bh->b_blocknr;
	int error;

	take_lock(bh, site);
	error = 0;
	if (test_bit(BH_Dirty, &bh->b_state)) {
		clear_bit(BH_Dirty, &bh->b_state);
		set_bit(BH_Req, &bh->b_state);
		error = inject(FL_POINT_METADATA_WRITE, site);
		if (!error && pmem_good_blocks(block, 1) == 0)
			error = -EIO;
		if (error) {
			set_bit(BH_Write_EIO, &bh->b_state);
		} else {
			device_touch(block, 1);
			memcpy(device_address(block), bh->b_data, BLOCK_SIZE);
		}
		trace(FL_EVENT_METADATA_WRITE, bh->object, site, block, 0, 0, 0,
		      error);
	}
	give_lock(bh, site);
	return error;
}

int sync_dirty_buffer(struct buffer_head *bh)
{
	shadow_check(bh, sizeof(*bh), 1, CALLER);
	if (bh->b_count < 1)
		run_warn(CALLER,
			 "buffer of block %lu written, but nobody has it",
			 bh->b_blocknr);
	return write_out(bh, CALLER);
}

int sync_mapping_buffers(struct address_space *mapping)
{
	struct list_head *list = &mapping->private_list;
	int error, first_error = 0;

	shadow_check(mapping, sizeof(*mapping), 1, CALLER);
	/* Each one is off the list before it is written: this ends. */
	while (!list_empty(list)) {
		struct buffer_head *bh = list_first_entry(
			list, struct buffer_head, b_assoc_buffers);

		dissociate(bh);
		bh->b_count++;
		error = write_out(bh, CALLER);
		bh->b_count--;
		if (!first_error)
			first_error = error;
	}
	return first_error;
}

void invalidate_inode_buffers(struct inode *inode)
{
	struct list_head *list = &inode->i_mapping->private_list;

	shadow_check(inode, sizeof(*inode), 1, CALLER);
	while (!list_empty(list))
		dissociate(list_first_entry(list, struct buffer_head,
					    b_assoc_buffers));
}

/* ---- audit ---- */

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
