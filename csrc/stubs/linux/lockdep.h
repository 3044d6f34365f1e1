/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lock validation. Classes are the machine's: every lock carries the text of
 * the expression that initialised it, as lockdep names it.
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/types.h>

struct lock_class_key {
	char unused;
};

struct lockdep_map {
	const char *name;
};

/**
 * struct faultline_lock - what every lock has, whatever its kind
 * @name:   of its class: the text of its initialiser
 * @class:  number of the class, plus one; 0 until it is first used
 * @object: its number in the trace; 0 until it is first used
 * @writer: who holds it for write, plus one
 * @nr_readers: holds for read
 * @readers: the same by task
 * @nr_waiting: tasks in @waiting
 * @waiting: in order of arrival: task, and 0x80 if it wants to read
 */
struct faultline_lock {
	const char *name;
	u32 class;
	u32 object;
	u8 writer;
	u8 nr_readers;
	u8 readers[4];
	u8 nr_waiting;
	u8 waiting[4];
};

#define __FAULTLINE_LOCK(text)	{ .name = (text) }

#define SINGLE_DEPTH_NESTING	1
#define lockdep_set_class(lock, key)			do { } while (0)
#define lockdep_set_class_and_name(lock, key, text) \
	faultline_lock_rename(&(lock)->lock, text)
#define lockdep_set_subclass(lock, sub)			do { } while (0)
#define lockdep_assert_held(l) \
	faultline_assert_held(&(l)->lock, 0, "lockdep_assert_held(" #l ")")
#define lockdep_assert_held_write(l) \
	faultline_assert_held(&(l)->lock, 1, \
			      "lockdep_assert_held_write(" #l ")")
#define lockdep_assert_held_exclusive(l) \
	lockdep_assert_held_write(l)	/* up to 5.2 */
#define lockdep_assert_held_read(l) \
	faultline_assert_held(&(l)->lock, 2, \
			      "lockdep_assert_held_read(" #l ")")
#define lockdep_assert_not_held(l) \
	faultline_assert_held(&(l)->lock, -1, \
			      "lockdep_assert_not_held(" #l ")")
#define lockdep_is_held(l)		faultline_is_held(&(l)->lock)
#define lockdep_init_map(map, name, key, sub)		do { } while (0)
#define lock_acquire(...)				do { } while (0)
#define lock_release(...)				do { } while (0)

/**
 * faultline_assert_held - WARN unless the current task holds a lock
 * @lock: the lock
 * @how:  0 in any way, 1 for write, 2 for read, -1 not at all
 * @text: the assertion, as the source has it
 */
void faultline_assert_held(const struct faultline_lock *lock, int how,
			   const char *text);
int faultline_is_held(const struct faultline_lock *lock);
void faultline_lock_rename(struct faultline_lock *lock, const char *name);

#endif
