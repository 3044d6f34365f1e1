// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping and waking: wait queues, schedule(), and the current task.
 *
 * The protocol is the kernel's: a task announces its state, looks once more,
 * and sleeps in schedule(); a waker that comes in between has made it runnable
 * again, and schedule() then only gives way. A wake function of the waiter's
 * own decides whether a wake concerns it.
 */
#include "run.h"
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/wait.h>

static struct task_struct structs[TASK_SLOTS];

void sched_reset(void)
{
	for (unsigned int slot = 0; slot < TASK_SLOTS; slot++) {
		structs[slot] = (struct task_struct){
			.pid = 100 + (int)slot,
			.number = slot == SETUP_SLOT ? 0 : slot,
			.comm = "task0",
		};
		structs[slot].comm[4] = (char)('0' + structs[slot].number);
	}
}

struct task_struct *get_current(void)
{
	return &structs[run.slot < 0 ? SETUP_SLOT : run.slot];
}

struct task_struct *task_struct_of(unsigned int task)
{
	return task < FL_TASKS_MAX ? &structs[task] : &structs[SETUP_SLOT];
}

/* ---- sleeping ---- */

void schedule(void)
{
	struct task_struct *me = get_current();
	struct task *task = task_me();
	uint32_t object;

	if (task->preempt || task->rcu)
		run_warn(CALLER, "scheduling while atomic");
	if (me->state == TASK_RUNNING) {
		touch(FL_THING_TASK, (uint32_t)task_number(), 0, 0, 0);
		schedule_point(0);
		return;
	}
	object = task->seen_entry;
	touch(FL_THING_TASK, (uint32_t)task_number(), 0, 0, FL_TOUCH_WRITE);
	trace(FL_EVENT_WAIT, object, CALLER, task->owner == -2,
	      object ? (int64_t)task->seen_index : -1, 0, 0, 0);
	task_park(PARK_WAIT, object, 0, FL_MODE_WRITE, -1, CALLER);
	task->seen_entry = 0;
}

void io_schedule(void)
{
	schedule();
}

long schedule_timeout(long timeout)
{
	/* Time stands still, so a sleep that ends by itself ends at once. */
	if (timeout != MAX_SCHEDULE_TIMEOUT) {
		get_current()->state = TASK_RUNNING;
		schedule_point(0);
		return 0;
	}
	schedule();
	return timeout;
}

void yield(void)
{
	schedule_point(0);
}

int wake_up_state(struct task_struct *task, unsigned int state)
{
	unsigned int slot = (unsigned int)(task - structs);

	touch(FL_THING_TASK, slot, 0, 0, FL_TOUCH_WRITE);
	if (slot >= TASK_SLOTS || !(task->state & state))
		return 0;
	task->state = TASK_RUNNING;
	if (run.tasks[slot].state == TASK_PARKED &&
	    run.tasks[slot].why == PARK_WAIT)
		task_wake(slot);
	return 1;
}

int wake_up_process(struct task_struct *task)
{
	return wake_up_state(task, TASK_NORMAL);
}

int fatal_signal_pending(struct task_struct *task)
{
	(void)task;
	return inject(FL_POINT_SIGNAL, CALLER) != 0;
}

int signal_pending(struct task_struct *task)
{
	(void)task;
	return inject(FL_POINT_SIGNAL, CALLER) != 0;
}

/* ---- queues ---- */

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
	touch_at(FL_THING_QUEUE, q, 0);
	return !list_empty(&q->head);
}

void add_wait_queue(wait_queue_head_t *q, wait_queue_entry_t *wait)
{
	check_queue(q, CALLER);
	touch_at(FL_THING_QUEUE, q, FL_TOUCH_WRITE);
	wait->flags &= ~WQ_FLAG_EXCLUSIVE;
	list_add(&wait->entry, &q->head);
}

void add_wait_queue_exclusive(wait_queue_head_t *q, wait_queue_entry_t *wait)
{
	check_queue(q, CALLER);
	touch_at(FL_THING_QUEUE, q, FL_TOUCH_WRITE);
	wait->flags |= WQ_FLAG_EXCLUSIVE;
	list_add_tail(&wait->entry, &q->head);
}

void remove_wait_queue(wait_queue_head_t *q, wait_queue_entry_t *wait)
{
	check_queue(q, CALLER);
	touch_at(FL_THING_QUEUE, q, FL_TOUCH_WRITE);
	list_del(&wait->entry);
}

/*
 * Who waits for one wake to itself stands at the back, the others before it:
 * a wake that stops at the first exclusive waiter has then met all of them.
 */
static void queue_up(wait_queue_head_t *q, wait_queue_entry_t *wait,
		     int exclusive, int state)
{
	touch_at(FL_THING_QUEUE, q, FL_TOUCH_WRITE);
	if (list_empty(&wait->entry)) {
		if (exclusive)
			list_add_tail(&wait->entry, &q->head);
		else
			list_add(&wait->entry, &q->head);
	}
	task_me()->owner = exclusive ? -2 : -1;
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
	touch_at(FL_THING_QUEUE, q, FL_TOUCH_WRITE);
	if (!list_empty_careful(&wait->entry))
		list_del_init(&wait->entry);
}

void __wake_up(wait_queue_head_t *q, unsigned int mode, int nr, void *key)
{
	wait_queue_entry_t *wait, *next;
	int asked = nr, woken = 0;

	check_queue(q, CALLER);
	schedule_point(0);
	touch_at(FL_THING_QUEUE, q, FL_TOUCH_WRITE);
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

/* ---- atomic sections ---- */

void preempt_add(int delta, uintptr_t site)
{
	struct task *me = task_me();

	me->preempt += delta;
	if (delta > 0)
		me->preempt_site = site;
	if (me->preempt < 0) {
		run_misuse(site, "preemption enabled more often than disabled");
		me->preempt = 0;
	}
}

int preempt_depth(void)
{
	return task_me()->preempt;
}

void preempt_disable(void)
{
	preempt_add(1, CALLER);
}

void preempt_enable(void)
{
	preempt_add(-1, CALLER);
}

int preempt_count(void)
{
	return task_me()->preempt;
}

void rcu_read_lock(void)
{
	task_me()->rcu++;
	task_me()->preempt_site = CALLER;
}

void rcu_read_unlock(void)
{
	if (--task_me()->rcu < 0) {
		run_misuse(CALLER, "rcu_read_unlock() without a lock");
		task_me()->rcu = 0;
	}
}

void call_rcu(struct rcu_head *head, void (*function)(struct rcu_head *head))
{
	function(head);
}

void synchronize_rcu(void)
{
	might_sleep_at(CALLER);
}

void might_sleep_at(uintptr_t site)
{
	const struct task *me = task_me();

	if (me->preempt || me->rcu)
		run_warn(site, "sleeping function called from invalid context");
}

void might_sleep(void)
{
	might_sleep_at(CALLER);
}

int __cond_resched(void)
{
	might_sleep_at(CALLER);
	schedule_point(0);
	return 0;
}
