// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers and what later kernels do with them, which the embedded slice never
 * asks for: reading without submitting, dropping aliases of a whole range,
 * making a file durable without its lock.
 */
#include "trial.h"
#include "fs/world.h"
#include "locks/lock_class.h"
#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* Blocks of the device that nothing else looks at. */
#define ONE	40
#define OTHER	41

static struct super_block *sb(void)
{
	return world_inode()->i_sb;
}

static void read_twice(void)
{
	struct buffer_head *bh = sb_getblk(sb(), ONE);

	note_number("first", bh_read(bh, 0));
	note_number(" again", bh_read(bh, 0));
	brelse(bh);
}

static void a_buffer_is_read_in_once(void **state)
{
	const struct fl_outcome *outcome = run_bodies(read_twice, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "first=0 again=1");
	assert_int_equal(count_events(outcome, FL_EVENT_METADATA_READ), 1);
	assert_no_complaint(outcome);
}

static void a_failing_read_leaves_no_lock_behind(void **state)
{
	struct trial t = trial(read_twice, NULL, NULL);

	assert_true(trial_fail_point(&t, 0, FL_POINT_METADATA_READ, 1, -EIO));
	assert_end(run_trial(&t), FL_END_FINISHED);
	assert_string_equal(notes(), "first=-5 again=0");
	assert_no_complaint(run_trial(&t));
}

static struct buffer_head *dirty_buffer(sector_t block)
{
	struct buffer_head *bh = sb_bread(sb(), block);

	mark_buffer_dirty(bh);
	return bh;
}

static void clean_the_first(void)
{
	struct buffer_head *one = dirty_buffer(ONE);
	struct buffer_head *other = dirty_buffer(OTHER);

	clean_bdev_aliases(sb()->s_bdev, ONE - 2, 3);
	note(buffer_dirty(one) ? 'd' : 'c');
	note(buffer_dirty(other) ? 'd' : 'c');
	brelse(one);
	brelse(other);
}

static void aliases_of_a_range_are_dropped_and_no_others(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(clean_the_first, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "cd");
	assert_no_complaint(outcome);
}

static void make_durable_locked(void)
{
	struct inode *inode = world_inode();
	struct buffer_head *bh = sb_bread(sb(), ONE);

	mark_buffer_dirty_inode(bh, inode);
	brelse(bh);
	inode_lock(inode);
	note_number("fsync", generic_buffers_fsync(world_file(), 0, LLONG_MAX,
						   false));
	inode_unlock(inode);
}

static void buffers_are_made_durable_without_the_inodes_lock(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(make_durable_locked, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "fsync=0");
	assert_int_equal(count_events(outcome, FL_EVENT_METADATA_WRITE), 1);
	assert_int_equal(count_events(outcome, FL_EVENT_FLUSH), 1);
	assert_no_complaint(outcome);
}

static void a_failing_write_is_what_fsync_says(void **state)
{
	struct trial t = trial(make_durable_locked, NULL, NULL);

	assert_true(trial_fail_point(&t, 0, FL_POINT_METADATA_WRITE, 1, -EIO));
	assert_end(run_trial(&t), FL_END_FINISHED);
	assert_string_equal(notes(), "fsync=-5");
}

static void a_device_that_does_not_flush_is_what_fsync_says(void **state)
{
	struct trial t = trial(make_durable_locked, NULL, NULL);
	const struct fl_outcome *outcome;

	assert_true(trial_fail_point(&t, 0, FL_POINT_FLUSH, 1, -EIO));
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "fsync=-5");
	assert_int_equal(count_events(outcome, FL_EVENT_METADATA_WRITE), 1);
}

static void keep_the_invalidate_lock(void)
{
	struct address_space *mapping = world_inode()->i_mapping;

	filemap_invalidate_lock_shared(mapping);
	filemap_invalidate_lock(mapping);
}

static void truncation_inside_a_fault_is_a_self_deadlock(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(keep_the_invalidate_lock, NULL, NULL);
	const struct fl_held *held = held_at_end(outcome, FL_HELD_LOCK);

	assert_end(outcome, FL_END_SELF_DEADLOCK);
	assert_non_null(held);
	assert_string_equal(faultline_image()->lock_class_name(
				    held->lock_class),
			    "mapping.invalidate_lock");
}

static void look_for_bytes(void)
{
	char text[] = "abc";

	note(memscan(text, 'b', 3) == text + 1 ? '.' : '!');
	note(memscan(text, 'x', 3) == text + 3 ? '.' : '!');
	note(in_range(7, 7, 1) && !in_range(8, 7, 1) && !in_range(6, 7, 1) ?
		     '.' : '!');
}

static void bytes_and_blocks_are_found_where_they_are(void **state)
{
	assert_end(run_bodies(look_for_bytes, NULL, NULL), FL_END_FINISHED);
	assert_string_equal(notes(), "...");
}

SUITE(buffer_tests,
      shows(a_buffer_is_read_in_once),
      shows(a_failing_read_leaves_no_lock_behind),
      shows(aliases_of_a_range_are_dropped_and_no_others),
      shows(buffers_are_made_durable_without_the_inodes_lock),
      shows(a_failing_write_is_what_fsync_says),
      shows(a_device_that_does_not_flush_is_what_fsync_says),
      shows(truncation_inside_a_fault_is_a_self_deadlock),
      shows(bytes_and_blocks_are_found_where_they_are))
