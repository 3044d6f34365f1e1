// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps and their access sets: all that an explorer of orders has to know of a
 * run to tell which other orders could have made a difference.
 *
 * A step ends at every scheduling point. What it accessed comes from three
 * sides: locks and queues say it themselves, the trace's events say it of the
 * index, the page tables and the device, and slice memory that is read without
 * a lock (i_size, the block map) is watched: see access_watch.c. What must
 * hold: whatever two tasks can disagree about is noted by both; an access noted
 * for nothing costs runs, one that is not noted loses orders. A test compares
 * what is noted with the memory that each step really accessed.
 *
 * None of it happens unless FL_RUN_STEPS asks for it.
 */
#include <string.h>
#include "core/access_set.h"
#include "core/host.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/trace.h"
#include "fs/world.h"
#include "memory/arena.h"

static struct fl_step steps[FL_STEPS_MAX];
static struct fl_access accesses[FL_ACCESSES_MAX];

int accesses_are_noted;

void access_set_reset(void)
{
	run.outcome.steps = steps;
	run.outcome.accesses = accesses;
	accesses_are_noted = 0;
	run.asks_stuck = 0;
	access_watch_reset();
}

/* ---- steps ---- */

void access_set_step(unsigned int task, uint32_t runnable, uint32_t stuck,
		     int before)
{
	uint32_t nth = run.outcome.nr_steps;

	access_watch_step();
	/* A bench may go on for ever; who wants the steps has a limit. */
	if (nth == FL_STEPS_MAX) {
		if (accesses_are_noted && run.slot != NO_TASK)
			run_end(FL_END_LIMIT, 0, "more than %d steps",
				FL_STEPS_MAX);
		return;
	}
	run.outcome.nr_steps = nth + 1;
	steps[nth] = (struct fl_step){
		.task = (uint8_t)task,
		.runnable = (uint8_t)runnable,
		.stuck = (uint8_t)stuck,
		.before = before < 0 || !(runnable & 1u << before) ?
			FL_STEP_FORCED : (uint8_t)before,
		.first_event = run.quiet ? 0 : trace_count(),
		.first_access = run.outcome.nr_accesses,
	};
}

/*
 * Of the tasks in @mask those that stand before a lock which they would only
 * queue for, without anybody noticing: one that is held for writing, or that
 * others queue for already. Before one that is only read a writer's arrival is
 * no small thing: it holds off further readers.
 */
uint32_t access_set_stuck(uint32_t mask)
{
	uint32_t stuck = 0;

	for (; mask; mask &= mask - 1) {
		unsigned int slot = (unsigned int)__builtin_ctz(mask);
		const struct task *task = &run.tasks[slot];
		const struct faultline_lock *lock = task->wants;

		if (!task->wants)
			continue;
		if (task->wants_bit ? *(const unsigned long *)task->wants >>
				      (task->wants_bit - 1) & 1 :
				      lock->writer || lock->nr_waiting)
			stuck |= 1u << slot;
	}
	return stuck;
}

/* ---- accesses ---- */

/* A number for what lies at an address of the world or of the image. */
uint32_t access_object(const void *at)
{
	uintptr_t offset = (uintptr_t)at - ARENA_BASE;

	if (offset < 1ul << 30)
		return (uint32_t)offset;
	return (uint32_t)((uintptr_t)at - image_base) | 1u << 31;
}

void access_was_write(uint32_t index)
{
	if (index != NOTHING_NOTED)
		accesses[index].flags |= FL_ACCESS_WRITE;
}

static uint32_t clamp32(uint64_t value)
{
	return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* The next words of the same memory: block maps are read in rows. */
static int extends(const struct fl_access *last, const struct fl_access *new)
{
	return new->thing == FL_THING_WORDS && last->thing == new->thing &&
	       last->flags == new->flags && new->first == last->last + 1;
}

/* Returns its index, also where it was known. */
static uint32_t add(const struct fl_access *new)
{
	uint32_t nth = run.outcome.nr_accesses, from;

	/* The same again in the same step says nothing new. */
	from = steps[run.outcome.nr_steps - 1].first_access;
	if (nth > from && extends(&accesses[nth - 1], new)) {
		accesses[nth - 1].last = new->last;
		return nth - 1;
	}
	for (uint32_t i = nth; i > from; i--)
		if (!memcmp(&accesses[i - 1], new, sizeof(*new)))
			return i - 1;
	if (nth == FL_ACCESSES_MAX)
		run_end(FL_END_LIMIT, 0, "more than %d accesses",
			FL_ACCESSES_MAX);
	accesses[nth] = *new;
	run.outcome.nr_accesses = nth + 1;
	return nth;
}

uint32_t access_add(enum fl_thing thing, uint32_t object, uint64_t first,
		    uint64_t last, unsigned int flags)
{
	struct fl_access new = {
		.thing = (uint8_t)thing,
		.flags = (uint8_t)flags,
		.object = object,
		.first = clamp32(first),
		.last = clamp32(last),
	};

	if (run.slot == NO_TASK || !run.outcome.nr_steps)
		return NOTHING_NOTED;
	return add(&new);
}

uint32_t access_add_words(uintptr_t at, size_t size, unsigned int flags)
{
	return access_add(FL_THING_WORDS, 0, (at - ARENA_BASE) >> 2,
			  (at + size - 1 - ARENA_BASE) >> 2, flags);
}

void access_note_failing(enum fl_thing thing, uint32_t object)
{
	if (accesses_are_noted && run.asked->nr_injections)
		access_add(thing, object, 0, 0, FL_ACCESS_WRITE);
}

/* ---- events ---- */

#define WRITES	FL_ACCESS_WRITE

/* An entry of 2 MiB is in all the slots that it covers. */
static void note_slot(uint64_t index, int64_t kind, unsigned int flags)
{
	if (kind == FL_ENTRY_PMD || kind == FL_ENTRY_EMPTY_PMD ||
	    kind == FL_ENTRY_HUGE_ZERO)
		access_add(FL_THING_INDEX, 0, index & ~511ull, index | 511,
			   flags);
	else
		access_add(FL_THING_INDEX, 0, index, index, flags);
}

/* How many items there are is looked at without a lock. */
static void note_counts(const struct address_space *mapping)
{
	access_add_words((uintptr_t)&mapping->nrpages, sizeof(mapping->nrpages),
			 WRITES);
#if HAVE_NREXCEPTIONAL
	access_add_words((uintptr_t)&mapping->nrexceptional,
			 sizeof(mapping->nrexceptional), WRITES);
#endif
}

static void note_pages(const struct fl_event *event, uint64_t pages)
{
	uint64_t first = (uint64_t)event->args[0];

	access_add(FL_THING_PAGES, event->object, first, first + pages - 1,
		   WRITES);
}

void access_set_event(const struct fl_event *event)
{
	uint64_t first = (uint64_t)event->args[0];

	switch (event->kind) {
	case FL_EVENT_INDEX_LOOKUP:
		note_slot(first, event->args[1], 0);
		break;
	case FL_EVENT_INDEX_INSERT:
		note_slot(first, event->args[1], event->result ? 0 : WRITES);
		break;
	case FL_EVENT_INDEX_REPLACE:
	case FL_EVENT_INDEX_DELETE:
		note_slot(first, event->args[1], WRITES);
		break;
	case FL_EVENT_INDEX_TAG:
		note_slot(first, FL_ENTRY_PAGE, WRITES);
		break;
	case FL_EVENT_CACHE_ADD:
	case FL_EVENT_CACHE_REMOVE:
		note_slot(first, FL_ENTRY_PAGE, WRITES);
		note_counts(world->inode->i_mapping);
		break;
	case FL_EVENT_PTE_INSERT:
	case FL_EVENT_PTE_CLEAR:
	case FL_EVENT_PTE_PROTECT:
		note_pages(event, 1);
		break;
	case FL_EVENT_PMD_INSERT:
	case FL_EVENT_PMD_CLEAR:
	case FL_EVENT_PMD_SPLIT:
		note_pages(event, 512);
		break;
	case FL_EVENT_BLOCK_ALLOC:
	case FL_EVENT_BLOCK_FREE:
		access_add(FL_THING_BLOCKS, 0, 0, 0, WRITES);
		break;
	case FL_EVENT_METADATA_DIRTY:
	case FL_EVENT_METADATA_WRITE:
		access_add(FL_THING_BUFFER, event->object, 0, 0, WRITES);
		break;
	case FL_EVENT_PAGE_GET:
	case FL_EVENT_PAGE_PUT:
		access_add(FL_THING_FRAME, event->object, 0, 0, WRITES);
		break;
	case FL_EVENT_SIZE:
		access_add(FL_THING_SIZE, 0, 0, 0, WRITES);
		break;
	}
}

/* ---- from the release of the tasks to their end ---- */

void access_set_begin(void)
{
	accesses_are_noted = !!(run.asked->flags & FL_RUN_STEPS);
	run.asks_stuck = accesses_are_noted ||
		run.asked->schedule.policy == FL_SCHEDULE_UNSTUCK;
	if (!accesses_are_noted)
		return;
	run.runnable |= RUN_STEPS;
	if (run.asked->geometry->fs != FL_FS_NONE && !world_override)
		access_watch_file();
}

void access_set_end(void)
{
	access_watch_step();
	run.runnable &= ~RUN_STEPS;
	accesses_are_noted = 0;
	access_watch_end();
}
