// SPDX-License-Identifier: GPL-2.0-only
/*
 * Storage: persistent memory behind a block device, its bad blocks, and the
 * buffers that metadata is read through.
 *
 * The file has blocks 0 and 1, at device blocks 1 and 2; the second one is bad.
 */
#include "trial.h"
#include "fs/world.h"
#include "storage/device.h"
#include <linux/kernel.h>
#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/string.h>

#define BLOCK	4096ll

static struct trial device(task_body body)
{
	struct trial t = trial(body, NULL, NULL);

	t.geometry.size = 2 * BLOCK;
	t.geometry.device_blocks = 64;
	trial_extent(&t, 0, 1, 0x11, 0);
	trial_extent(&t, 1, 1, 0x22, FL_EXTENT_BAD);
	return t;
}

static struct block_device *bdev(void)
{
	return world_inode()->i_sb->s_bdev;
}

/* Asks for a page at a sector; notes the answer, and the byte found there. */
static long look(sector_t sector, const char *what)
{
	struct blk_dax_ctl dax = { .sector = sector, .size = PAGE_SIZE };
	long ret;

	if (blk_queue_enter(bdev()->bd_queue, true)) {
		note('!');
		return -EIO;
	}
	ret = bdev_direct_access(bdev(), &dax);
	note_number(what, ret < 0 ? ret : *(unsigned char *)dax.addr);
	blk_queue_exit(bdev()->bd_queue);
	return ret;
}

static void look_at_data(void)
{
	look(8, "data");
	look(16, " bad");
}

static void direct_access_reads_data_and_refuses_bad_blocks(void **state)
{
	struct trial t = device(look_at_data);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "data=17 bad=-5");
	assert_int_equal(count_events(outcome, FL_EVENT_DIRECT_ACCESS), 2);
	assert_null(held_at_end(outcome, FL_HELD_STORAGE));
	assert_no_complaint(outcome);
}

static void look_past_the_end(void)
{
	note(look(64 * 8, "past") < 0 ? '.' : '!');
}

static void direct_access_past_the_device_is_refused(void **state)
{
	struct trial t = device(look_past_the_end);

	assert_end(run_trial(&t), FL_END_FINISHED);
	assert_non_null(strchr(notes(), '.'));
	assert_null(strchr(notes(), '!'));
}

static void enter_and_stay(void)
{
	note_number("enter", blk_queue_enter(bdev()->bd_queue, true));
}

static void a_queue_that_is_not_left_is_held(void **state)
{
	struct trial t = device(enter_and_stay);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_string_equal(notes(), "enter=0");
	assert_non_null(held_at_end(outcome, FL_HELD_STORAGE));
}

static void zero_and_look(void)
{
	note_number("zeroout", sb_issue_zeroout(world_inode()->i_sb, 1, 1,
						GFP_KERNEL));
	look(8, " data");
}

static void zeroout_zeroes(void **state)
{
	struct trial t = device(zero_and_look);

	run_trial(&t);
	assert_string_equal(notes(), "zeroout=0 data=0");
}

static void a_zeroout_that_fails_changes_nothing(void **state)
{
	struct trial t = device(zero_and_look);

	trial_fail(&t, 0, 1, -EIO);
	run_trial(&t);
	assert_string_equal(notes(), "zeroout=-5 data=17");
}

static void zero_two_sectors(void)
{
	const unsigned char *data = device_address(1);

	note_number("zeroout", blkdev_issue_zeroout(bdev(), 8 + 1, 2,
						    GFP_KERNEL, 0));
	note_number(" before", data[511]);
	note_number(" first", data[512]);
	note_number(" last", data[1535]);
	note_number(" behind", data[1536]);
	note_number(" across", blkdev_issue_zeroout(bdev(), 8 + 7, 2,
						    GFP_KERNEL, 0));
}

static void sectors_of_one_block_can_be_zeroed(void **state)
{
	struct trial t = device(zero_two_sectors);

	run_trial(&t);
	assert_string_equal(notes(), "zeroout=0 before=17 first=0 last=0 "
				     "behind=17 across=-22");
}

static void a_read_stops_before_a_bad_block_and_fails_at_it(void **state)
{
	struct trial t = trial_of_ops(FL_FS_STRICT, 2 * BLOCK);
	struct fl_op op = { .kind = FL_OP_READ, .length = 2 * BLOCK };
	const struct fl_outcome *outcome;

	trial_extent(&t, 0, 1, 0x11, 0);
	trial_extent(&t, 1, 1, 0x22, FL_EXTENT_BAD);
	trial_op(&t, op);
	op.pos = BLOCK;
	op.length = 1;
	trial_op(&t, op);
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->results[0].value, BLOCK);
	assert_int_equal(outcome->results[1].value, -EIO);
}

/* ---- from one world to the next ---- */

static void look_and_overwrite(void)
{
	struct blk_dax_ctl dax = { .sector = 8, .size = PAGE_SIZE };

	look(8, "data");
	bdev_direct_access(bdev(), &dax);
	memset(dax.addr, 0x77, PAGE_SIZE);
}

static void a_world_finds_what_it_laid_out_whatever_was_there(void **state)
{
	static const struct { uint8_t fill; uint64_t size; const char *seen; }
	worlds[] = {
		{ 0x11, BLOCK, "data=17" }, { 0x11, BLOCK, "data=17" },
		{ 0x22, BLOCK, "data=34" }, { 0x22, 1, "data=34" },
		{ 0x22, 0, "data=0" }, { 0, BLOCK, "data=0" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(worlds); i++) {
		struct trial t = trial(i & 1 ? look_at_data :
					       look_and_overwrite, NULL, NULL);

		t.geometry.size = worlds[i].size;
		trial_extent(&t, 0, 1, worlds[i].fill, 0);
		assert_end(run_trial(&t), FL_END_FINISHED);
		assert_memory_equal(notes(), worlds[i].seen,
				    strlen(worlds[i].seen));
	}
}

/* ---- buffers ---- */

static void read_a_buffer(void)
{
	struct buffer_head *bh = sb_bread(world_inode()->i_sb, 1);

	if (!bh) {
		note('0');
		return;
	}
	note_number("byte", *(unsigned char *)bh->b_data);
	note_number(" size", bh->b_size);
	brelse(bh);
}

static void a_buffer_holds_what_is_on_the_device(void **state)
{
	struct trial t = device(read_a_buffer);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "byte=17 size=4096");
	assert_int_equal(outcome->nr_leaks, 0);
	assert_int_equal(count_events(outcome, FL_EVENT_METADATA_READ), 1);
}

static void a_buffer_that_cannot_be_read_is_null(void **state)
{
	struct trial t = device(read_a_buffer);

	trial_fail(&t, 0, 1, -EIO);
	assert_end(run_trial(&t), FL_END_FINISHED);
	assert_string_equal(notes(), "0");
}

static void keep_a_buffer(void)
{
	sb_bread(world_inode()->i_sb, 1);
}

static void a_buffer_that_is_kept_is_a_leak(void **state)
{
	struct trial t = device(keep_a_buffer);

	assert_int_equal(count_leaks(run_trial(&t), FL_LEAK_BUFFER), 1);
}

static void write_a_buffer(void)
{
	struct buffer_head *bh = sb_bread(world_inode()->i_sb, 3);

	memset(bh->b_data, 0x33, bh->b_size);
	mark_buffer_dirty(bh);
	note_number("dirty", !!buffer_dirty(bh));
	note_number(" sync", sync_dirty_buffer(bh));
	note_number(" dirty", !!buffer_dirty(bh));
	brelse(bh);
	look(24, " device");
}

static void a_dirty_buffer_reaches_the_device(void **state)
{
	struct trial t = device(write_a_buffer);

	assert_end(run_trial(&t), FL_END_FINISHED);
	assert_string_equal(notes(), "dirty=1 sync=0 dirty=0 device=51");
}

static void change_a_buffer(void)
{
	struct buffer_head *bh = sb_bread(world_inode()->i_sb, 1);

	bh->b_data[5] ^= 1;
	brelse(bh);
}

static void a_buffer_that_is_changed_and_not_dirty_is_reported(void **state)
{
	struct trial t = device(change_a_buffer);

	assert_int_equal(count_leaks(run_trial(&t), FL_LEAK_CHANGE), 1);
}

SUITE(storage_tests,
      shows(direct_access_reads_data_and_refuses_bad_blocks),
      shows(direct_access_past_the_device_is_refused),
      shows(a_queue_that_is_not_left_is_held),
      shows(zeroout_zeroes),
      shows(a_zeroout_that_fails_changes_nothing),
      shows(sectors_of_one_block_can_be_zeroed),
      shows(a_read_stops_before_a_bad_block_and_fails_at_it),
      shows(a_world_finds_what_it_laid_out_whatever_was_there),
      shows(a_buffer_holds_what_is_on_the_device),
      shows(a_buffer_that_cannot_be_read_is_null),
      shows(a_buffer_that_is_kept_is_a_leak),
      shows(a_dirty_buffer_reaches_the_device),
      shows(a_buffer_that_is_changed_and_not_dirty_is_reported))
