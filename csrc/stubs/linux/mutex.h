/* SPDX-License-Identifier: GPL-2.0-only */
/* Mutexes: one owner, who alone may unlock. */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/types.h>
#include <linux/lockdep.h>

struct mutex {
	struct faultline_lock lock;
};

#define __MUTEX_INITIALIZER(name) { .lock = __FAULTLINE_LOCK(#name) }
#define DEFINE_MUTEX(name)	struct mutex name = __MUTEX_INITIALIZER(name)

void __mutex_init(struct mutex *mutex, const char *name,
		  struct lock_class_key *key);
#define mutex_init(mutex)	__mutex_init(mutex, #mutex, NULL)

void mutex_lock(struct mutex *mutex);
void mutex_lock_nested(struct mutex *mutex, unsigned int subclass);
int mutex_lock_interruptible(struct mutex *mutex);
int mutex_lock_killable(struct mutex *mutex);
int mutex_trylock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
int mutex_is_locked(struct mutex *mutex);
void mutex_destroy(struct mutex *mutex);

#endif
