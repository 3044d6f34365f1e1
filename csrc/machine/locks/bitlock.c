// SPDX-License-Identifier: GPL-2.0-only
/*
 * A spinlock in one bit of a word that has other uses. There is no room in it
 * for a queue, so those who wait are woken together and try again.
 */
#include "locks/bitlock.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "locks/held.h"
#include "locks/lock_class.h"
#include "locks/preempt.h"
#include "memory/shadow.h"
#include <linux/bit_spinlock.h>
#include <linux/bitops.h>

/* One number for each bit that was ever locked in this run. */
#define BITS_MAX	64
static struct { const void *word; int bit; uint32_t object; } known[BITS_MAX];
static unsigned int nr_known;

void bitlock_reset(void)
{
	nr_known = 0;
}

static uint32_t object_of(int bit, const unsigned long *word)
{
	for (unsigned int i = 0; i < nr_known; i++)
		if (known[i].word == word && known[i].bit == bit)
			return known[i].object;
	if (nr_known == BITS_MAX)
		run_end(FL_END_LIMIT, 0, "more than %d bit locks", BITS_MAX);
	known[nr_known].word = word;
	known[nr_known].bit = bit;
	known[nr_known].object = object_new(FL_OBJECT_LOCK);
	return known[nr_known++].object;
}

static void take(int bit, unsigned long *word, uint32_t object, int trylock,
		 uintptr_t site)
{
	uint32_t class = lock_class("bit spinlock");

	set_bit(bit, word);
	access_note_at(FL_THING_LOCK, word, FL_ACCESS_WRITE | FL_ACCESS_TAKE |
		       (trylock ? 0 : FL_ACCESS_GUARD));
	held_add(FL_HELD_LOCK, object, class, FL_MODE_WRITE, trylock, site);
	task_me()->held[task_me()->nr_held - 1].spins = 1;
	task_me()->spins++;
	preempt_add(1, site);
	trace(trylock ? FL_EVENT_TRYLOCK : FL_EVENT_LOCK, object, site, class,
	      FL_MODE_WRITE, task_me()->nr_held - 1, 0, trylock);
}

void bit_spin_lock(int bit, unsigned long *word)
{
	uint32_t object;

	shadow_check(word, sizeof(*word), 1, CALLER);
	object = object_of(bit, word);
	task_wants(word, (unsigned int)bit + 1);
	schedule_point(object);
	task_wants(NULL, 0);
	while (test_bit(bit, word)) {
		uint32_t class = lock_class("bit spinlock");

		access_note_at(FL_THING_LOCK, word,
			       FL_ACCESS_WANT | FL_ACCESS_GUARD);

		held_edges(task_me(), class);
		trace(FL_EVENT_LOCK_WAIT, object, CALLER, class, FL_MODE_WRITE,
		      task_me()->nr_held, 0, 0);
		task_park(PARK_LOCK, object, class, FL_MODE_WRITE,
			  held_owner(FL_HELD_LOCK, object), CALLER);
	}
	take(bit, word, object, 0, CALLER);
}

int bit_spin_trylock(int bit, unsigned long *word)
{
	uint32_t object;

	shadow_check(word, sizeof(*word), 1, CALLER);
	object = object_of(bit, word);
	schedule_point(object);
	if (test_bit(bit, word)) {
		access_note_at(FL_THING_LOCK, word, 0);
		return 0;
	}
	take(bit, word, object, 1, CALLER);
	return 1;
}

void bit_spin_unlock(int bit, unsigned long *word)
{
	uint32_t object;

	shadow_check(word, sizeof(*word), 1, CALLER);
	object = object_of(bit, word);
	if (!test_bit(bit, word) || !held_remove(FL_HELD_LOCK, object)) {
		run_misuse(CALLER, "unlock of a bit spinlock that is not held");
		return;
	}
	clear_bit(bit, word);
	access_note_at(FL_THING_LOCK, word, FL_ACCESS_WRITE | FL_ACCESS_GIVE);
	task_me()->spins--;
	preempt_add(-1, CALLER);
	trace(FL_EVENT_UNLOCK, object, CALLER, lock_class("bit spinlock"),
	      FL_MODE_WRITE, task_me()->nr_held, 0, 0);
	for (unsigned int slot = 0; slot < FL_TASKS_MAX; slot++)
		if (run.tasks[slot].state == TASK_PARKED &&
		    run.tasks[slot].why == PARK_LOCK &&
		    run.tasks[slot].object == object)
			task_wake(slot);
}

int bit_spin_is_locked(int bit, unsigned long *word)
{
	return test_bit(bit, word);
}
