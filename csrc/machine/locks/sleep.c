// SPDX-License-Identifier: GPL-2.0-only
/*
 * The current task, schedule(), and waking a task.
 *
 * The protocol is the kernel's: a task announces its state, looks once more,
 * and sleeps in schedule(); a waker that comes in between has made it runnable
 * again, and schedule() then only gives way.
 */
#include "locks/sleep.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "locks/preempt.h"
#include <linux/sched.h>

static struct task_struct structs[TASK_SLOTS];

void sleep_reset(void)
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
		access_note(FL_THING_TASK, (uint32_t)task_number(), 0, 0, 0);
		schedule_point(0);
		return;
	}
	may_wait_at(CALLER);
	object = task->seen_entry;
	access_note(FL_THING_TASK, (uint32_t)task_number(), 0, 0,
		    FL_ACCESS_WRITE);
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

	access_note(FL_THING_TASK, slot, 0, 0, FL_ACCESS_WRITE);
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

/* A signal that came stays, and whoever asks again in the same op sees it. */
static int is_dying(uintptr_t site)
{
	struct task *me = task_me();

	if (inject(FL_POINT_SIGNAL, site))
		me->dying = me->op + 1;
	return me->dying == me->op + 1;
}

int fatal_signal_pending(struct task_struct *task)
{
	(void)task;
	return is_dying(CALLER);
}

int signal_pending(struct task_struct *task)
{
	(void)task;
	return is_dying(CALLER);
}
