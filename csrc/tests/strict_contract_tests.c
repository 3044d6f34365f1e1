// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract of iomap_begin and iomap_end on the strict filesystem: what
 * begin takes, what end gives back, and every way to get it wrong.
 *
 * The file: blocks 0 to 3 allocated, 4 to 7 a hole, 8 to 11 unwritten.
 */
#include "trial.h"
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/iomap.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "strict.h"
#include "fs/world.h"
#include "locks/lock_class.h"

#define BLOCK	4096ll
#define EXTENT_LOCK "&si->extent_lock"

static struct iomap map;

static struct trial contract(task_body first, task_body second)
{
	struct trial t = trial(first, second, NULL);

	t.geometry.fs = FL_FS_STRICT;
	t.geometry.size = 12 * BLOCK;
	trial_extent(&t, 0, 4, 0x30, 0);
	trial_extent(&t, 8, 4, 0, FL_EXTENT_UNWRITTEN);
	return t;
}

static int begin(loff_t pos, loff_t length, unsigned int flags)
{
	return strict_iomap_ops.iomap_begin(world_inode(), pos, length, flags,
					    &map);
}

static int end(loff_t pos, loff_t length, ssize_t written, unsigned int flags)
{
	return strict_iomap_ops.iomap_end(world_inode(), pos, length, written,
					  flags, &map);
}

static unsigned int extent_locks_held(const struct fl_outcome *outcome)
{
	const struct fl_image *image = faultline_image();
	unsigned int i, n = 0;

	for (i = 0; i < outcome->nr_held; i++) {
		const struct fl_held *held = &outcome->held[i];

		n += held->op == -1 && held->kind == FL_HELD_LOCK &&
		     !strcmp(image->lock_class_name(held->lock_class),
			     EXTENT_LOCK);
	}
	return n;
}

static void assert_all_given_back(const struct fl_outcome *outcome)
{
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(extent_locks_held(outcome), 0);
	assert_int_equal(outcome->nr_leaks, 0);
}

/* ---- the balance ---- */

static void begin_and_end(void)
{
	note_number("begin", begin(0, BLOCK, 0));
	note_number(" end", end(0, BLOCK, BLOCK, 0));
}

static void end_gives_back_what_begin_took(void **state)
{
	struct trial t = contract(begin_and_end, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_string_equal(notes(), "begin=0 end=0");
	assert_all_given_back(outcome);
	assert_no_complaint(outcome);
}

static void only_begin(void)
{
	begin(0, BLOCK, 0);
}

static void a_forgotten_end_leaves_lock_and_reservation(void **state)
{
	struct trial t = contract(only_begin, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(extent_locks_held(outcome), 1);
	assert_int_equal(count_leaks(outcome, FL_LEAK_RESERVATION), 1);
	assert_int_equal(outcome->nr_leaks, 1);
}

static void forget_and_go_on(void)
{
	begin(0, BLOCK, 0);
	begin_and_end();
}

static void a_begin_after_a_forgotten_end_joins_the_first(void **state)
{
	struct trial t = contract(forget_and_go_on, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "begin=0 end=0");
	assert_int_equal(extent_locks_held(outcome), 1);
	assert_int_equal(count_leaks(outcome, FL_LEAK_RESERVATION), 1);
	assert_no_complaint(outcome);
}

static void begin_later(void)
{
	let_others_run(8);
	begin_and_end();
}

static void another_task_waits_for_ever_for_a_forgotten_end(void **state)
{
	struct trial t = contract(only_begin, begin_later);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_int_not_equal(outcome->end, FL_END_FINISHED);
	assert_int_equal(outcome->nr_waits, 1);
	assert_int_equal(outcome->waits[0].owner, 0);
}

static void begin_settle_end(void)
{
	begin(0, BLOCK, 0);
	note('(');
	let_others_run(40);
	note(')');
	end(0, BLOCK, BLOCK, 0);
}

static void begin_later_and_note(void)
{
	let_others_run(8);
	begin(0, BLOCK, 0);
	note('[');
	end(0, BLOCK, BLOCK, 0);
}

static void two_tasks_begin_one_after_the_other(void **state)
{
	struct trial t = contract(begin_settle_end, begin_later_and_note);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_string_equal(notes(), "()[");
	assert_all_given_back(outcome);
}

/* ---- violations: warned about, and what was taken is given back ---- */

static void end_without_begin(void)
{
	note_number("end", end(0, BLOCK, 0, 0));
}

static void an_end_without_a_begin_is_warned_about(void **state)
{
	struct trial t = contract(end_without_begin, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_true(was_warned(outcome, "iomap_end without iomap_begin"));
	assert_all_given_back(outcome);
}

static void end_twice(void)
{
	begin_and_end();
	end(0, BLOCK, BLOCK, 0);
}

static void a_second_end_is_warned_about(void **state)
{
	struct trial t = contract(end_twice, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_int_equal(count_events(outcome, FL_EVENT_WARN), 1);
	assert_true(was_warned(outcome, "iomap_end without iomap_begin"));
	assert_all_given_back(outcome);
}

static void end_elsewhere(void)
{
	begin(0, BLOCK, 0);
	end(BLOCK, BLOCK, BLOCK, 0);
}

static void an_end_at_another_position_is_warned_about(void **state)
{
	struct trial t = contract(end_elsewhere, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_true(was_warned(outcome, "iomap_end at 4096, begun at 0"));
	assert_all_given_back(outcome);
}

static void end_of_more(void)
{
	begin(0, BLOCK, 0);
	end(0, 2 * BLOCK, BLOCK, 0);
}

static void an_end_of_another_length_is_warned_about(void **state)
{
	struct trial t = contract(end_of_more, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_true(was_warned(outcome,
			       "iomap_end of 8192 bytes, begun with 4096"));
	assert_all_given_back(outcome);
}

static void end_of_what_was_answered(void)
{
	begin(2 * BLOCK, 4 * BLOCK, 0);
	end(2 * BLOCK, 2 * BLOCK, BLOCK, 0);
}

static void an_end_of_the_part_that_begin_answered_is_fine(void **state)
{
	struct trial t = contract(end_of_what_was_answered, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_no_complaint(outcome);
	assert_all_given_back(outcome);
}

static void end_with_other_flags(void)
{
	begin(0, BLOCK, IOMAP_WRITE);
	end(0, BLOCK, BLOCK, 0);
}

static void an_end_with_other_flags_is_warned_about(void **state)
{
	struct trial t = contract(end_with_other_flags, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_true(was_warned(outcome,
			       "iomap_end with flags 0, begun with 1"));
	assert_all_given_back(outcome);
}

static void end_with_too_much(void)
{
	begin(0, BLOCK, 0);
	end(0, BLOCK, BLOCK + 1, 0);
}

static void writing_more_than_was_begun_is_warned_about(void **state)
{
	struct trial t = contract(end_with_too_much, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_true(was_warned(outcome, "written 4097 of 4096"));
	assert_all_given_back(outcome);
}

static void end_negative(void)
{
	begin(4 * BLOCK, BLOCK, IOMAP_WRITE);
	end(4 * BLOCK, BLOCK, -EIO, IOMAP_WRITE);
}

static void an_errno_for_written_is_warned_about_and_counts_as_nothing(
	void **state)
{
	struct trial t = contract(end_negative, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_true(was_warned(outcome, "written -5 of 4096"));
	assert_int_equal(outcome->free_blocks, outcome->free_blocks_before);
	assert_all_given_back(outcome);
}

static void end_anothers(void)
{
	let_others_run(8);
	end(0, BLOCK, BLOCK, 0);
}

static void an_end_by_another_task_is_warned_about_and_gives_nothing_back(
	void **state)
{
	struct trial t = contract(begin_settle_end, end_anothers);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_true(was_warned(outcome, "by a task that did not begin"));
	assert_string_equal(notes(), "()");
	assert_int_equal(count_events(outcome, FL_EVENT_WARN), 1);
	assert_all_given_back(outcome);
}

/* ---- failure ---- */

static void begin_to_allocate(void)
{
	int error = begin(4 * BLOCK, 2 * BLOCK, IOMAP_WRITE);

	note_number("begin", error);
	if (!error)
		end(4 * BLOCK, 2 * BLOCK, 0, IOMAP_WRITE);
}

static void begin_to_convert(void)
{
	int error = begin(9 * BLOCK, 2 * BLOCK, IOMAP_WRITE);

	note_number("begin", error);
	if (!error)
		end(9 * BLOCK, 2 * BLOCK, 0, IOMAP_WRITE);
}

/* Fails every point of a body in turn; none may leave anything behind. */
static unsigned int assert_begin_fails_cleanly(task_body body)
{
	struct trial t = contract(body, NULL);
	const struct fl_outcome *outcome = run_trial(&t);
	uint32_t nr = outcome->nr_points[0], nth;
	int errors[8];
	char expected[32];

	assert_string_equal(notes(), "begin=0");
	assert_in_range(nr, 1, 8);
	for (nth = 1; nth <= nr; nth++)
		errors[nth - 1] = legal_error(outcome, 0, nth);
	for (nth = 1; nth <= nr; nth++) {
		struct trial failing = contract(body, NULL);

		trial_fail(&failing, 0, nth, errors[nth - 1]);
		outcome = run_trial(&failing);
		snprintf(expected, sizeof(expected), "begin=%d",
			 errors[nth - 1]);
		assert_string_equal(notes(), expected);
		assert_all_given_back(outcome);
		assert_no_complaint(outcome);
		assert_int_equal(outcome->nr_blocks, 8);
		assert_int_equal(outcome->free_blocks,
				 outcome->free_blocks_before);
	}
	return nr;
}

static void a_begin_that_fails_anywhere_has_taken_nothing(void **state)
{
	/* reservation, refusal, block allocation, zeroing */
	assert_int_equal(assert_begin_fails_cleanly(begin_to_allocate), 4);
	/* the same but for the allocation */
	assert_int_equal(assert_begin_fails_cleanly(begin_to_convert), 3);
}

static void write_block_four(void)
{
	note_number("begin", begin(4 * BLOCK, BLOCK, IOMAP_WRITE));
	note_number(" end", end(4 * BLOCK, BLOCK, BLOCK, IOMAP_WRITE));
}

static void a_commit_that_fails_says_so_and_keeps_what_was_written(void **state)
{
	struct trial t = contract(write_block_four, NULL);
	const struct fl_outcome *outcome;

	assert_true(trial_fail_point(&t, 0, FL_POINT_FS_END, 1, -EIO));
	outcome = run_trial(&t);
	assert_string_equal(notes(), "begin=0 end=-5");
	assert_all_given_back(outcome);
	assert_int_equal(outcome->nr_blocks, 9);
	assert_int_equal(outcome->free_blocks, outcome->free_blocks_before - 1);
}

static void begin_of_a_hole_for_writing(void)
{
	note_number("begin", begin(4 * BLOCK, BLOCK, IOMAP_WRITE));
	note_number(" length", (int)map.length);
}

static void a_begin_that_answers_nonsense_has_taken_nothing(void **state)
{
	struct trial t = contract(begin_of_a_hole_for_writing, NULL);
	const struct fl_outcome *outcome;
	int32_t errors[4];
	uint32_t n = faultline_image()->point_errors(FL_POINT_FS_ANSWER, errors,
						     4);

	t.geometry.flags |= FL_GEOMETRY_STRICT_NONSENSE;
	assert_in_range(n, 2, 4);
	while (n--) {
		struct trial wrong = t;

		assert_true(trial_fail_point(&wrong, 0, FL_POINT_FS_ANSWER, 1,
					     errors[n]));
		outcome = run_trial(&wrong);
		assert_all_given_back(outcome);
		assert_no_complaint(outcome);
		assert_int_equal(outcome->nr_blocks, 8);
	}
}

SUITE(strict_contract_tests,
      shows(end_gives_back_what_begin_took),
      shows(a_forgotten_end_leaves_lock_and_reservation),
      shows(a_begin_after_a_forgotten_end_joins_the_first),
      shows(another_task_waits_for_ever_for_a_forgotten_end),
      shows(two_tasks_begin_one_after_the_other),
      shows(an_end_without_a_begin_is_warned_about),
      shows(a_second_end_is_warned_about),
      shows(an_end_at_another_position_is_warned_about),
      shows(an_end_of_another_length_is_warned_about),
      shows(an_end_of_the_part_that_begin_answered_is_fine),
      shows(an_end_with_other_flags_is_warned_about),
      shows(writing_more_than_was_begun_is_warned_about),
      shows(an_errno_for_written_is_warned_about_and_counts_as_nothing),
      shows(an_end_by_another_task_is_warned_about_and_gives_nothing_back),
      shows(a_begin_that_fails_anywhere_has_taken_nothing),
      shows(a_commit_that_fails_says_so_and_keeps_what_was_written),
      shows(a_begin_that_answers_nonsense_has_taken_nothing))
