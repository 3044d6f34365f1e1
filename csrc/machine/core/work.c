// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work for later: one task more, which waits until some is queued.
 *
 * Work that is queued for now can be done in the next step. For work that is to
 * wait, time has to pass, and that it does when no task can go on. What queues
 * itself again and again, and changes nothing, is not done for ever: time
 * passes only if another task has moved since it did so last. Who cancels work
 * waits until it is not being done, and meanwhile it cannot queue itself.
 */
#include "core/work.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include <linux/workqueue.h>

#define NOBODY		(-1)

static struct {
	int slot;			/* the worker's, or NOBODY */
	struct delayed_work *queued;
	int waits;			/* it is to be done later */
	int is_idle;
	int is_cancelled;		/* nothing is queued any more */
	uint32_t waiting;		/* tasks that want it to be idle */
	uint32_t moves;			/* run.moves when time passed last */
} worker;

void work_reset(void)
{
	worker.slot = NOBODY;
	worker.queued = NULL;
	worker.waits = 0;
	worker.is_idle = 0;
	worker.is_cancelled = 0;
	worker.waiting = 0;
	worker.moves = UINT32_MAX;
}

static void note_change(void)
{
	if (worker.slot != NOBODY)
		access_note(FL_THING_TASK, (uint32_t)worker.slot, 0, 0,
			    FL_ACCESS_WRITE);
}

static void wake(void)
{
	note_change();
	if (worker.slot != NOBODY && worker.is_idle) {
		worker.is_idle = 0;
		task_wake((unsigned int)worker.slot);
	}
}

static void work(unsigned int slot)
{
	(void)slot;
	for (;;) {
		while (worker.queued && !worker.waits) {
			struct work_struct *item = &worker.queued->work;

			worker.queued = NULL;
			item->func(item);
		}
		note_change();
		worker.is_idle = 1;
		for (; worker.waiting; worker.waiting &= worker.waiting - 1)
			task_wake(__builtin_ctz(worker.waiting));
		task_park(PARK_WAIT, 0, 0, FL_MODE_WRITE, -1, 0);
	}
}

void work_begin(uint32_t busy)
{
	unsigned int slot = 0;

	while (busy & 1u << slot)
		slot++;
	if (slot == FL_TASKS_MAX)
		run_end(FL_END_REFUSED, 0, "no task is left for the worker");
	worker.slot = (int)slot;
	worker.waits = 0;
	task_begin(slot, work);
	if (worker.queued)
		return;
	worker.is_idle = 1;
	run.tasks[slot].state = TASK_PARKED;
	run.tasks[slot].why = PARK_WAIT;
	run.runnable &= ~(1u << slot);
}

void work_end(void)
{
	if (worker.slot != NOBODY && worker.is_idle)
		run.tasks[worker.slot].state = TASK_ENDED;
}

void work_time_passes(void)
{
	if (worker.slot == NOBODY || !worker.is_idle || !worker.queued ||
	    worker.moves == run.moves)
		return;
	worker.moves = run.moves;
	worker.waits = 0;
	worker.is_idle = 0;
	task_wake((unsigned int)worker.slot);
}

int work_is_idle(unsigned int slot)
{
	return worker.slot == (int)slot && worker.is_idle;
}

unsigned int work_slot(void)
{
	return (unsigned int)worker.slot;
}

/* ---- what the kernel calls ---- */

struct workqueue_struct *system_long_wq, *system_dfl_long_wq;
struct workqueue_struct *system_unbound_wq;

bool queue_delayed_work(struct workqueue_struct *queue,
			struct delayed_work *work, unsigned long delay)
{
	(void)queue;
	note_change();
	if (worker.is_cancelled)
		return false;
	if (worker.queued) {
		if (worker.queued != work)
			run_end(FL_END_LIMIT, 0, "more than one piece of work");
		return false;
	}
	worker.queued = work;
	worker.waits = delay != 0;
	if (!delay)
		wake();
	return true;
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	bool was_queued = worker.queued == work;

	note_change();
	worker.queued = NULL;
	worker.is_cancelled = 1;
	while (worker.slot != NOBODY && !worker.is_idle) {
		worker.waiting |= 1u << task_number();
		task_park(PARK_WAIT, 0, 0, FL_MODE_WRITE, worker.slot, CALLER);
	}
	worker.is_cancelled = 0;
	return was_queued;
}
