// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buffer cache and the device: a buffer's lock, and reading and writing
 * under it.
 *
 * What must hold: a buffer that is written is locked meanwhile, and one that
 * was read in says what the device said, or what was written to it since.
 */
#include "storage/buffer_io.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "core/task.h"
#include "core/trace.h"
#include "fs/freeze.h"
#include "fs/world.h"
#include "locks/held.h"
#include "locks/lock_class.h"
#include "locks/preempt.h"
#include "memory/shadow.h"
#include "storage/device.h"
#include "storage/pmem.h"
#include <linux/bitops.h>
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

static int has(const struct buffer_head *bh, int bit, uintptr_t site)
{
	shadow_check(bh, sizeof(*bh), 0, site);
	return test_bit(bit, &bh->b_state);
}

/* ---- reading in ---- */

int buffer_read_in(struct buffer_head *bh, uintptr_t site)
{
	unsigned int block = (unsigned int)bh->b_blocknr;
	int error = inject(FL_POINT_METADATA_READ, site);

	if (!error && pmem_good_blocks(block, 1) == 0)
		error = -EIO;
	if (!error && !test_bit(BH_Uptodate, &bh->b_state)) {
		access_note(FL_THING_BUFFER, bh->object, 0, 0, FL_ACCESS_WRITE);
		memcpy(bh->b_data, device_address(block), BLOCK_SIZE);
		bh->b_sum = block_sum(bh->b_data);
		set_bit(BH_Uptodate, &bh->b_state);
	}
	if (!error && test_bit(BH_Dropped, &bh->b_state)) {
		access_note(FL_THING_BUFFER, bh->object, 0, 0, FL_ACCESS_WRITE);
		clear_bit(BH_Dropped, &bh->b_state);
	}
	trace(FL_EVENT_METADATA_READ, bh->object, site, block, 0, 0, 0, error);
	return error;
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
		access_note_at(FL_THING_LOCK, bh,
			       FL_ACCESS_WANT | FL_ACCESS_GUARD);
		trace(FL_EVENT_LOCK_WAIT, bh->object, site, class,
		      FL_MODE_WRITE, held_count(task_number()), 0, 0);
		bh->b_waiting |= 1u << task_number();
		task_park(PARK_LOCK, bh->object, class, FL_MODE_WRITE,
			  held_owner(FL_HELD_LOCK, bh->object), site);
	}
	set_bit(BH_Lock, &bh->b_state);
	access_note_at(FL_THING_LOCK, bh,
		       FL_ACCESS_WRITE | FL_ACCESS_TAKE | FL_ACCESS_GUARD);
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
	access_note_at(FL_THING_LOCK, bh, 0);
	if (!has(bh, BH_Lock, CALLER))
		return;
	take_lock(bh, CALLER);
	give_lock(bh, CALLER);
}

int bh_uptodate_or_lock(struct buffer_head *bh)
{
	shadow_check(bh, sizeof(*bh), 0, CALLER);
	if (buffer_looks_uptodate(bh))
		return 1;
	take_lock(bh, CALLER);
	if (!buffer_looks_uptodate(bh))
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
	if (!buffer_looks_uptodate(bh))
		error = buffer_read_in(bh, CALLER);
	give_lock(bh, CALLER);
	return error;
}

int bh_read(struct buffer_head *bh, unsigned int op_flags)
{
	int error;

	(void)op_flags;
	shadow_check(bh, sizeof(*bh), 0, CALLER);
	if (buffer_looks_uptodate(bh))
		return 1;
	take_lock(bh, CALLER);
	error = buffer_looks_uptodate(bh) ? 1 : buffer_read_in(bh, CALLER);
	give_lock(bh, CALLER);
	return error;
}

/* ---- writing ---- */

/* No longer among those that an fsync of some file has to write. */
void buffer_dissociate(struct buffer_head *bh)
{
	if (!bh->b_assoc_map)
		return;
	list_del_init(&bh->b_assoc_buffers);
	bh->b_assoc_map = NULL;
}

static void make_dirty(struct buffer_head *bh, uintptr_t site)
{
	shadow_check(bh, sizeof(*bh), 1, site);
	if (!buffer_is_uptodate(bh))
		run_warn(site, "buffer of block %lu dirtied, but not uptodate",
			 bh->b_blocknr);
	freeze_check(&world->sb, "metadata is dirtied", site);
	set_bit(BH_Dirty, &bh->b_state);
	clear_bit(BH_Forgotten, &bh->b_state);
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
		bh->b_wanted = 0;
		set_bit(BH_Req, &bh->b_state);
		/* On a bad medium too: the driver clears it, or that fails. */
		error = inject(FL_POINT_METADATA_WRITE, site);
		if (error) {
			set_bit(BH_Write_EIO, &bh->b_state);
		} else {
			device_dirty(block, 1);
			pmem_mark_good(block, 1);
			memcpy(device_address(block), bh->b_data, BLOCK_SIZE);
			bh->b_sum = block_sum(bh->b_data);
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

		buffer_dissociate(bh);
		access_note_failing(FL_THING_BUFFER, bh->object);
		bh->b_count++;
		error = write_out(bh, CALLER);
		access_note_failing(FL_THING_BUFFER, bh->object);
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
		buffer_dissociate(list_first_entry(list, struct buffer_head,
					    b_assoc_buffers));
}
