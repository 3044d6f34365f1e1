/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core that rwsems, mutexes, spinlocks and rwlocks share. A mutex or a
 * spinlock is taken for write, always.
 */
#ifndef LOCK_H
#define LOCK_H

#include "run.h"
#include <linux/lockdep.h>

/* Whether the lock is waited for asleep, or with preemption off. */
enum how { SLEEPS, SPINS };

void lock_begin(struct faultline_lock *lock, const char *name);
int lock_free_for(const struct faultline_lock *lock, enum fl_mode mode);
void lock_take(struct faultline_lock *lock, enum fl_mode mode, enum how how,
	       int subclass, uintptr_t site);
int lock_try(struct faultline_lock *lock, enum fl_mode mode, enum how how,
	     uintptr_t site);
void lock_give(struct faultline_lock *lock, enum fl_mode mode, enum how how,
	       uintptr_t site);
void lock_downgrade(struct faultline_lock *lock, uintptr_t site);

#endif
