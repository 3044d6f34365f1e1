/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * schedule.c: who runs next.
 */
#ifndef CORE_SCHEDULE_H
#define CORE_SCHEDULE_H

#include "core/task.h"

void schedule_reset(void);
/* From the main stack: runs tasks until none can run. */
void schedule_start(void);

unsigned int task_number(void);		/* current task; 0 in set-up */
int run_has_one_task(void);	/* no other task has any op */
int task_is_alone(void);		/* no other task was released */
int task_in_setup(void);		/* between worlds or in SETUP ops */

/**
 * schedule_point - another task may run here
 * @object: what the current task is about to use, for the record
 *
 * To be called before an operation that others can notice, never in it.
 */
void schedule_point(uint32_t object);

/* What the current task goes on to take behind the next scheduling point: a
 * lock, or (@bit is its number plus one) a lock in a bit of a word. */
void task_wants(const void *what, unsigned int bit);

/**
 * task_park - the current task cannot go on until task_wake()
 * @why:	what it waits for
 * @object:	which one
 * @lock_class: its class, if it has one
 * @mode:	how it is wanted
 * @owner:	the task in the way, or -1
 * @site:	where in the slice it waits
 */
void task_park(enum park_reason why, uint32_t object, uint32_t lock_class,
	       enum fl_mode mode, int owner, uintptr_t site);
void task_wake(unsigned int task);
void task_end(void) __attribute__((noreturn));

/*
 * The current task looked up a slot and found the entry locked (or, with 0,
 * found one that is not). If it goes to sleep next, it waits for the holder of
 * that entry.
 */
void task_saw_locked_entry(uint32_t object, uint64_t index);

#endif
