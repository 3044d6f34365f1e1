// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutexes, and the toy mutex of the explorer's reference scenarios.
 */
#include "locks/mutex.h"
#include "core/access_set.h"
#include "core/schedule.h"
#include "locks/held.h"
#include "locks/lock.h"
#include <linux/mutex.h>

void __mutex_init(struct mutex *mutex, const char *name,
		  struct lock_class_key *key)
{
	(void)key;
	lock_begin(&mutex->lock, name);
}

void mutex_lock(struct mutex *mutex)
{
	lock_take(&mutex->lock, FL_MODE_WRITE, SLEEPS, 0, CALLER);
}

void mutex_lock_nested(struct mutex *mutex, unsigned int subclass)
{
	lock_take(&mutex->lock, FL_MODE_WRITE, SLEEPS, (int)subclass, CALLER);
}

int mutex_lock_interruptible(struct mutex *mutex)
{
	lock_take(&mutex->lock, FL_MODE_WRITE, SLEEPS, 0, CALLER);
	return 0;
}

int mutex_lock_killable(struct mutex *mutex)
{
	lock_take(&mutex->lock, FL_MODE_WRITE, SLEEPS, 0, CALLER);
	return 0;
}

int mutex_trylock(struct mutex *mutex)
{
	return lock_try(&mutex->lock, FL_MODE_WRITE, SLEEPS, CALLER);
}

void mutex_unlock(struct mutex *mutex)
{
	lock_give(&mutex->lock, FL_MODE_WRITE, SLEEPS, CALLER);
}

int mutex_is_locked(struct mutex *mutex)
{
	access_note_at(FL_THING_LOCK, &mutex->lock, 0);
	return mutex->lock.writer != 0;
}

void mutex_destroy(struct mutex *mutex)
{
	held_freed(mutex, sizeof(*mutex), CALLER);
}

/* ---- the explorer's reference scenario ---- */

static struct mutex toy = __MUTEX_INITIALIZER(&toy);

void toy_mutex_reset(void)
{
	mutex_init(&toy);
}

void toy_mutex_section(int is_recursive)
{
	lock_take(&toy.lock, FL_MODE_WRITE, SLEEPS, 0, 0);
	if (is_recursive)
		lock_take(&toy.lock, FL_MODE_WRITE, SLEEPS, 0, 0);
	schedule_point(toy.lock.object);
	lock_give(&toy.lock, FL_MODE_WRITE, SLEEPS, 0);
}
