// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace: what happened, in order, the same in every run; and worlds, of
 * which nothing is left when the next one starts.
 */
#include "trial.h"
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#define KEPT 2048

static struct fl_event kept[KEPT];

static void add(struct trial *t, enum fl_op_kind kind, uint64_t pos,
		uint64_t length)
{
	trial_op(t, (struct fl_op) {
		.kind = kind, .pos = pos, .length = length, .fill = 0x61,
	});
}

/*
 * A scenario with a little of everything; on the strict filesystem without
 * faults, whose handlers may return with its lock held.
 */
static struct trial busy(enum fl_fs fs)
{
	struct trial t = trial_of_ops(fs, 6 * 4096);

	trial_extent(&t, 0, 2, 0x41, 0);
	if (fs == FL_FS_EXT2) {
		add(&t, FL_OP_READ_FAULT, 0, 10);
		add(&t, FL_OP_WRITE_FAULT, 5 * 4096 + 7, 10);
		add(&t, FL_OP_READ_FAULT, 3 * 4096, 1);
		add(&t, FL_OP_PRIVATE_WRITE_FAULT, 2 * 4096, 4);
	}
	add(&t, FL_OP_WRITE, 4090, 9000);
	add(&t, FL_OP_READ, 0, 6 * 4096);
	add(&t, FL_OP_TRUNCATE, 4097, 0);
	add(&t, FL_OP_FSYNC, 0, 0);
	return t;
}

static void assert_stable(enum fl_fs fs)
{
	struct trial t = busy(fs);
	const struct fl_outcome *outcome = run_trial(&t);
	uint64_t basic_blocks = outcome->basic_blocks;
	uint32_t nr = outcome->nr_events, i;

	assert_end(outcome, FL_END_FINISHED);
	assert_in_range(nr, 20, KEPT);
	memcpy(kept, outcome->events, nr * sizeof(kept[0]));
	outcome = run_trial(&t);
	assert_int_equal(outcome->nr_events, nr);
	assert_int_equal(outcome->basic_blocks, basic_blocks);
	for (i = 0; i < nr; i++)
		assert_memory_equal(&outcome->events[i], &kept[i],
				    sizeof(kept[0]));
}

static void two_runs_on_the_strict_filesystem_leave_the_same_trace(void **state)
{
	assert_stable(FL_FS_STRICT);
}

static void two_runs_on_ext2_leave_the_same_trace(void **state)
{
	assert_stable(FL_FS_EXT2);
}

static struct mutex mutex;
static void *volatile object;

static void dirty_everything(void)
{
	mutex_init(&mutex);
	mutex_lock(&mutex);
	object = kmalloc(100, GFP_KERNEL);
	preempt_disable();
}

static void nothing_of_a_world_survives(void **state)
{
	struct trial t = busy(FL_FS_STRICT);
	const struct fl_outcome *outcome = run_trial(&t);
	uint32_t nr = outcome->nr_events, free = outcome->free_blocks;

	outcome = run_bodies(dirty_everything, NULL, NULL);
	assert_int_equal(count_leaks(outcome, FL_LEAK_MEMORY), 1);
	assert_non_null(held_at_end(outcome, FL_HELD_LOCK));
	outcome = run_trial(&t);
	assert_int_equal(outcome->nr_events, nr);
	assert_int_equal(outcome->free_blocks, free);
	assert_int_equal(outcome->nr_leaks, 0);
	assert_null(held_at_end(outcome, FL_HELD_LOCK));
}

static void data_of_one_world_is_not_in_the_next(void **state)
{
	struct trial writer = trial_of_ops(FL_FS_STRICT, 4096);
	struct trial reader = trial_of_ops(FL_FS_STRICT, 4096);
	const struct fl_outcome *outcome;
	struct fl_op op = { .kind = FL_OP_WRITE, .fill = 0x77, .length = 4096 };

	trial_op(&writer, op);
	assert_int_equal(run_trial(&writer)->results[0].value, 4096);
	trial_extent(&reader, 0, 1, 0, 0);
	op.kind = FL_OP_READ;
	trial_op(&reader, op);
	outcome = run_trial(&reader);
	assert_int_equal(outcome->results[0].value, 4096);
	assert_int_equal(outcome->nr_seen, 1);
	assert_int_equal(outcome->seen[0].byte, 0);
	assert_int_equal(outcome->seen[0].length, 4096);
}

static void the_events_of_an_op_are_its_own(void **state)
{
	struct trial t = busy(FL_FS_EXT2);
	const struct fl_outcome *outcome = run_trial(&t);
	uint32_t op, i;

	for (op = 0; op < outcome->nr_results; op++) {
		const struct fl_op_result *result = &outcome->results[op];

		assert_int_equal(result->state, FL_OP_DONE);
		assert_true(result->end_event > result->first_event);
		assert_int_equal(outcome->events[result->first_event].kind,
				 FL_EVENT_OP_ENTER);
		for (i = result->first_event; i < result->end_event; i++)
			assert_int_equal(outcome->events[i].op, op);
	}
}

SUITE(trace_tests,
      shows(two_runs_on_the_strict_filesystem_leave_the_same_trace),
      shows(two_runs_on_ext2_leave_the_same_trace),
      shows(nothing_of_a_world_survives),
      shows(data_of_one_world_is_not_in_the_next),
      shows(the_events_of_an_op_are_its_own))
