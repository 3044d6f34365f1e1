/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read/write semaphores. They are fair: a waiting writer holds off readers
 * that come after it, also one that already holds the semaphore for read.
 */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/types.h>
#include <linux/lockdep.h>

/*
 * @count is what code that looks inside expects: 0 free, positive so many
 * readers, negative a writer or somebody waiting.
 */
struct rw_semaphore {
	atomic_long_t count;
	struct faultline_lock lock;
};

#define __RWSEM_INITIALIZER(name) { .lock = __FAULTLINE_LOCK(#name) }
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

void __init_rwsem(struct rw_semaphore *sem, const char *name,
		  struct lock_class_key *key);
#define init_rwsem(sem)		__init_rwsem(sem, #sem, NULL)

void down_read(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int down_write_killable(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);
void down_read_nested(struct rw_semaphore *sem, int subclass);
void down_write_nested(struct rw_semaphore *sem, int subclass);
int rwsem_is_locked(struct rw_semaphore *sem);
int rwsem_is_contended(struct rw_semaphore *sem);

#endif
