// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it means when no task can run: the wait-for graph is read off what each
 * one waits for. Blocked for ever is a fact, not a timeout.
 */
#include "core/deadlock.h"
#include "core/host.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/work.h"
#include "locks/held.h"
#include "locks/lock.h"
#include "locks/lock_class.h"

static unsigned int lowest(uint32_t mask)
{
	return (unsigned int)__builtin_ctz(mask);
}

static enum fl_held_kind kind_of(const struct task *task)
{
	switch (task->why) {
	case PARK_LOCK:
		return FL_HELD_LOCK;
	case PARK_ENTRY:
		return FL_HELD_ENTRY;
	case PARK_PAGE_LOCK:
		return FL_HELD_PAGE_LOCK;
	case PARK_FREEZE:
		return FL_HELD_FREEZE;
	default:
		return 0;
	}
}

/* The tasks that a parked one waits for. */
static uint32_t blockers(unsigned int slot, struct fl_wait *wait)
{
	struct task *task = &run.tasks[slot];
	int owner;

	wait->kind = kind_of(task);
	wait->object = task->object;
	if (task->where)
		return lock_blockers(task->where, slot);
	if (task->why == PARK_WAIT) {
		/* A sleep on a queue: for the entry that was seen locked. */
		wait->lock_class = lock_class_if_any(task->queue);
		if (!task->seen_entry)
			return 0;
		wait->kind = FL_HELD_ENTRY;
		wait->object = task->seen_entry;
		wait->lock_class = lock_class("dax entry");
	}
	/* Many may be inside, and one that waits for them be in the way. */
	if (task->why == PARK_FREEZE)
		return held_owners(wait->kind, wait->object) |
			(task->owner < 0 ? 0 : 1u << task->owner);
	owner = held_owner(wait->kind, wait->object);
	if (owner < 0 && task->why != PARK_WAIT)
		owner = task->owner;
	return owner < 0 ? 0 : 1u << owner;
}

/* Everybody that @edges lead to, in one step or many. */
static void close_over(const uint32_t *edges, uint32_t *reach)
{
	for (unsigned int a = 0; a < TASK_SLOTS; a++)
		reach[a] = edges[a];
	for (unsigned int via = 0; via < TASK_SLOTS; via++)
		for (unsigned int a = 0; a < TASK_SLOTS; a++)
			if (reach[a] & 1u << via)
				reach[a] |= reach[via];
}

/* Whom to name as being in the way: itself, else one of the cycle. */
static int pick_owner(unsigned int slot, uint32_t mask, uint32_t cycle)
{
	if (!mask)
		return -1;
	if (mask & 1u << slot)
		return (int)slot;
	return (int)lowest(mask & cycle ? mask & cycle : mask);
}

void deadlock_explain(void)
{
	uint32_t edges[TASK_SLOTS] = {}, reach[TASK_SLOTS], parked = 0;
	uint32_t cycle = 0;
	struct fl_wait waits[TASK_SLOTS] = {};
	enum fl_end how = FL_END_LOST_WAKEUP;
	unsigned int slot;

	for (slot = 0; slot < TASK_SLOTS; slot++)
		if (run.tasks[slot].state == TASK_PARKED && !work_is_idle(slot))
			parked |= 1u << slot;
	for (slot = 0; slot < TASK_SLOTS; slot++) {
		struct task *task = &run.tasks[slot];

		if (!(parked & 1u << slot))
			continue;
		waits[slot].task = slot == SETUP_SLOT ? 0 : slot;
		waits[slot].lock_class = task->lock_class;
		waits[slot].mode = task->mode;
		edges[slot] = blockers(slot, &waits[slot]);
	}
	close_over(edges, reach);
	for (slot = 0; slot < TASK_SLOTS && !cycle; slot++)
		if (edges[slot] & parked & 1u << slot) {
			how = FL_END_SELF_DEADLOCK;
			cycle = 1u << slot;
		}
	for (slot = 0; slot < TASK_SLOTS && !cycle; slot++)
		if (reach[slot] & 1u << slot) {
			how = FL_END_DEADLOCK;
			cycle = 1u << slot;
		}
	/* All that lie on a way from the one found back to it. */
	if (cycle) {
		unsigned int found = lowest(cycle);

		for (slot = 0; slot < TASK_SLOTS; slot++)
			if (reach[found] & 1u << slot &&
			    reach[slot] & 1u << found)
				cycle |= 1u << slot;
	}
	run.outcome.end = how;
	for (slot = 0; slot < TASK_SLOTS; slot++) {
		if (!(parked & 1u << slot))
			continue;
		waits[slot].owner = pick_owner(slot, edges[slot], cycle);
		waits[slot].in_cycle = !!(cycle & 1u << slot);
		waits[slot].pc = pc_of(run.tasks[slot].site);
		waits[slot].stack = stack_note_parked(slot,
			run.tasks[slot].site, "waits for ever");
		if (run.outcome.end_stack == UINT32_MAX ||
		    (waits[slot].in_cycle && cycle == 1u << slot))
			run.outcome.end_stack = waits[slot].stack;
		outcome_note_wait(&waits[slot]);
	}
}
