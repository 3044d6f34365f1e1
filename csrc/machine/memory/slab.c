// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocation of objects.
 *
 * Every object stands alone in the arena: a record of who took it, the object,
 * a poisoned rest. An address is not used twice within a world, so a freed
 * object stays poisoned and a late access to it is always seen. Memory that
 * kmalloc() leaves undefined is filled with a pattern, the same in every run.
 * Only a bench (FL_RUN_QUIET), which may allocate without end, reuses memory.
 */
#include "memory/slab.h"
#include "core/lib.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "locks/held.h"
#include "memory/arena.h"
#include "memory/shadow.h"
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#define RECORD_MAGIC	0x6f626a65u
#define CLASSES		20	/* of sizes, for reuse in benches */

/* Stands right before its object, in the poisoned space between two. */
struct record {
	struct record *before;		/* taken before this one */
	struct record *reuse;		/* next of the free ones of its class */
	const char *cache;
	size_t size;
	uintptr_t taken;		/* sites */
	uintptr_t freed;
	uint32_t magic;
	uint32_t object;
	u8 live, by_op, vouched, class;
	u32 reserved;
};
_Static_assert(sizeof(struct record) % 16 == 0, "objects are 16-byte aligned");

static struct record *last;
static struct record *reusable[CLASSES];

void slab_reset(void)
{
	last = NULL;
	for (unsigned int i = 0; i < CLASSES; i++)
		reusable[i] = NULL;
}

static void *object_of(const struct record *record)
{
	return (void *)(record + 1);
}

static u8 class_of(size_t size)
{
	unsigned int class = size <= 16 ? 0 :
		60u - (unsigned int)__builtin_clzll(size - 1);

	return class < CLASSES ? (u8)class : CLASSES - 1;
}

static struct record *reuse(size_t size)
{
	struct record **from = &reusable[class_of(size)];

	for (; *from; from = &(*from)->reuse)
		if ((*from)->size == size) {
			struct record *record = *from;

			*from = record->reuse;
			return record;
		}
	return NULL;
}

void *slab_take_full(size_t size, const char *cache, int fill, uintptr_t site)
{
	struct record *record = run.quiet ? reuse(size) : NULL;
	size_t room = ALIGN(size, 16);
	int is_reused = record != NULL;
	void *object;

	if (!record) {
		/* The record is the redzone before, 16 bytes the one behind. */
		record = arena_take(sizeof(*record) + room + 16, 16);
		shadow_poison(record, sizeof(*record) + room + 16,
			      SHADOW_REDZONE);
		record->before = last;
		last = record;
	}
	object = object_of(record);
	record->cache = cache;
	record->size = size;
	record->taken = site;
	record->freed = 0;
	record->magic = RECORD_MAGIC;
	record->object = object_new(FL_OBJECT_MEMORY);
	record->live = 1;
	record->by_op = !task_in_setup();
	record->vouched = 0;
	record->class = class_of(size);
	shadow_unpoison(object, size);
	/* What is fresh from the arena is zero already. */
	if (fill || is_reused)
		memset(object, fill, size);
	return object;
}

void *slab_take(size_t size, const char *cache, uintptr_t site)
{
	return slab_take_full(size, cache, 0, site);
}

/* The record of an object by its address, or NULL if there is none there. */
static struct record *record_of(const void *object)
{
	struct record *record = (struct record *)object - 1;
	uintptr_t at = (uintptr_t)object;

	if (at & 15 || at < ARENA_BASE + sizeof(*record) ||
	    at >= ARENA_BASE + arena_used() || record->magic != RECORD_MAGIC)
		return NULL;
	return record;
}

/* The record of the object that @at lies in or next to, or NULL. */
static struct record *record_near(uintptr_t at)
{
	struct record *record;

	for (record = last; record; record = record->before)
		if ((uintptr_t)record <= at)
			return at < ARENA_BASE + arena_used() ? record : NULL;
	return NULL;
}

int slab_describe(uintptr_t at, char *text, size_t size, uintptr_t *taken,
		  uintptr_t *freed)
{
	const struct record *record = record_near(at);
	uintptr_t start, distance;
	const char *where;

	*taken = *freed = 0;
	if (!record) {
		format_text(text, size, "no object is there");
		return 0;
	}
	start = (uintptr_t)object_of(record);
	*taken = record->taken;
	*freed = record->freed;
	if (at < start) {
		distance = start - at;
		where = "before";
	} else if (at < start + record->size) {
		distance = at - start;
		where = "into";
	} else {
		distance = at - start - record->size;
		where = "behind";
	}
	format_text(text, size, "%lu bytes %s %s%s object of %zu bytes",
		    distance, where, record->live ? "" : "freed ",
		    record->cache, record->size);
	return 1;
}

void slab_give(void *object, uintptr_t site)
{
	struct record *record = record_of(object);
	uintptr_t taken, freed;
	char text[128];

	if (!record) {
		slab_describe((uintptr_t)object, text, sizeof(text), &taken,
			      &freed);
		run_end(FL_END_DOUBLE_FREE, site,
			"free of what is no object: %s", text);
	}
	if (!record->live) {
		stack_note_site(record->taken, "allocated here");
		stack_note_site(record->freed, "freed here");
		run_end(FL_END_DOUBLE_FREE, site,
			"%s object of %zu bytes freed twice", record->cache,
			record->size);
	}
	held_freed(object, record->size, site);
	record->live = 0;
	record->freed = site;
	shadow_poison(object, record->size, SHADOW_FREED);
	if (run.quiet) {
		record->reuse = reusable[record->class];
		reusable[record->class] = record;
	}
}

uint32_t slab_object(const void *object)
{
	const struct record *record = record_of(object);

	return record ? record->object : 0;
}

size_t slab_size(const void *object)
{
	const struct record *record = record_of(object);

	return record ? record->size : 0;
}

const char *slab_cache(const void *object)
{
	const struct record *record = record_of(object);

	return record ? record->cache : NULL;
}

int slab_is_in_use(const char *cache)
{
	for (struct record *record = last; record; record = record->before)
		if (record->live && record->cache == cache)
			return 1;
	return 0;
}

void slab_vouch(const void *object)
{
	struct record *record = record_of(object);

	if (record)
		record->vouched = 1;
}

void slab_find_leaks(void)
{
	for (struct record *record = last; record; record = record->before)
		if (record->live && record->by_op && !record->vouched)
			leak_add(FL_LEAK_MEMORY, record->object, record->size,
				 record->taken, record->cache);
}
