/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task.c: tasks as coroutines, and what the machine knows of each.
 */
#ifndef CORE_TASK_H
#define CORE_TASK_H

#include "core/base.h"

/* Slot of the task that builds the world and audits it: number 0 to others. */
#define SETUP_SLOT	FL_TASKS_MAX
#define TASK_SLOTS	(FL_TASKS_MAX + 1)
/* Op of what happens outside of ops. */
#define NO_OP		255
/* Value of run.slot while the scheduler's own stack is in use. */
#define NO_TASK		(-1)

enum task_state { TASK_UNUSED, TASK_READY, TASK_PARKED, TASK_ENDED };

enum park_reason { PARK_LOCK = 1, PARK_WAIT, PARK_ENTRY, PARK_PAGE_LOCK,
		   PARK_FREEZE };

/* Something that a task holds: see held.h. */
struct held {
	uint32_t kind;
	uint32_t object;
	uint32_t lock_class;
	uint32_t mode;
	uint32_t spins;		/* counts as atomic */
	uint32_t in_graph;	/* has a lock class that others order against */
	uintptr_t site;
	const void *where;	/* the lock, if there is one in memory */
};

struct task {
	void *sp;			/* while it does not run */
	void (*body)(unsigned int slot);
	enum task_state state;
	/* why it is parked */
	enum park_reason why;
	uint32_t object;
	uint32_t lock_class;
	enum fl_mode mode;
	int owner;
	uintptr_t site;
	const void *where;
	/* at a scheduling point: what it goes on to take, see access_set.c */
	const void *wants;
	uint32_t wants_bit;
	/* the locked entry it saw last */
	uint32_t seen_entry;
	uint64_t seen_index;
	/* the wait queue it waits in, as its initialiser has it; NULL: none */
	const char *queue;
	/* its op, and what it holds */
	uint32_t op;
	int preempt;
	int spins;			/* of @preempt: locks that spin */
	int rcu;
	uintptr_t preempt_site;
	uint32_t dying;			/* its op + 1 that has seen a signal */
	unsigned int nr_held;
	struct held held[FL_HELD_MAX];
};

/**
 * task_begin - make a task that can run
 * @slot: which
 * @body: what it runs; it is over when that returns
 */
void task_begin(unsigned int slot, void (*body)(unsigned int slot));
/* From the main stack to a task; returns at the next task_leave(). */
void task_enter(unsigned int slot);
/* From a task to the main stack, for good. */
void task_leave(void) __attribute__((noreturn));
/* From one task to another. */
void task_to(unsigned int slot);
extern const char task_resume[];	/* where a switch continues */

/* Bytes at @at can be read: they are part of a task's stack. */
int stack_holds(unsigned int slot, uintptr_t at);
uintptr_t stack_bottom(unsigned int slot);	/* lowest usable byte */

#endif
