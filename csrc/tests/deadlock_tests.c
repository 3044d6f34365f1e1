// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run that cannot go on: what kind of standstill it is, and who is in it.
 */
#include "trial.h"
#include "locks/lock_class.h"
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/wait.h>

static struct mutex first, second, third;
static struct rw_semaphore sem;
static wait_queue_head_t queue;

static void make_locks(void)
{
	mutex_init(&first);
	mutex_init(&second);
	mutex_init(&third);
}

static void take_twice(void)
{
	make_locks();
	mutex_lock(&first);
	mutex_lock(&first);
	note('!');
}

static void taking_a_mutex_twice_is_a_self_deadlock(void **state)
{
	const struct fl_outcome *outcome = run_bodies(take_twice, NULL, NULL);

	assert_end(outcome, FL_END_SELF_DEADLOCK);
	assert_int_equal(outcome->nr_waits, 1);
	assert_int_equal(outcome->waits[0].task, 0);
	assert_int_equal(outcome->waits[0].owner, 0);
	assert_int_equal(outcome->waits[0].in_cycle, 1);
	assert_true(outcome->stacks[outcome->waits[0].stack].nr_frames > 1);
	assert_string_equal(notes(), "");
}

static void read_then_write(void)
{
	init_rwsem(&sem);
	down_read(&sem);
	down_write(&sem);
}

static void writing_what_oneself_reads_is_a_self_deadlock(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(read_then_write, NULL, NULL);

	assert_end(outcome, FL_END_SELF_DEADLOCK);
	assert_int_equal(outcome->waits[0].mode, FL_MODE_WRITE);
	assert_string_equal(faultline_image()->lock_class_name(
				    outcome->waits[0].lock_class),
			    "&sem");
}

static void write_then_read(void)
{
	init_rwsem(&sem);
	down_write(&sem);
	down_read(&sem);
}

static void reading_what_oneself_writes_is_a_self_deadlock(void **state)
{
	assert_end(run_bodies(write_then_read, NULL, NULL),
		   FL_END_SELF_DEADLOCK);
}

static void first_then_second(void)
{
	make_locks();
	mutex_lock(&first);
	let_others_run(20);
	mutex_lock(&second);
}

static void second_then_first(void)
{
	let_others_run(4);
	mutex_lock(&second);
	mutex_lock(&first);
}

static void two_locks_in_opposite_order_are_a_deadlock_of_two(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(first_then_second, second_then_first, NULL);

	assert_end(outcome, FL_END_DEADLOCK);
	assert_int_equal(outcome->nr_waits, 2);
	assert_int_equal(wait_of(outcome, 0)->owner, 1);
	assert_int_equal(wait_of(outcome, 1)->owner, 0);
}

static void second_then_third(void)
{
	let_others_run(4);
	mutex_lock(&second);
	let_others_run(20);
	mutex_lock(&third);
}

static void third_then_first(void)
{
	let_others_run(4);
	mutex_lock(&third);
	let_others_run(20);
	mutex_lock(&first);
}

static void a_cycle_of_three_is_a_deadlock_of_three(void **state)
{
	const struct fl_outcome *outcome = run_bodies(
		first_then_second, second_then_third, third_then_first);

	assert_end(outcome, FL_END_DEADLOCK);
	assert_int_equal(outcome->nr_waits, 3);
	assert_int_equal(wait_of(outcome, 0)->owner, 1);
	assert_int_equal(wait_of(outcome, 1)->owner, 2);
	assert_int_equal(wait_of(outcome, 2)->owner, 0);
	assert_int_equal(wait_of(outcome, 2)->in_cycle, 1);
}

static void wait_for_the_first(void)
{
	let_others_run(8);
	mutex_lock(&first);
}

static void a_bystander_is_not_part_of_the_cycle(void **state)
{
	const struct fl_outcome *outcome = run_bodies(
		first_then_second, second_then_first, wait_for_the_first);

	assert_end(outcome, FL_END_DEADLOCK);
	assert_int_equal(wait_of(outcome, 0)->in_cycle, 1);
	assert_int_equal(wait_of(outcome, 1)->in_cycle, 1);
	assert_int_equal(wait_of(outcome, 2)->in_cycle, 0);
}

static void wait_for_nothing(void)
{
	DEFINE_WAIT(wait);

	init_waitqueue_head(&queue);
	prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
	schedule();
	finish_wait(&queue, &wait);
}

static void a_wait_that_nobody_ends_is_a_lost_wakeup(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(wait_for_nothing, NULL, NULL);

	assert_end(outcome, FL_END_LOST_WAKEUP);
	assert_int_equal(outcome->nr_waits, 1);
	assert_int_equal(outcome->waits[0].owner, -1);
	assert_int_equal(outcome->waits[0].kind, 0);
}

static void leave_holding(void)
{
	make_locks();
	mutex_lock(&first);
}

static void a_lock_whose_holder_left_is_never_had(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(leave_holding, wait_for_the_first, NULL);

	assert_int_not_equal(outcome->end, FL_END_FINISHED);
	assert_int_equal(outcome->nr_waits, 1);
	assert_int_equal(outcome->waits[0].owner, 0);
}

SUITE(deadlock_tests,
      shows(taking_a_mutex_twice_is_a_self_deadlock),
      shows(writing_what_oneself_reads_is_a_self_deadlock),
      shows(reading_what_oneself_writes_is_a_self_deadlock),
      shows(two_locks_in_opposite_order_are_a_deadlock_of_two),
      shows(a_cycle_of_three_is_a_deadlock_of_three),
      shows(a_bystander_is_not_part_of_the_cycle),
      shows(a_wait_that_nobody_ends_is_a_lost_wakeup),
      shows(a_lock_whose_holder_left_is_never_had))
