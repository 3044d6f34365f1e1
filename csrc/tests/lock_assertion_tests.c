// SPDX-License-Identifier: GPL-2.0-only
/*
 * What code says of its locks is asked of the task that says it, as lockdep
 * does: a lock that somebody else holds is not held.
 */
#include "trial.h"
#include <linux/lockdep.h>
#include <linux/rwsem.h>

static struct rw_semaphore sem;

static void assert_what_is_true(void)
{
	init_rwsem(&sem);
	lockdep_assert_not_held(&sem);
	down_read(&sem);
	lockdep_assert_held(&sem);
	lockdep_assert_held_read(&sem);
	up_read(&sem);
	down_write(&sem);
	lockdep_assert_held(&sem);
	lockdep_assert_held_write(&sem);
	up_write(&sem);
}

static void what_is_true_can_be_asserted(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(assert_what_is_true, NULL, NULL);

	assert_int_equal(count_events(outcome, FL_EVENT_WARN), 0);
}

static void assert_a_writer_that_reads(void)
{
	init_rwsem(&sem);
	down_read(&sem);
	lockdep_assert_held_write(&sem);
	up_read(&sem);
	lockdep_assert_held(&sem);
}

static void what_is_false_is_warned_about(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(assert_a_writer_that_reads, NULL, NULL);

	assert_int_equal(count_events(outcome, FL_EVENT_WARN), 2);
}

static void hold_it(void)
{
	init_rwsem(&sem);
	down_write(&sem);
	let_others_run(20);
	up_write(&sem);
}

static void rely_on_another_task(void)
{
	let_others_run(4);
	note(rwsem_is_locked(&sem) ? 'L' : '-');
	lockdep_assert_held(&sem);
}

static void another_tasks_lock_is_not_held(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(hold_it, rely_on_another_task, NULL);

	assert_string_equal(notes(), "L");
	assert_int_equal(count_events(outcome, FL_EVENT_WARN), 1);
}

SUITE(lock_assertion_tests,
      shows(what_is_true_can_be_asserted),
      shows(what_is_false_is_warned_about),
      shows(another_tasks_lock_is_not_held))
