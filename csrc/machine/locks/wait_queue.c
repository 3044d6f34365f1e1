// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wait queues.
 *
 * A waker calls the wake function of each waiter in turn, which decides whether
 * the wake concerns it. What must hold: whoever looks at a queue or changes it
 * notes that, since the queue's own lock is not taken for it.
 */
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include "memory/shadow.h"
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/wait.h>

void __init_waitqueue_head(wait_queue_head_t *q, const char *name,
			   struct lock_class_key *key)
{
	(void)key;
	__spin_lock_init(&q->lock, name);
	INIT_LIST_HEAD(&q->head);
}

void init_waitqueue_entry(wait_queue_entry_t *wait, struct task_struct *task)
{
	wait->flags = 0;
	wait->private = task;
	wait->func = default_wake_function;
}

void init_wait(wait_queue_entry_t *wait)
{
	init_waitqueue_entry(wait, get_current());
	wait->func = autoremove_wake_function;
	INIT_LIST_HEAD(&wait->entry);
}

void init_waitqueue_func_entry(wait_queue_entry_t *wait, wait_queue_func_t func)
{
	wait->flags = 0;
	wait->private = NULL;
	wait->func = func;
}

int default_wake_function(wait_queue_entry_t *wait, unsigned int mode,
			  int flags, void *key)
{
	(void)flags;
	(void)key;
	return wake_up_state(wait->private, mode);
}

int autoremove_wake_function(wait_queue_entry_t *wait, unsigned int mode,
			     int sync, void *key)
{
	int woken = default_wake_function(wait, mode, sync, key);

	if (woken)
		list_del_init(&wait->entry);
	return woken;
}

static void check_queue(wait_queue_head_t *q, uintptr_t site)
{
	shadow_check(q, sizeof(*q), 1, site);
	/* Zeroed memory looks like a queue with a waiter at NULL. */
	if (!q->head.next) {
		run_misuse(site, "wait queue used before it was initialised");
		INIT_LIST_HEAD(&q->head);
	}
}

int waitqueue_active(wait_queue_head_t *q)
{
	check_queue(q, CALLER);
	access_note_at(FL_THING_QUEUE, q, 0);
	return !list_empty(&q->head);
}

void add_wait_queue(wait_queue_head_t *q, wait_queue_entry_t *wait)
{
	check_queue(q, CALLER);
	access_note_at(FL_THING_QUEUE, q, FL_ACCESS_WRITE);
	wait->flags &= ~WQ_FLAG_EXCLUSIVE;
	list_add(&wait->entry, &q->head);
}

void add_wait_queue_exclusive(wait_queue_head_t *q, wait_queue_entry_t *wait)
{
	check_queue(q, CALLER);
	access_note_at(FL_THING_QUEUE, q, FL_ACCESS_WRITE);
	wait->flags |= WQ_FLAG_EXCLUSIVE;
	list_add_tail(&wait->entry, &q->head);
}

void remove_wait_queue(wait_queue_head_t *q, wait_queue_entry_t *wait)
{
	check_queue(q, CALLER);
	access_note_at(FL_THING_QUEUE, q, FL_ACCESS_WRITE);
	list_del(&wait->entry);
}

/*
 * Who waits for one wake to itself stands at the back, the others before it:
 * a wake that stops at the first exclusive waiter has then met all of them.
 */
static void queue_up(wait_queue_head_t *q, wait_queue_entry_t *wait,
		     int exclusive, int state)
{
	access_note_at(FL_THING_QUEUE, q, FL_ACCESS_WRITE);
	if (list_empty(&wait->entry)) {
		if (exclusive)
			list_add_tail(&wait->entry, &q->head);
		else
			list_add(&wait->entry, &q->head);
	}
	task_me()->owner = exclusive ? -2 : -1;
	task_me()->queue = q->lock.lock.name;
	get_current()->state = state;
}

void prepare_to_wait(wait_queue_head_t *q, wait_queue_entry_t *wait, int state)
{
	check_queue(q, CALLER);
	wait->flags &= ~WQ_FLAG_EXCLUSIVE;
	queue_up(q, wait, 0, state);
}

void prepare_to_wait_exclusive(wait_queue_head_t *q, wait_queue_entry_t *wait,
			       int state)
{
	check_queue(q, CALLER);
	wait->flags |= WQ_FLAG_EXCLUSIVE;
	queue_up(q, wait, 1, state);
}

void finish_wait(wait_queue_head_t *q, wait_queue_entry_t *wait)
{
	check_queue(q, CALLER);
	get_current()->state = TASK_RUNNING;
	task_me()->queue = NULL;
	access_note_at(FL_THING_QUEUE, q, FL_ACCESS_WRITE);
	if (!list_empty_careful(&wait->entry))
		list_del_init(&wait->entry);
}

void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr, void *key)
{
	wait_queue_entry_t *wait, *next;
	int asked = nr, woken = 0;

	check_queue(q, CALLER);
	schedule_point(0);
	access_note_at(FL_THING_QUEUE, q, FL_ACCESS_WRITE);
	list_for_each_entry_safe(wait, next, &q->head, entry) {
		unsigned int flags = wait->flags;

		if (!wait->func(wait, mode, 0, key))
			continue;
		woken++;
		if (flags & WQ_FLAG_EXCLUSIVE && !--nr)
			break;
	}
	trace(FL_EVENT_WAKE, 0, CALLER, asked, woken, 0, 0, 0);
}

wait_queue_head_t *wait_var_queue(void)
{
	return &world->variables;
}
