// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks: who gets in, who waits, and in which order.
 *
 * Notes: a capital letter is a writer that got the lock, a small one a reader.
 */
#include "trial.h"
#include "locks/lock_class.h"
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

static struct rw_semaphore sem;
static struct mutex mutex, other_mutex;
static spinlock_t spinlock;

#define SETTLE	40	/* turns after which everybody has parked or finished */

static void read_section(char who)
{
	down_read(&sem);
	note(who);
	up_read(&sem);
}

static void write_section(char who)
{
	down_write(&sem);
	note(who);
	up_write(&sem);
}

/* Task 0 of most trials: has the lock until the others have settled. */
static void reader_that_stays(void)
{
	init_rwsem(&sem);
	down_read(&sem);
	note('a');
	let_others_run(SETTLE);
	note('-');
	up_read(&sem);
}

static void writer_that_stays(void)
{
	init_rwsem(&sem);
	down_write(&sem);
	note('A');
	let_others_run(SETTLE);
	note('-');
	up_write(&sem);
}

static void reader_soon(void)
{
	let_others_run(4);
	read_section('b');
}

static void reader_later(void)
{
	let_others_run(12);
	read_section('c');
}

static void writer_soon(void)
{
	let_others_run(4);
	write_section('B');
}

static void writer_later(void)
{
	let_others_run(12);
	write_section('C');
}

static void readers_share(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(reader_that_stays, reader_soon, reader_later);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "abc-");
	assert_no_complaint(outcome);
}

static void a_writer_keeps_everybody_out(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(writer_that_stays, reader_soon, writer_later);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "A-bC");
	assert_int_equal(count_events(outcome, FL_EVENT_LOCK_WAIT), 2);
}

static void a_writer_waits_for_readers(void **state)
{
	run_bodies(reader_that_stays, writer_soon, NULL);
	assert_string_equal(notes(), "a-B");
}

static void a_reader_queued_behind_a_waiting_writer_waits(void **state)
{
	run_bodies(reader_that_stays, writer_soon, reader_later);
	assert_string_equal(notes(), "a-Bc");
}

static void writers_are_served_in_the_order_they_came(void **state)
{
	run_bodies(writer_that_stays, writer_soon, writer_later);
	assert_string_equal(notes(), "A-BC");
}

static void reader_that_reads_again(void)
{
	init_rwsem(&sem);
	down_read(&sem);
	let_others_run(SETTLE);
	down_read(&sem);
	note('!');
	up_read(&sem);
	up_read(&sem);
}

static void a_recursive_read_behind_a_waiting_writer_deadlocks(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(reader_that_reads_again, writer_soon, NULL);

	/* it waits behind a writer that waits for itself: for what it holds */
	assert_end(outcome, FL_END_SELF_DEADLOCK);
	assert_string_equal(notes(), "");
	assert_int_equal(outcome->nr_waits, 2);
	assert_int_equal(wait_of(outcome, 0)->owner, 0);
	assert_int_equal(wait_of(outcome, 1)->owner, 0);
}

static void a_recursive_read_with_no_writer_about_gets_in(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(reader_that_reads_again, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "!");
}

static void writer_that_downgrades(void)
{
	init_rwsem(&sem);
	down_write(&sem);
	note('A');
	let_others_run(SETTLE);
	downgrade_write(&sem);
	note('d');
	let_others_run(SETTLE);
	note('-');
	up_read(&sem);
}

static void a_downgrade_lets_waiting_readers_in(void **state)
{
	run_bodies(writer_that_downgrades, reader_soon, reader_later);
	assert_string_equal(notes(), "Adbc-");
}

static void a_downgrade_keeps_waiting_writers_out(void **state)
{
	run_bodies(writer_that_downgrades, writer_soon, NULL);
	assert_string_equal(notes(), "Ad-B");
}

static void try_everything(void)
{
	let_others_run(4);
	note(down_read_trylock(&sem) ? 'r' : '.');
	note(down_write_trylock(&sem) ? 'W' : '.');
}

static void trylocks_fail_under_a_writer(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(writer_that_stays, try_everything, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "A..-");
	assert_int_equal(count_events(outcome, FL_EVENT_TRYLOCK), 2);
}

static void try_under_a_reader(void)
{
	let_others_run(4);
	note(down_write_trylock(&sem) ? 'W' : '.');
	if (down_read_trylock(&sem)) {
		note('r');
		up_read(&sem);
	}
}

static void a_read_trylock_succeeds_beside_a_reader(void **state)
{
	run_bodies(reader_that_stays, try_under_a_reader, NULL);
	assert_string_equal(notes(), "a.r-");
}

static void try_when_free(void)
{
	init_rwsem(&sem);
	note(down_write_trylock(&sem) ? 'W' : '.');
	up_write(&sem);
	note(down_read_trylock(&sem) ? 'r' : '.');
	up_read(&sem);
	mutex_init(&mutex);
	note(mutex_trylock(&mutex) ? 'M' : '.');
	note(mutex_trylock(&mutex) ? 'M' : '.');
	note(mutex_is_locked(&mutex) ? 'l' : '.');
	mutex_unlock(&mutex);
	note(mutex_is_locked(&mutex) ? 'l' : '.');
}

static void a_trylock_of_a_free_lock_succeeds(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(try_when_free, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "WrM.l.");
	assert_no_complaint(outcome);
}

/* ---- mutexes ---- */

static void mutex_section(char who)
{
	mutex_lock(&mutex);
	note(who);
	let_others_run(2);
	note(who);
	mutex_unlock(&mutex);
}

static void mutex_first(void)
{
	mutex_init(&mutex);
	mutex_lock(&mutex);
	note('A');
	let_others_run(SETTLE);
	note('A');
	mutex_unlock(&mutex);
}

static void mutex_second(void)
{
	let_others_run(4);
	mutex_section('B');
}

static void mutex_third(void)
{
	let_others_run(12);
	mutex_section('C');
}

static void a_mutex_admits_one_at_a_time_in_order(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(mutex_first, mutex_second, mutex_third);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "AABBCC");
	assert_no_complaint(outcome);
}

static void unlock_what_another_holds(void)
{
	let_others_run(4);
	mutex_unlock(&mutex);
	note('u');
}

static void unlocking_another_tasks_mutex_is_misuse(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(mutex_first, unlock_what_another_holds, NULL);

	assert_true(count_events(outcome, FL_EVENT_MISUSE) > 0);
}

static void unlock_what_is_free(void)
{
	init_rwsem(&sem);
	up_read(&sem);
}

static void unlocking_a_free_lock_is_misuse(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(unlock_what_is_free, NULL, NULL);

	assert_true(count_events(outcome, FL_EVENT_MISUSE) > 0);
}

static void leave_with_a_lock(void)
{
	mutex_init(&mutex);
	mutex_lock(&mutex);
}

static void a_lock_held_on_return_is_reported(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(leave_with_a_lock, NULL, NULL);
	const struct fl_held *held = held_at_end(outcome, FL_HELD_LOCK);

	assert_end(outcome, FL_END_FINISHED);
	assert_non_null(held);
	assert_string_equal(
		faultline_image()->lock_class_name(held->lock_class), "&mutex");
	assert_int_equal(held->mode, FL_MODE_WRITE);
	assert_int_not_equal(held->pc, 0);
}

/* ---- spinlocks ---- */

static void sleep_under_a_spinlock(void)
{
	spin_lock_init(&spinlock);
	mutex_init(&mutex);
	spin_lock(&spinlock);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	spin_unlock(&spinlock);
	note('.');
}

static void sleeping_under_a_spinlock_is_warned_about(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(sleep_under_a_spinlock, NULL, NULL);

	assert_true(count_events(outcome, FL_EVENT_WARN) > 0);
	assert_string_equal(notes(), ".");
}

static void spin_quietly(void)
{
	unsigned long flags;

	spin_lock_init(&spinlock);
	spin_lock_irq(&spinlock);
	spin_unlock_irq(&spinlock);
	spin_lock_irqsave(&spinlock, flags);
	spin_unlock_irqrestore(&spinlock, flags);
	might_sleep();
}

static void sleeping_after_a_spinlock_is_fine(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(spin_quietly, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_no_complaint(outcome);
}

/* ---- the order of classes ---- */

static void nest_two(void)
{
	mutex_init(&mutex);
	mutex_init(&other_mutex);
	mutex_lock(&mutex);
	mutex_lock(&other_mutex);
	mutex_unlock(&other_mutex);
	mutex_unlock(&mutex);
}

static void nesting_leaves_an_edge_and_no_other(void **state)
{
	const struct fl_outcome *outcome = run_bodies(nest_two, NULL, NULL);

	assert_true(has_edge(outcome, "&mutex", "&other_mutex"));
	assert_false(has_edge(outcome, "&other_mutex", "&mutex"));
}

static void nest_both_ways(void)
{
	nest_two();
	mutex_lock(&other_mutex);
	mutex_lock(&mutex);
	mutex_unlock(&mutex);
	mutex_unlock(&other_mutex);
}

static void an_inversion_shows_even_when_nothing_hangs(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(nest_both_ways, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_true(has_edge(outcome, "&mutex", "&other_mutex"));
	assert_true(has_edge(outcome, "&other_mutex", "&mutex"));
}

static void try_the_inner_one(void)
{
	mutex_init(&mutex);
	mutex_init(&other_mutex);
	mutex_lock(&mutex);
	if (mutex_trylock(&other_mutex))
		mutex_unlock(&other_mutex);
	mutex_unlock(&mutex);
}

static void a_trylock_leaves_no_edge(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(try_the_inner_one, NULL, NULL);

	assert_false(has_edge(outcome, "&mutex", "&other_mutex"));
}

SUITE(lock_tests,
      shows(readers_share),
      shows(a_writer_keeps_everybody_out),
      shows(a_writer_waits_for_readers),
      shows(a_reader_queued_behind_a_waiting_writer_waits),
      shows(writers_are_served_in_the_order_they_came),
      shows(a_recursive_read_behind_a_waiting_writer_deadlocks),
      shows(a_recursive_read_with_no_writer_about_gets_in),
      shows(a_downgrade_lets_waiting_readers_in),
      shows(a_downgrade_keeps_waiting_writers_out),
      shows(trylocks_fail_under_a_writer),
      shows(a_read_trylock_succeeds_beside_a_reader),
      shows(a_trylock_of_a_free_lock_succeeds),
      shows(a_mutex_admits_one_at_a_time_in_order),
      shows(unlocking_another_tasks_mutex_is_misuse),
      shows(unlocking_a_free_lock_is_misuse),
      shows(a_lock_held_on_return_is_reported),
      shows(sleeping_under_a_spinlock_is_warned_about),
      shows(sleeping_after_a_spinlock_is_fine),
      shows(nesting_leaves_an_edge_and_no_other),
      shows(an_inversion_shows_even_when_nothing_hangs),
      shows(a_trylock_leaves_no_edge))
