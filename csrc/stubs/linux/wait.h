/* SPDX-License-Identifier: GPL-2.0-only */
/* Wait queues, with the names they had up to 4.12. */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/sched.h>

typedef struct __wait_queue wait_queue_t;
typedef int (*wait_queue_func_t)(wait_queue_t *wait, unsigned int mode,
				 int flags, void *key);
int default_wake_function(wait_queue_t *wait, unsigned int mode, int flags,
			  void *key);
int autoremove_wake_function(wait_queue_t *wait, unsigned int mode, int sync,
			     void *key);

#define WQ_FLAG_EXCLUSIVE	0x01
#define WQ_FLAG_WOKEN		0x02

struct __wait_queue {
	unsigned int flags;
	void *private;
	wait_queue_func_t func;
	struct list_head task_list;
};

struct __wait_queue_head {
	spinlock_t lock;
	struct list_head task_list;
};
typedef struct __wait_queue_head wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { \
	.lock = __SPIN_LOCK_UNLOCKED(name.lock), \
	.task_list = LIST_HEAD_INIT((name).task_list) }
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) DECLARE_WAIT_QUEUE_HEAD(name)

void __init_waitqueue_head(wait_queue_head_t *q, const char *name,
			   struct lock_class_key *key);
#define init_waitqueue_head(q)	__init_waitqueue_head(q, #q, NULL)
void init_waitqueue_entry(wait_queue_t *wait, struct task_struct *task);
void init_waitqueue_func_entry(wait_queue_t *wait, wait_queue_func_t func);

void init_wait(wait_queue_t *wait);
#define DEFINE_WAIT_FUNC(name, function) \
	wait_queue_t name = { .private = current, .func = function, \
		.task_list = LIST_HEAD_INIT((name).task_list) }
#define DEFINE_WAIT(name)	DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define DECLARE_WAITQUEUE(name, task) \
	wait_queue_t name = { .private = task, .func = default_wake_function }

int waitqueue_active(wait_queue_head_t *q);
#define wq_has_sleeper(q)	waitqueue_active(q)
void add_wait_queue(wait_queue_head_t *q, wait_queue_t *wait);
void add_wait_queue_exclusive(wait_queue_head_t *q, wait_queue_t *wait);
void remove_wait_queue(wait_queue_head_t *q, wait_queue_t *wait);
void prepare_to_wait(wait_queue_head_t *q, wait_queue_t *wait, int state);
void prepare_to_wait_exclusive(wait_queue_head_t *q, wait_queue_t *wait,
			       int state);
void finish_wait(wait_queue_head_t *q, wait_queue_t *wait);

void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr, void *key);
#define wake_up(q)		__wake_up(q, TASK_NORMAL, 1, NULL)
#define wake_up_nr(q, nr)	__wake_up(q, TASK_NORMAL, nr, NULL)
#define wake_up_all(q)		__wake_up(q, TASK_NORMAL, 0, NULL)
#define wake_up_interruptible(q) __wake_up(q, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_all(q) __wake_up(q, TASK_INTERRUPTIBLE, 0, NULL)

#define wait_event(q, condition) \
	do { \
		DEFINE_WAIT(__entry); \
		for (;;) { \
			prepare_to_wait(&(q), &__entry, TASK_UNINTERRUPTIBLE); \
			if (condition) \
				break; \
			schedule(); \
		} \
		finish_wait(&(q), &__entry); \
	} while (0)

#endif
