// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spinlocks and rwlocks: who holds one may not sleep.
 */
#include "core/access_set.h"
#include "core/outcome.h"
#include "locks/lock.h"
#include <linux/atomic.h>
#include <linux/spinlock.h>

void __spin_lock_init(spinlock_t *lock, const char *name)
{
	lock_begin(&lock->lock, name);
}

void spin_lock(spinlock_t *lock)
{
	lock_take(&lock->lock, FL_MODE_WRITE, SPINS, 0, CALLER);
}

void spin_lock_nested(spinlock_t *lock, int subclass)
{
	lock_take(&lock->lock, FL_MODE_WRITE, SPINS, subclass, CALLER);
}

int spin_trylock(spinlock_t *lock)
{
	return lock_try(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
}

void spin_unlock(spinlock_t *lock)
{
	lock_give(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
}

int spin_is_locked(spinlock_t *lock)
{
	access_note_at(FL_THING_LOCK, &lock->lock, 0);
	return lock->lock.writer != 0;
}

void assert_spin_locked(spinlock_t *lock)
{
	if (!lock->lock.writer)
		run_end(FL_END_BUG, CALLER, "assert_spin_locked(%s)",
			lock->lock.name ? lock->lock.name : "");
}

void __rwlock_init(rwlock_t *lock, const char *name)
{
	lock_begin(&lock->lock, name);
}

void read_lock(rwlock_t *lock)
{
	lock_take(&lock->lock, FL_MODE_READ, SPINS, 0, CALLER);
}

void read_unlock(rwlock_t *lock)
{
	lock_give(&lock->lock, FL_MODE_READ, SPINS, CALLER);
}

void write_lock(rwlock_t *lock)
{
	lock_take(&lock->lock, FL_MODE_WRITE, SPINS, 0, CALLER);
}

void write_unlock(rwlock_t *lock)
{
	lock_give(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
}

int read_trylock(rwlock_t *lock)
{
	return lock_try(&lock->lock, FL_MODE_READ, SPINS, CALLER);
}

int write_trylock(rwlock_t *lock)
{
	return lock_try(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
}

int atomic_dec_and_lock(atomic_t *count, spinlock_t *lock)
{
	if (atomic_add_unless(count, -1, 1))
		return 0;
	lock_take(&lock->lock, FL_MODE_WRITE, SPINS, 0, CALLER);
	if (atomic_dec_and_test(count))
		return 1;
	lock_give(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
	return 0;
}
