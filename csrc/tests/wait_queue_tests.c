// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wait queues: whom a wakeup wakes.
 *
 * Notes: a small letter is a sleeper that woke, '|' the one who wakes.
 */
#include "trial.h"
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/wait.h>

static wait_queue_head_t queue;
static int nr_woken;

#define SETTLE	30

static void sleep_once(char who, bool exclusive)
{
	DEFINE_WAIT(wait);

	if (exclusive)
		prepare_to_wait_exclusive(&queue, &wait, TASK_UNINTERRUPTIBLE);
	else
		prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
	schedule();
	finish_wait(&queue, &wait);
	note(who);
	nr_woken++;
}

static void exclusive_sleeper(void)
{
	let_others_run(2);
	sleep_once('x', true);
}

static void exclusive_sleeper_later(void)
{
	let_others_run(8);
	sleep_once('y', true);
}

static void shared_sleeper(void)
{
	let_others_run(2);
	sleep_once('s', false);
}

/* Wakes one at a time, until nobody sleeps any more. */
static void wake_one_by_one(void)
{
	nr_woken = 0;
	init_waitqueue_head(&queue);
	let_others_run(SETTLE);
	while (waitqueue_active(&queue)) {
		note('|');
		wake_up(&queue);
		let_others_run(SETTLE);
	}
}

static void a_wakeup_wakes_one_exclusive_sleeper_in_order(void **state)
{
	const struct fl_outcome *outcome = run_bodies(
		wake_one_by_one, exclusive_sleeper, exclusive_sleeper_later);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "|x|y");
	assert_no_complaint(outcome);
}

static void a_wakeup_wakes_every_shared_sleeper_too(void **state)
{
	const struct fl_outcome *outcome = run_bodies(
		wake_one_by_one, shared_sleeper, exclusive_sleeper_later);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(notes()[0], '|');
	assert_int_equal(count_events(outcome, FL_EVENT_WAKE), 1);
	assert_int_equal(nr_woken, 2);
}

static void wake_everybody(void)
{
	nr_woken = 0;
	init_waitqueue_head(&queue);
	let_others_run(SETTLE);
	note('|');
	wake_up_all(&queue);
}

static void wake_all_wakes_exclusive_sleepers_as_well(void **state)
{
	const struct fl_outcome *outcome = run_bodies(
		wake_everybody, exclusive_sleeper, exclusive_sleeper_later);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "|xy");
}

static void wake_just_one(void)
{
	nr_woken = 0;
	init_waitqueue_head(&queue);
	let_others_run(SETTLE);
	wake_up(&queue);
}

static void the_second_exclusive_sleeper_is_left_asleep(void **state)
{
	const struct fl_outcome *outcome = run_bodies(
		wake_just_one, exclusive_sleeper, exclusive_sleeper_later);

	assert_end(outcome, FL_END_LOST_WAKEUP);
	assert_string_equal(notes(), "x");
	assert_int_equal(outcome->nr_waits, 1);
	assert_int_equal(outcome->waits[0].task, 2);
}

static void wake_before_the_sleep(void)
{
	DEFINE_WAIT(wait);

	init_waitqueue_head(&queue);
	prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
	wake_up(&queue);
	schedule();
	finish_wait(&queue, &wait);
	note('.');
}

static void a_wakeup_between_prepare_and_schedule_is_not_lost(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(wake_before_the_sleep, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), ".");
}

static void change_ones_mind(void)
{
	DEFINE_WAIT(wait);

	init_waitqueue_head(&queue);
	prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
	note(waitqueue_active(&queue) ? 'q' : '.');
	finish_wait(&queue, &wait);
	note(waitqueue_active(&queue) ? 'q' : '.');
}

static void finish_wait_leaves_the_queue(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(change_ones_mind, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "q.");
}

SUITE(wait_queue_tests,
      shows(a_wakeup_wakes_one_exclusive_sleeper_in_order),
      shows(a_wakeup_wakes_every_shared_sleeper_too),
      shows(wake_all_wakes_exclusive_sleepers_as_well),
      shows(the_second_exclusive_sleeper_is_left_asleep),
      shows(a_wakeup_between_prepare_and_schedule_is_not_lost),
      shows(finish_wait_leaves_the_queue))
