// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps and what they touch: all that an explorer of orders has to know of a
 * run to tell which other orders could have made a difference.
 *
 * A step ends at every scheduling point. What it touched comes from three
 * sides: locks and queues say it themselves, the trace's events say it of the
 * index, the page tables and the device, and slice memory that is read without
 * a lock (i_size, the block map) is marked in its shadow, so that the checks
 * that the compiler puts before each access come here. What must hold: whatever
 * two tasks can disagree about is touched by both; a touch too many costs runs,
 * one too few loses orders.
 *
 * None of it happens, and nothing is marked, unless FL_RUN_STEPS asks for it.
 */
#include <string.h>
#include "world.h"
#include "lock.h"
#include "index.h"
#if HAVE_EXT2_DAX
#include <linux/iomap.h>
#include "fs/ext2/ext2.h"
#endif

#define WATCHES_MAX	128

static struct fl_step steps[FL_STEPS_MAX];
static struct fl_touch touches[FL_TOUCHES_MAX];

static struct watch {
	uintptr_t at;
	size_t size;
	enum fl_thing thing;
} watches[WATCHES_MAX];
static unsigned int nr_watches;

/*
 * The compiler checks an address once in a row of instructions, so of what is
 * read and then written only the read is reported. What was read in the current
 * step is therefore looked at again when the step is over.
 */
#define GLANCES_MAX	64
static struct glance {
	uintptr_t at;
	size_t size;
	uint32_t touch;
	uint64_t value;
} glances[GLANCES_MAX];
static unsigned int nr_glances;

int touches_are_on;

void footprint_reset(void)
{
	run.outcome.steps = steps;
	run.outcome.touches = touches;
	touches_are_on = 0;
	run.asks_stuck = 0;
	nr_watches = 0;
	nr_glances = 0;
}

/* ---- steps ---- */

static uint64_t value_at(const struct glance *glance)
{
	uint64_t value = 0;

	memcpy(&value, (const void *)glance->at, glance->size);
	return value;
}

/* The current step is over: what it only read before is as it was? */
static void look_again(void)
{
	for (unsigned int i = 0; i < nr_glances; i++)
		if (value_at(&glances[i]) != glances[i].value)
			touches[glances[i].touch].flags |= FL_TOUCH_WRITE;
	nr_glances = 0;
}

void footprint_step(unsigned int task, uint32_t runnable, uint32_t stuck,
		    int before)
{
	uint32_t nth = run.outcome.nr_steps;

	if (nr_glances)
		look_again();
	/* A bench may go on for ever; who wants the steps has a limit. */
	if (nth == FL_STEPS_MAX) {
		if (touches_are_on && run.slot != NO_TASK)
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
		.first_touch = run.outcome.nr_touches,
	};
}

/*
 * Of the tasks in @mask those that stand before a lock which they would only
 * queue for, without anybody noticing: one that is held for writing, or that
 * others queue for already. Before one that is only read a writer's arrival is
 * no small thing: it holds off further readers.
 */
uint32_t footprint_stuck(uint32_t mask)
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

/* ---- touches ---- */

/* A number for what lies at an address of the world or of the image. */
uint32_t touch_object(const void *at)
{
	uintptr_t offset = (uintptr_t)at - ARENA_BASE;

	if (offset < 1ul << 30)
		return (uint32_t)offset;
	return (uint32_t)((uintptr_t)at - image_base) | 1u << 31;
}

static uint32_t clamp32(uint64_t value)
{
	return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

/* The next words of the same memory: block maps are read in rows. */
static int extends(const struct fl_touch *last, const struct fl_touch *new)
{
	return new->thing == FL_THING_WORDS && last->thing == new->thing &&
	       last->flags == new->flags && new->first == last->last + 1;
}

/* Returns its index, also where it was known. */
static uint32_t add(const struct fl_touch *new)
{
	uint32_t nth = run.outcome.nr_touches, from;

	/* The same again in the same step says nothing new. */
	from = steps[run.outcome.nr_steps - 1].first_touch;
	if (nth > from && extends(&touches[nth - 1], new)) {
		touches[nth - 1].last = new->last;
		return nth - 1;
	}
	for (uint32_t i = nth; i > from; i--)
		if (!memcmp(&touches[i - 1], new, sizeof(*new)))
			return i - 1;
	if (nth == FL_TOUCHES_MAX)
		run_end(FL_END_LIMIT, 0, "more than %d touches",
			FL_TOUCHES_MAX);
	touches[nth] = *new;
	run.outcome.nr_touches = nth + 1;
	return nth;
}

static uint32_t last_added;

void touch_add(enum fl_thing thing, uint32_t object, uint64_t first,
	       uint64_t last, unsigned int flags)
{
	struct fl_touch new = {
		.thing = (uint8_t)thing,
		.flags = (uint8_t)flags,
		.object = object,
		.first = clamp32(first),
		.last = clamp32(last),
	};

	if (run.slot != NO_TASK && run.outcome.nr_steps)
		last_added = add(&new);
}

static void touch_words(uintptr_t at, size_t size, unsigned int flags)
{
	touch_add(FL_THING_WORDS, 0, (at - ARENA_BASE) >> 2,
		  (at + size - 1 - ARENA_BASE) >> 2, flags);
}

void touch_failing(enum fl_thing thing, uint32_t object)
{
	if (touches_are_on && run.asked->nr_injections)
		touch_add(thing, object, 0, 0, FL_TOUCH_WRITE);
}

/* ---- events ---- */

#define WRITES	FL_TOUCH_WRITE

/* An entry of 2 MiB is in all the slots that it covers. */
static void touch_slot(uint64_t index, int64_t kind, unsigned int flags)
{
	if (kind == FL_ENTRY_PMD || kind == FL_ENTRY_EMPTY_PMD ||
	    kind == FL_ENTRY_HUGE_ZERO)
		touch_add(FL_THING_INDEX, 0, index & ~511ull, index | 511,
			  flags);
	else
		touch_add(FL_THING_INDEX, 0, index, index, flags);
}

/* How many items there are is looked at without a lock. */
static void touch_counts(const struct address_space *mapping)
{
	touch_words((uintptr_t)&mapping->nrpages, sizeof(mapping->nrpages),
		    WRITES);
#if HAVE_NREXCEPTIONAL
	touch_words((uintptr_t)&mapping->nrexceptional,
		    sizeof(mapping->nrexceptional), WRITES);
#endif
}

static void touch_pages(const struct fl_event *event, uint64_t pages)
{
	uint64_t first = (uint64_t)event->args[0];

	touch_add(FL_THING_PAGES, event->object, first, first + pages - 1,
		  WRITES);
}

void footprint_event(const struct fl_event *event)
{
	uint64_t first = (uint64_t)event->args[0];

	switch (event->kind) {
	case FL_EVENT_INDEX_LOOKUP:
		touch_slot(first, event->args[1], 0);
		break;
	case FL_EVENT_INDEX_INSERT:
		touch_slot(first, event->args[1], event->result ? 0 : WRITES);
		break;
	case FL_EVENT_INDEX_REPLACE:
	case FL_EVENT_INDEX_DELETE:
		touch_slot(first, event->args[1], WRITES);
		break;
	case FL_EVENT_INDEX_TAG:
		touch_slot(first, FL_ENTRY_PAGE, WRITES);
		break;
	case FL_EVENT_CACHE_ADD:
	case FL_EVENT_CACHE_REMOVE:
		touch_slot(first, FL_ENTRY_PAGE, WRITES);
		touch_counts(world->inode->i_mapping);
		break;
	case FL_EVENT_PTE_INSERT:
	case FL_EVENT_PTE_CLEAR:
	case FL_EVENT_PTE_PROTECT:
		touch_pages(event, 1);
		break;
	case FL_EVENT_PMD_INSERT:
	case FL_EVENT_PMD_CLEAR:
	case FL_EVENT_PMD_SPLIT:
		touch_pages(event, 512);
		break;
	case FL_EVENT_BLOCK_ALLOC:
	case FL_EVENT_BLOCK_FREE:
		touch_add(FL_THING_BLOCKS, 0, 0, 0, WRITES);
		break;
	case FL_EVENT_METADATA_DIRTY:
	case FL_EVENT_METADATA_WRITE:
		touch_add(FL_THING_BUFFER, event->object, 0, 0, WRITES);
		break;
	case FL_EVENT_PAGE_GET:
	case FL_EVENT_PAGE_PUT:
		touch_add(FL_THING_FRAME, event->object, 0, 0, WRITES);
		break;
	case FL_EVENT_SIZE:
		touch_add(FL_THING_SIZE, 0, 0, 0, WRITES);
		break;
	}
}

/* ---- watched memory ---- */

static void watch_begin(const struct watch *watch)
{
	shadow_poison((const void *)watch->at, watch->size, SHADOW_WATCHED);
}

void touch_watch(const void *at, size_t size, enum fl_thing thing)
{
	uintptr_t start = (uintptr_t)at & ~7ul;
	size_t rounded = ((uintptr_t)at + size - start + 7) & ~7ul;

	for (unsigned int i = 0; i < nr_watches; i++)
		if (watches[i].at == start)
			return;
	if (nr_watches == WATCHES_MAX)
		run_end(FL_END_LIMIT, 0, "more than %d pieces of memory are "
			"watched", WATCHES_MAX);
	watches[nr_watches] = (struct watch){ start, rounded, thing };
	watch_begin(&watches[nr_watches++]);
}

/* It is about to be read: the last touch may turn out to be one of a write. */
static void glance(uintptr_t at, size_t size)
{
	struct glance *new = &glances[nr_glances];

	/* Larger pieces are copied by a call, which says what it writes. */
	if (nr_glances == GLANCES_MAX || size > sizeof(new->value))
		return;
	*new = (struct glance){
		.at = at,
		.size = size,
		.touch = last_added,
	};
	new->value = value_at(new);
	nr_glances++;
}

void footprint_watched(const void *at, size_t size, int write)
{
	uintptr_t first = (uintptr_t)at, last = first + size - !!size;

	if (!touches_are_on)
		return;
	for (unsigned int i = 0; i < nr_watches; i++) {
		const struct watch *watch = &watches[i];
		uintptr_t end = watch->at + watch->size - 1, from, to;

		if (last < watch->at || first > end)
			continue;
		from = first > watch->at ? first : watch->at;
		to = last < end ? last : end;
		if (watch->thing == FL_THING_SIZE)
			touch_add(FL_THING_SIZE, 0, 0, 0, write ? WRITES : 0);
		else
			touch_words(from, to - from + 1, write ? WRITES : 0);
		if (!write)
			glance(from, to - from + 1);
	}
}

/* ---- from the release of the tasks to their end ---- */

static void watch_file(struct inode *inode)
{
	struct address_space *mapping = inode->i_mapping;

	touch_watch(&inode->i_size, sizeof(inode->i_size), FL_THING_SIZE);
	touch_watch(&mapping->nrpages, sizeof(mapping->nrpages),
		    FL_THING_WORDS);
#if HAVE_NREXCEPTIONAL
	touch_watch(&mapping->nrexceptional, sizeof(mapping->nrexceptional),
		    FL_THING_WORDS);
#else
	/* Where nothing counts the entries, mapping_empty() looks here. */
	touch_watch(&mapping->i_pages.xa_head, sizeof(mapping->i_pages.xa_head),
		    FL_THING_WORDS);
#endif
#if HAVE_EXT2_DAX
	if (world->fs == FL_FS_EXT2) {
		touch_watch(EXT2_I(inode)->i_data,
			    sizeof(EXT2_I(inode)->i_data), FL_THING_WORDS);
		buffer_watch();
	}
#endif
}

void footprint_begin(void)
{
	touches_are_on = !!(run.asked->flags & FL_RUN_STEPS);
	run.asks_stuck = touches_are_on ||
		run.asked->schedule.policy == FL_SCHEDULE_UNSTUCK;
	if (!touches_are_on)
		return;
	run.runnable |= RUN_STEPS;
	if (run.asked->geometry->fs != FL_FS_NONE && !world_override)
		watch_file(world->inode);
}

void footprint_end(void)
{
	look_again();
	run.runnable &= ~RUN_STEPS;
	touches_are_on = 0;
	for (unsigned int i = 0; i < nr_watches; i++)
		shadow_unpoison((const void *)watches[i].at, watches[i].size);
}
