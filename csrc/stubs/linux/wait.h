/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wait queues. Up to 4.12, types and members have other names: both are there.
 */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/types.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/sched.h>

struct wait_queue_entry;
typedef struct wait_queue_entry wait_queue_entry_t, wait_queue_t;
#define __wait_queue		wait_queue_entry
#define __wait_queue_head	wait_queue_head

typedef int (*wait_queue_func_t)(wait_queue_entry_t *wait, unsigned int mode,
				 int flags, void *key);
int default_wake_function(wait_queue_entry_t *wait, unsigned int mode,
			  int flags, void *key);
int autoremove_wake_function(wait_queue_entry_t *wait, unsigned int mode,
			     int sync, void *key);

#define WQ_FLAG_EXCLUSIVE	0x01
#define WQ_FLAG_WOKEN		0x02

struct wait_queue_entry {
	unsigned int flags;
	void *private;
	wait_queue_func_t func;
	union {
		struct list_head entry;
		struct list_head task_list;
	};
};

struct wait_queue_head {
	spinlock_t lock;
	union {
		struct list_head head;
		struct list_head task_list;
	};
};
typedef struct wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { \
	.lock = __SPIN_LOCK_UNLOCKED(name.lock), \
	.head = LIST_HEAD_INIT((name).head) }
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)

void __init_waitqueue_head(wait_queue_head_t *q, const char *name,
			   struct lock_class_key *key);
#define init_waitqueue_head(q)	__init_waitqueue_head(q, #q, NULL)
void init_waitqueue_entry(wait_queue_entry_t *wait, struct task_struct *task);
void init_waitqueue_func_entry(wait_queue_entry_t *wait,
			       wait_queue_func_t func);

void init_wait(wait_queue_entry_t *wait);
#define DEFINE_WAIT_FUNC(name, function) \
	wait_queue_entry_t name = { .private = current, .func = function, \
		.entry = LIST_HEAD_INIT((name).entry) }
#define DEFINE_WAIT(name)	DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define DECLARE_WAITQUEUE(name, task) \
	wait_queue_entry_t name = { .private = task, \
		.func = default_wake_function }

int waitqueue_active(wait_queue_head_t *q);
#define wq_has_sleeper(q)	waitqueue_active(q)
void add_wait_queue(wait_queue_head_t *q, wait_queue_entry_t *wait);
void add_wait_queue_exclusive(wait_queue_head_t *q, wait_queue_entry_t *wait);
void remove_wait_queue(wait_queue_head_t *q, wait_queue_entry_t *wait);
void prepare_to_wait(wait_queue_head_t *q, wait_queue_entry_t *wait, int state);
void prepare_to_wait_exclusive(wait_queue_head_t *q, wait_queue_entry_t *wait,
			       int state);
void finish_wait(wait_queue_head_t *q, wait_queue_entry_t *wait);

void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr, void *key);
#define wake_up(q)		__wake_up(q, TASK_NORMAL, 1, NULL)
#define wake_up_nr(q, nr)	__wake_up(q, TASK_NORMAL, nr, NULL)
#define wake_up_all(q)		__wake_up(q, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(q) __wake_up(q, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_all(q) __wake_up(q, TASK_INTERRUPTIBLE, 0, NULL)

/* Sleeps in @state until @condition; @exclusive: one wake, one sleeper. */
#define ___wait_event(q, condition, state, exclusive, ret, cmd) \
	({ \
		DEFINE_WAIT(__entry); \
		long __ret = ret; \
		for (;;) { \
			if (exclusive) \
				prepare_to_wait_exclusive(&(q), &__entry, \
							  state); \
			else \
				prepare_to_wait(&(q), &__entry, state); \
			if (condition) \
				break; \
			if (signal_pending_state(state, current)) { \
				__ret = -ERESTARTSYS; \
				break; \
			} \
			cmd; \
		} \
		finish_wait(&(q), &__entry); \
		__ret; \
	})

/* All variables share a queue: who is woken looks at his own again. */
wait_queue_head_t *wait_var_queue(void);
#define ___wait_var_event(var, condition, state, exclusive, ret, cmd) \
	((void)(var), (int)___wait_event(*wait_var_queue(), condition, state, \
					 exclusive, ret, cmd))
#define wake_up_var(var) \
	((void)(var), __wake_up(wait_var_queue(), TASK_NORMAL, 0, NULL))

#define wait_event(q, condition) \
	do { \
		if (!(condition)) \
			(void)___wait_event(q, condition, \
					    TASK_UNINTERRUPTIBLE, 0, 0, \
					    schedule()); \
	} while (0)
#define wait_event_killable(q, condition) \
	((condition) ? 0 : (int)___wait_event(q, condition, TASK_KILLABLE, 0, \
					      0, schedule()))
#define wait_event_killable_exclusive(q, condition) \
	((condition) ? 0 : (int)___wait_event(q, condition, TASK_KILLABLE, 1, \
					      0, schedule()))
#define wait_event_interruptible(q, condition) \
	((condition) ? 0 : (int)___wait_event(q, condition, \
					      TASK_INTERRUPTIBLE, 0, 0, \
					      schedule()))

#endif
