// SPDX-License-Identifier: GPL-2.0-only
/*
 * Injection: the n-th fallible call of a task fails, and only that one.
 */
#include "trial.h"
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/sched.h>

static void allocate_four(void)
{
	int i;

	for (i = 0; i < 4; i++) {
		void *object = kmalloc(8, GFP_KERNEL);

		note(object ? 'm' : '0');
		kfree(object);
	}
}

static void points_count_from_one(void **state)
{
	struct trial t = trial(allocate_four, NULL, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_string_equal(notes(), "mmmm");
	assert_int_equal(outcome->nr_points[0], 4);
	assert_int_equal(count_events(outcome, FL_EVENT_POINT), 4);
}

static void each_point_can_fail_alone(void **state)
{
	static const char *const expected[] = { "0mmm", "m0mm", "mm0m", "mmm0" };
	uint32_t nth;

	for (nth = 1; nth <= 4; nth++) {
		struct trial t = trial(allocate_four, NULL, NULL);

		trial_fail(&t, 0, nth, -ENOMEM);
		run_trial(&t);
		assert_string_equal(notes(), expected[nth - 1]);
	}
}

static void a_failure_past_the_last_point_changes_nothing(void **state)
{
	struct trial t = trial(allocate_four, NULL, NULL);

	trial_fail(&t, 0, 5, -ENOMEM);
	assert_end(run_trial(&t), FL_END_FINISHED);
	assert_string_equal(notes(), "mmmm");
}

static void two_points_can_fail_in_one_run(void **state)
{
	struct trial t = trial(allocate_four, NULL, NULL);

	trial_fail(&t, 0, 2, -ENOMEM);
	trial_fail(&t, 0, 4, -ENOMEM);
	run_trial(&t);
	assert_string_equal(notes(), "m0m0");
}

static void allocate_one(void)
{
	void *object = kmalloc(8, GFP_KERNEL);

	let_others_run(20);
	note(object ? 'm' : '0');
	kfree(object);
}

static void allocate_one_later(void)
{
	void *object;

	let_others_run(4);
	object = kmalloc(8, GFP_KERNEL);
	note(object ? 'n' : '1');
	kfree(object);
}

static void points_are_numbered_for_each_task(void **state)
{
	struct trial t = trial(allocate_one, allocate_one_later, NULL);
	const struct fl_outcome *outcome;

	trial_fail(&t, 1, 1, -ENOMEM);
	outcome = run_trial(&t);
	assert_string_equal(notes(), "1m");
	assert_int_equal(outcome->nr_points[0], 1);
	assert_int_equal(outcome->nr_points[1], 1);
}

static void every_kind_has_a_name_and_legal_errors(void **state)
{
	const struct fl_image *image = faultline_image();
	uint32_t point, i, nr;
	int32_t errors[16];

	for (point = 1; point < FL_POINT_KINDS; point++) {
		assert_non_null(image->point_name(point));
		/* No server here: only a tree has fuse. */
		if (point == FL_POINT_REQUEST)
			continue;
		nr = image->point_errors(point, errors, 16);
		assert_in_range(nr, 1, 16);
		for (i = 0; i < nr; i++)
			assert_true(errors[i] < 0 ||
				    point == FL_POINT_USER_COPY ||
				    point == FL_POINT_SIGNAL);
	}
}

static void write_fault_in_setup_and_after(struct trial *t)
{
	struct fl_op op = {
		.kind = FL_OP_WRITE_FAULT, .fill = 1, .length = 1,
	};

	op.flags = FL_OP_SETUP;
	trial_op(t, op);
	op.flags = 0;
	op.pos = 4096;
	trial_op(t, op);
}

static void points_in_setup_are_not_numbered(void **state)
{
	struct trial both = trial_of_ops(FL_FS_EXT2, 8192);
	struct trial one = trial_of_ops(FL_FS_EXT2, 8192);
	uint32_t nr_points;

	write_fault_in_setup_and_after(&both);
	write_fault_in_setup_and_after(&one);
	nr_points = run_trial(&both)->nr_points[0];
	assert_in_range(nr_points, 1, 100);
	one.ops[0] = one.ops[1];
	one.nr_ops = 1;
	assert_in_range(run_trial(&one)->nr_points[0], nr_points,
			nr_points + 4);
}

SUITE(injection_tests,
      shows(points_count_from_one),
      shows(each_point_can_fail_alone),
      shows(a_failure_past_the_last_point_changes_nothing),
      shows(two_points_can_fail_in_one_run),
      shows(points_are_numbered_for_each_task),
      shows(every_kind_has_a_name_and_legal_errors),
      shows(points_in_setup_are_not_numbered))
