// SPDX-License-Identifier: GPL-2.0-only
/*
 * Truncation of a strict file, and write() to it: what is left behind the end.
 *
 * The file: blocks 0 to 3 allocated, 4 to 7 a hole, 8 to 11 unwritten.
 */
#include "trial.h"
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include "strict.h"
#include "fs/world.h"

#define BLOCK	4096ll

static struct trial file(task_body body)
{
	struct trial t = trial(body, NULL, NULL);

	t.geometry.fs = FL_FS_STRICT;
	t.geometry.size = 12 * BLOCK;
	trial_extent(&t, 0, 4, 0x30, 0);
	trial_extent(&t, 8, 4, 0, FL_EXTENT_UNWRITTEN);
	return t;
}

static long blocks_gone(const struct fl_outcome *outcome)
{
	return (long)outcome->free_blocks_before - (long)outcome->free_blocks;
}

/* ---- truncation ---- */

static loff_t newsize;

static void set_size(void)
{
	struct inode *inode = world_inode();

	inode_lock(inode);
	note_number("error", strict_setsize(inode, newsize));
	inode_unlock(inode);
}

static const struct fl_outcome *truncate_to(loff_t size, uint32_t fail_nth,
					    int error)
{
	struct trial t = file(set_size);

	if (fail_nth)
		trial_fail(&t, 0, fail_nth, error);
	newsize = size;
	return run_trial(&t);
}

static void truncation_frees_every_block_behind_the_end(void **state)
{
	const struct fl_outcome *outcome = truncate_to(BLOCK + 1, 0, 0);

	assert_string_equal(notes(), "error=0");
	assert_int_equal(outcome->size, BLOCK + 1);
	assert_int_equal(outcome->nr_blocks, 2);
	assert_int_equal(blocks_gone(outcome), -6);
	assert_int_equal(outcome->nr_leaks, 0);
	assert_no_complaint(outcome);
}

static void truncation_zeroes_the_rest_of_the_last_block(void **state)
{
	const struct fl_outcome *outcome = truncate_to(100, 0, 0);

	assert_int_equal(outcome->contents[0].byte, 0x30);
	assert_int_equal(outcome->contents[0].length, 100);
	assert_int_equal(outcome->contents[1].byte, 0);
	assert_int_equal(outcome->contents[1].length, BLOCK - 100);
}

static void truncation_to_nothing_frees_everything(void **state)
{
	const struct fl_outcome *outcome = truncate_to(0, 0, 0);

	assert_int_equal(outcome->nr_blocks, 0);
	assert_int_equal(outcome->inode_blocks, 0);
	assert_int_equal(blocks_gone(outcome), -8);
}

static void growing_allocates_nothing(void **state)
{
	const struct fl_outcome *outcome = truncate_to(20 * BLOCK, 0, 0);

	assert_int_equal(outcome->size, 20 * BLOCK);
	assert_int_equal(outcome->nr_blocks, 8);
}

static void a_truncation_that_fails_changes_nothing(void **state)
{
	const struct fl_outcome *outcome = truncate_to(100, 0, 0);
	uint32_t nr = outcome->nr_points[0], nth;
	int errors[8];

	/* the reservation, and the way to the bytes that are zeroed */
	assert_in_range(nr, 2, 8);
	for (nth = 1; nth <= nr; nth++)
		errors[nth - 1] = legal_error(outcome, 0, nth);
	for (nth = 1; nth <= nr; nth++) {
		outcome = truncate_to(100, nth, errors[nth - 1]);
		assert_end(outcome, FL_END_FINISHED);
		assert_string_not_equal(notes(), "error=0");
		assert_int_equal(outcome->size, 12 * BLOCK);
		assert_int_equal(outcome->nr_blocks, 8);
		assert_int_equal(outcome->contents[0].length, 4 * BLOCK);
		assert_int_equal(outcome->nr_leaks, 0);
		assert_null(held_at_end(outcome, FL_HELD_LOCK));
	}
}

/* Cutting off the mappings takes i_mmap_rwsem, whatever is mapped. */
static void page_cache_removal_is_outside_the_extent_lock(void **state)
{
	const struct fl_outcome *outcome = truncate_to(100, 0, 0);

	assert_true(has_edge(outcome, "&si->i_mmap_sem", "&si->extent_lock"));
	assert_true(has_edge(outcome, "&si->i_mmap_sem",
			     "&mapping->i_mmap_rwsem"));
	assert_false(has_edge(outcome, "&si->extent_lock",
			      "&mapping->i_mmap_rwsem"));
}

static void with_the_truncate_lock_it_is_inside(void **state)
{
	struct trial t = file(set_size);
	const struct fl_outcome *outcome;

	t.geometry.flags = FL_GEOMETRY_STRICT_TRUNCATE_LOCK;
	newsize = 100;
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->size, 100);
	assert_true(has_edge(outcome, "&si->extent_lock",
			     "&mapping->i_mmap_rwsem"));
	assert_no_complaint(outcome);
}

/* ---- write() ---- */

/* Only 5000 bytes can be copied, however often it is tried. */
static void a_short_write_past_the_end_leaves_no_block_behind_it(void **state)
{
	struct trial t = trial_of_ops(FL_FS_STRICT, 0);
	struct fl_op op = {
		.kind = FL_OP_WRITE, .fill = 9, .length = 4 * BLOCK,
	};
	const struct fl_outcome *outcome;

	trial_op(&t, op);
	assert_true(trial_fail_point(&t, 0, FL_POINT_USER_COPY, 1, 5000));
	assert_true(trial_fail_point(&t, 0, FL_POINT_USER_COPY, 2, -EFAULT));
	assert_true(trial_fail_point(&t, 0, FL_POINT_USER_COPY, 3, -EFAULT));
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->results[0].value, 5000);
	assert_int_equal(outcome->size, 5000);
	assert_int_equal(outcome->nr_blocks, 2);
	assert_int_equal(outcome->contents[0].byte, 9);
	assert_int_equal(outcome->contents[0].length, 5000);
	assert_int_equal(outcome->nr_leaks, 0);
}

static void a_write_that_fails_at_once_leaves_nothing(void **state)
{
	struct trial t = trial_of_ops(FL_FS_STRICT, 0);
	struct fl_op op = {
		.kind = FL_OP_WRITE, .fill = 9, .length = 4 * BLOCK,
	};
	const struct fl_outcome *outcome;

	trial_op(&t, op);
	assert_true(trial_fail_point(&t, 0, FL_POINT_USER_COPY, 1, -EFAULT));
	outcome = run_trial(&t);
	assert_int_equal(outcome->results[0].value, -EFAULT);
	assert_int_equal(outcome->size, 0);
	assert_int_equal(outcome->nr_blocks, 0);
}

static void adjacent_writes_end_up_as_one_extent(void **state)
{
	struct trial t = trial_of_ops(FL_FS_STRICT, 0);
	struct fl_op op = { .kind = FL_OP_WRITE, .fill = 9, .length = BLOCK };
	const struct fl_outcome *outcome;
	uint32_t i;

	for (i = 0; i < 6; i++) {
		op.pos = i * BLOCK;
		trial_op(&t, op);
	}
	op.kind = FL_OP_READ;
	op.pos = 0;
	op.length = 6 * BLOCK;
	trial_op(&t, op);
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->results[6].value, 6 * BLOCK);
	/* one begin for each write, and a single one for the read */
	assert_int_equal(count_events(outcome, FL_EVENT_BEGIN), 7);
}

SUITE(strict_file_tests,
      shows(truncation_frees_every_block_behind_the_end),
      shows(truncation_zeroes_the_rest_of_the_last_block),
      shows(truncation_to_nothing_frees_everything),
      shows(growing_allocates_nothing),
      shows(a_truncation_that_fails_changes_nothing),
      shows(page_cache_removal_is_outside_the_extent_lock),
      shows(with_the_truncate_lock_it_is_inside),
      shows(a_short_write_past_the_end_leaves_no_block_behind_it),
      shows(a_write_that_fails_at_once_leaves_nothing),
      shows(adjacent_writes_end_up_as_one_extent))
