// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each task holds, and in which order it came to hold it.
 *
 * The edges "taken with that one held" are those of one run: who judges adds
 * them up. Locks proper are in lock.c; whatever else behaves like a lock (a
 * locked DAX entry, a page lock, freeze protection) comes in through
 * held_add().
 */
#include <stdio.h>
#include <string.h>
#include "locks/held.h"
#include "core/host.h"
#include "core/outcome.h"
#include "core/run.h"
#include "fs/filesystem.h"
#include "fs/world.h"
#include "locks/lock_class.h"

/*
 * What behaves like a lock but is marked so under a spinlock has not been
 * waited for under it: it comes after what its taker slept with, no more.
 */
static void held_order_slept(const struct task *me, uint32_t lock_class)
{
	for (unsigned int i = 0; i < me->nr_held; i++)
		if (me->held[i].in_graph && !me->held[i].spins)
			run.outcome.lock_edges[me->held[i].lock_class] |=
				1u << lock_class;
}

void held_order(uint32_t lock_class)
{
	held_edges(task_me(), lock_class);
}

void held_is_full(uintptr_t site)
{
	run_end(FL_END_LIMIT, site, "a task holds more than %d things",
		FL_HELD_MAX);
}

static void held_drop(struct task *task, unsigned int i)
{
	/* Nearly always the last one. */
	task->nr_held--;
	for (; i < task->nr_held; i++)
		task->held[i] = task->held[i + 1];
}

/* The latest that @task holds of it. */
static int find_in(const struct task *task, uint32_t kind, uint32_t object,
		   const void *where, int mode)
{
	for (int i = (int)task->nr_held - 1; i >= 0; i--) {
		const struct held *held = &task->held[i];

		if (held->kind == kind && held->object == object &&
		    held->where == where &&
		    (mode < 0 || held->mode == (uint32_t)mode))
			return i;
	}
	return -1;
}

/*
 * Takes one off whoever holds it, the current task first. Returns the slot of
 * that task, or -1.
 */
int held_take_off(uint32_t kind, uint32_t object, const void *where, int mode)
{
	int me = run.slot < 0 ? SETUP_SLOT : run.slot;
	int i = find_in(&run.tasks[me], kind, object, where, mode);

	if (i >= 0) {
		held_drop(&run.tasks[me], (unsigned int)i);
		return me;
	}
	for (int slot = 0; slot < (int)TASK_SLOTS; slot++) {
		i = find_in(&run.tasks[slot], kind, object, where, mode);
		if (i >= 0) {
			held_drop(&run.tasks[slot], (unsigned int)i);
			return slot;
		}
	}
	return -1;
}

/* Nobody else can lock an entry now, so no order of entries can be wrong. */
static int is_alone(void)
{
	return world && world->filesystem &&
		world->filesystem->has_entries_alone &&
		world->filesystem->has_entries_alone();
}

void held_add(enum fl_held_kind kind, uint32_t object, uint32_t lock_class,
	      enum fl_mode mode, int trylock, uintptr_t site)
{
	struct task *me = task_me();
	int in_graph = kind <= FL_HELD_FREEZE;

	if (in_graph && !trylock && kind == FL_HELD_LOCK)
		held_edges(me, lock_class);
	else if (in_graph && !trylock && !(kind == FL_HELD_ENTRY && is_alone()))
		held_order_slept(me, lock_class);
	*held_new(me, site) = (struct held){
		.kind = kind,
		.object = object,
		.lock_class = lock_class,
		.mode = mode,
		.in_graph = (uint32_t)in_graph,
		.site = site,
	};
}

int held_remove(enum fl_held_kind kind, uint32_t object)
{
	return held_take_off(kind, object, NULL, -1) >= 0;
}

int held_owner(enum fl_held_kind kind, uint32_t object)
{
	for (int slot = 0; slot < (int)TASK_SLOTS; slot++) {
		const struct task *task = &run.tasks[slot];

		for (unsigned int i = 0; i < task->nr_held; i++)
			if (task->held[i].kind == (uint32_t)kind &&
			    task->held[i].object == object)
				return slot == SETUP_SLOT ? 0 : slot;
	}
	return -1;
}

uint32_t held_owners(uint32_t kind, uint32_t object)
{
	uint32_t mask = 0;

	for (unsigned int slot = 0; slot < TASK_SLOTS; slot++)
		if (find_in(&run.tasks[slot], kind, object, NULL, -1) >= 0)
			mask |= 1u << (slot == SETUP_SLOT ? 0 : slot);
	return mask;
}

int held_by_me(enum fl_held_kind kind)
{
	const struct task *me = task_me();

	for (unsigned int i = 0; i < me->nr_held; i++)
		if (me->held[i].kind == (uint32_t)kind)
			return 1;
	return 0;
}

int held_here(const void *lock, int mode)
{
	const struct task *me = task_me();

	for (unsigned int i = 0; i < me->nr_held; i++)
		if (me->held[i].where == lock &&
		    (mode < 0 || me->held[i].mode == (uint32_t)mode))
			return 1;
	return 0;
}

int held_in(const void *at, size_t size)
{
	const struct task *me = task_me();

	for (unsigned int i = 0; i < me->nr_held; i++)
		if ((uintptr_t)me->held[i].where - (uintptr_t)at < size)
			return 1;
	return 0;
}

int held_count(unsigned int task)
{
	return task < TASK_SLOTS ? (int)run.tasks[task].nr_held : 0;
}

/* Writes down what a task holds as op @op returns, or (-1) as the run ends. */
void held_note(int op, unsigned int slot)
{
	struct task *task = &run.tasks[slot];
	struct fl_held note = {
		.task = slot == SETUP_SLOT ? 0 : slot,
		.op = op,
	};

	for (unsigned int i = 0; i < task->nr_held; i++) {
		note.object = task->held[i].object;
		note.kind = task->held[i].kind;
		note.lock_class = task->held[i].lock_class;
		note.mode = task->held[i].mode;
		note.pc = pc_of(task->held[i].site);
		outcome_note_held(&note);
	}
	if (task->preempt > task->spins || task->rcu) {
		note.object = 0;
		note.kind = FL_HELD_ATOMIC;
		note.lock_class = 0;
		note.mode = 0;
		note.pc = pc_of(task->preempt_site);
		outcome_note_held(&note);
	}
}

/* Memory is given back: no lock in it may be held. */
void held_freed(const void *at, size_t size, uintptr_t site)
{
	for (int slot = 0; slot < (int)TASK_SLOTS; slot++) {
		const struct task *task = &run.tasks[slot];

		for (unsigned int i = 0; i < task->nr_held; i++) {
			const struct held *held = &task->held[i];
			uintptr_t from = (uintptr_t)held->where - (uintptr_t)at;

			if (held->where && from < size)
				run_misuse(site,
					   "memory with a held lock (%s) freed",
					   lock_class_name(held->lock_class));
		}
	}
}
