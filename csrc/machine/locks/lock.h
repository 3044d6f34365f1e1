/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lock.c: the core that rwsems, mutexes, spinlocks and rwlocks share. A mutex
 * or a spinlock is taken for write, always.
 */
#ifndef LOCKS_LOCK_H
#define LOCKS_LOCK_H

#include "core/base.h"
#include <linux/lockdep.h>

/* Whether the lock is waited for asleep, or with preemption off. */
enum how { SLEEPS, SPINS };

void lock_begin(struct faultline_lock *lock, const char *name);
int lock_free_for(const struct faultline_lock *lock, enum fl_mode mode);
/* Waits for it if need be: a scheduling point. */
void lock_take(struct faultline_lock *lock, enum fl_mode mode, enum how how,
	       int subclass, uintptr_t site);
/* Returns whether it was taken: a scheduling point, too. */
int lock_try(struct faultline_lock *lock, enum fl_mode mode, enum how how,
	     uintptr_t site);
void lock_give(struct faultline_lock *lock, enum fl_mode mode, enum how how,
	       uintptr_t site);
void lock_downgrade(struct faultline_lock *lock, uintptr_t site);
/* Mask of the tasks that one in @slot which waits for it waits for. */
uint32_t lock_blockers(const struct faultline_lock *lock, unsigned int slot);

#endif
