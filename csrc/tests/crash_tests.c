// SPDX-License-Identifier: GPL-2.0-only
/*
 * Crashes stay inside: each ends the run with its own verdict, and the next run
 * is as good as any.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "trial.h"

static int *volatile wild;
static volatile int zero, sum;
static struct mutex mutex;

static void healthy(void)
{
	note('.');
}

/* The process must be fit for another run after each of these. */
static const struct fl_outcome *crash(task_body body)
{
	const struct fl_outcome *outcome;

	assert_end(run_bodies(healthy, NULL, NULL), FL_END_FINISHED);
	outcome = run_bodies(body, NULL, NULL);
	assert_null(strchr(notes(), '!'));
	return outcome;
}

static void assert_healthy(void)
{
	assert_end(run_bodies(healthy, NULL, NULL), FL_END_FINISHED);
	assert_string_equal(notes(), ".");
}

static void read_null(void)
{
	wild = NULL;
	sum = *wild;
	note('!');
}

static void a_null_dereference_is_an_oops(void **state)
{
	const struct fl_outcome *outcome = crash(read_null);

	assert_end(outcome, FL_END_OOPS);
	assert_int_equal(outcome->fault_address, 0);
	assert_true(outcome->stacks[outcome->end_stack].nr_frames > 0);
	assert_healthy();
}

static void write_near_null(void)
{
	wild = NULL;
	wild[6] = 1;
	note('!');
}

static void an_oops_tells_the_address(void **state)
{
	const struct fl_outcome *outcome = crash(write_near_null);

	assert_end(outcome, FL_END_OOPS);
	assert_int_equal(outcome->fault_address, 24);
	assert_healthy();
}

static void write_wild(void)
{
	wild = (int *)0xdead000000000100ul;
	*wild = 1;
	note('!');
}

static void a_wild_pointer_is_an_oops(void **state)
{
	assert_end(crash(write_wild), FL_END_OOPS);
	assert_healthy();
}

static void call_null(void)
{
	void (*volatile nobody)(void) = NULL;

	nobody();
	note('!');
}

static void calling_null_is_an_oops(void **state)
{
	assert_end(crash(call_null), FL_END_OOPS);
	assert_healthy();
}

static void hit_a_bug(void)
{
	zero = 0;
	BUG_ON(zero == 0);
	note('!');
}

static void bug_on_ends_the_run(void **state)
{
	assert_end(crash(hit_a_bug), FL_END_BUG);
	assert_healthy();
}

static void pass_a_bug(void)
{
	zero = 0;
	BUG_ON(zero);
	note('.');
}

static void bug_on_of_false_does_nothing(void **state)
{
	assert_end(run_bodies(pass_a_bug, NULL, NULL), FL_END_FINISHED);
	assert_string_equal(notes(), ".");
}

static void divide(void)
{
	zero = 0;
	sum = 7 / zero;
	note('!');
}

static void a_division_by_zero_ends_the_run(void **state)
{
	assert_end(crash(divide), FL_END_DIVIDE);
	assert_healthy();
}

static int descend(int depth)
{
	volatile char frame[512];

	frame[depth & 511] = depth;
	return zero ? 0 : descend(depth + 1) + frame[(depth + 1) & 511];
}

static void overflow(void)
{
	zero = 0;
	sum = descend(1);
	note('!');
}

static void endless_recursion_is_a_stack_overflow(void **state)
{
	assert_end(crash(overflow), FL_END_STACK_OVERFLOW);
	assert_healthy();
}

static void smash(void)
{
	volatile char frame[16];
	volatile size_t at;

	for (at = 0; at < 64; at++)
		frame[at] = 0x55;
	note('.');
}

static void a_smashed_stack_is_caught_on_return(void **state)
{
	assert_end(crash(smash), FL_END_STACK_SMASHED);
	assert_healthy();
}

static void loop(void)
{
	for (sum = 0; sum >= 0; sum = 1)
		;
	note('!');
}

static void an_endless_loop_uses_up_its_budget(void **state)
{
	struct trial t = trial(loop, NULL, NULL);
	uint64_t blocks;

	t.budget = 10000;
	assert_end(run_trial(&t), FL_END_ENDLESS_LOOP);
	blocks = run_trial(&t)->basic_blocks;
	assert_in_range(blocks, 10000, 10001);
	assert_int_equal(run_trial(&t)->basic_blocks, blocks);
	assert_healthy();
}

static void warn_and_go_on(void)
{
	note(WARN(zero == 0, "what was seen: %d\n", 42) ? 'w' : '.');
	note(WARN_ON(zero == 1) ? 'w' : '.');
}

static void a_warning_is_noted_and_the_run_goes_on(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(warn_and_go_on, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "w.");
	assert_int_equal(count_events(outcome, FL_EVENT_WARN), 1);
	assert_true(was_warned(outcome, "what was seen: 42"));
}

static void warn_three_times(void)
{
	int i;

	for (i = 0; i < 3; i++)
		WARN_ON_ONCE(i >= 0);
}

static void warn_once_warns_once_a_run(void **state)
{
	assert_int_equal(count_events(run_bodies(warn_three_times, NULL, NULL),
				      FL_EVENT_WARN), 1);
	assert_int_equal(count_events(run_bodies(warn_three_times, NULL, NULL),
				      FL_EVENT_WARN), 1);
}

static void crash_with_a_lock(void)
{
	mutex_init(&mutex);
	mutex_lock(&mutex);
	wild = NULL;
	*wild = 0;
}

static void the_audit_of_a_crash_is_empty(void **state)
{
	const struct fl_outcome *outcome = crash(crash_with_a_lock);

	assert_end(outcome, FL_END_OOPS);
	assert_int_equal(outcome->nr_blocks, 0);
	assert_int_equal(outcome->nr_leaks, 0);
	assert_int_equal(outcome->nr_mappings, 0);
	assert_healthy();
}

SUITE(crash_tests,
      shows(a_null_dereference_is_an_oops),
      shows(an_oops_tells_the_address),
      shows(a_wild_pointer_is_an_oops),
      shows(calling_null_is_an_oops),
      shows(bug_on_ends_the_run),
      shows(bug_on_of_false_does_nothing),
      shows(a_division_by_zero_ends_the_run),
      shows(endless_recursion_is_a_stack_overflow),
      shows(a_smashed_stack_is_caught_on_return),
      shows(an_endless_loop_uses_up_its_budget),
      shows(a_warning_is_noted_and_the_run_goes_on),
      shows(warn_once_warns_once_a_run),
      shows(the_audit_of_a_crash_is_empty))
