// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read/write semaphores. Their count is kept truthful for code that looks at it
 * instead of asking: 0 is free, a negative count has a writer or one waiting.
 */
#include "core/access_set.h"
#include "locks/lock.h"
#include "memory/shadow.h"
#include <linux/atomic.h>
#include <linux/rwsem.h>

static void sem_count(struct rw_semaphore *sem)
{
	long count = sem->lock.nr_readers;

	if (sem->lock.writer || sem->lock.nr_waiting)
		count -= 1l << 32;
	atomic_long_set(&sem->count, count);
}

void __init_rwsem(struct rw_semaphore *sem, const char *name,
		  struct lock_class_key *key)
{
	(void)key;
	atomic_long_set(&sem->count, 0);
	lock_begin(&sem->lock, name);
}

static void sem_take(struct rw_semaphore *sem, enum fl_mode mode, int subclass,
		     uintptr_t site)
{
	/* Who looks inside while we wait sees that somebody does. */
	if (!lock_free_for(&sem->lock, mode))
		atomic_long_add(-(1l << 32), &sem->count);
	lock_take(&sem->lock, mode, SLEEPS, subclass, site);
	sem_count(sem);
}

static int sem_try(struct rw_semaphore *sem, enum fl_mode mode, uintptr_t site)
{
	int taken = lock_try(&sem->lock, mode, SLEEPS, site);

	sem_count(sem);
	return taken;
}

static void sem_give(struct rw_semaphore *sem, enum fl_mode mode,
		     uintptr_t site)
{
	lock_give(&sem->lock, mode, SLEEPS, site);
	sem_count(sem);
}

void down_read(struct rw_semaphore *sem)
{
	sem_take(sem, FL_MODE_READ, 0, CALLER);
}

void down_read_nested(struct rw_semaphore *sem, int subclass)
{
	sem_take(sem, FL_MODE_READ, subclass, CALLER);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return sem_try(sem, FL_MODE_READ, CALLER);
}

void down_write(struct rw_semaphore *sem)
{
	sem_take(sem, FL_MODE_WRITE, 0, CALLER);
}

void down_write_nested(struct rw_semaphore *sem, int subclass)
{
	sem_take(sem, FL_MODE_WRITE, subclass, CALLER);
}

int down_write_killable(struct rw_semaphore *sem)
{
	sem_take(sem, FL_MODE_WRITE, 0, CALLER);
	return 0;
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return sem_try(sem, FL_MODE_WRITE, CALLER);
}

void up_read(struct rw_semaphore *sem)
{
	sem_give(sem, FL_MODE_READ, CALLER);
}

void up_write(struct rw_semaphore *sem)
{
	sem_give(sem, FL_MODE_WRITE, CALLER);
}

void downgrade_write(struct rw_semaphore *sem)
{
	lock_downgrade(&sem->lock, CALLER);
	sem_count(sem);
}

int rwsem_is_locked(struct rw_semaphore *sem)
{
	shadow_check(sem, sizeof(*sem), 0, CALLER);
	access_note_at(FL_THING_LOCK, &sem->lock, 0);
	return atomic_long_read(&sem->count) != 0;
}

int rwsem_is_contended(struct rw_semaphore *sem)
{
	access_note_at(FL_THING_LOCK, &sem->lock, 0);
	return sem->lock.nr_waiting != 0;
}
