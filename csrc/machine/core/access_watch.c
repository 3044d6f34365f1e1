// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the slice that is read and written without a machine call: what of
 * it each step accessed.
 *
 * Its shadow is poisoned with a value of its own, so that the checks that the
 * compiler puts before each access come here; the access is then fine, and
 * noted. What must hold: nothing is watched outside of the time between the
 * release of the tasks and their end.
 */
#include <string.h>
#include "core/access_set.h"
#include "core/outcome.h"
#include "fs/filesystem.h"
#include "fs/world.h"
#include "memory/page_table.h"
#include "memory/shadow.h"

#define WATCHES_MAX	128

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
	uint32_t noted;
	uint64_t value;
} glances[GLANCES_MAX];
static unsigned int nr_glances;

void access_watch_reset(void)
{
	nr_watches = 0;
	nr_glances = 0;
}

static uint64_t value_at(const struct glance *glance)
{
	uint64_t value = 0;

	memcpy(&value, (const void *)glance->at, glance->size);
	return value;
}

/* The current step is over: what it only read before is as it was? */
void access_watch_step(void)
{
	for (unsigned int i = 0; i < nr_glances; i++)
		if (value_at(&glances[i]) != glances[i].value)
			access_was_write(glances[i].noted);
	nr_glances = 0;
}

static void watch_begin(const struct watch *watch)
{
	shadow_poison((const void *)watch->at, watch->size, SHADOW_WATCHED);
}

void access_watch(const void *at, size_t size, enum fl_thing thing)
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

/* It is about to be read: what was noted may turn out to be a write. */
static void glance(uintptr_t at, size_t size, uint32_t noted)
{
	struct glance *new = &glances[nr_glances];

	/* Larger pieces are copied by a call, which says what it writes. */
	if (nr_glances == GLANCES_MAX || size > sizeof(new->value))
		return;
	*new = (struct glance){
		.at = at,
		.size = size,
		.noted = noted,
	};
	new->value = value_at(new);
	nr_glances++;
}

void access_watched(const void *at, size_t size, int write)
{
	uintptr_t first = (uintptr_t)at, last = first + size - !!size;

	if (!accesses_are_noted)
		return;
	for (unsigned int i = 0; i < nr_watches; i++) {
		const struct watch *watch = &watches[i];
		uintptr_t end = watch->at + watch->size - 1, from, to;
		unsigned int flags = write ? FL_ACCESS_WRITE : 0;
		uint32_t noted;

		if (last < watch->at || first > end)
			continue;
		from = first > watch->at ? first : watch->at;
		to = last < end ? last : end;
		noted = watch->thing == FL_THING_SIZE ?
			access_add(FL_THING_SIZE, 0, 0, 0, flags) :
			access_add_words(from, to - from + 1, flags);
		if (!write)
			glance(from, to - from + 1, noted);
	}
}

/* ---- what the slice reads of a file ---- */

void access_watch_file(void)
{
	struct inode *inode = world->inode;
	struct address_space *mapping = inode->i_mapping;

	page_table_watch();
	access_watch(&inode->i_size, sizeof(inode->i_size), FL_THING_SIZE);
	access_watch(&mapping->nrpages, sizeof(mapping->nrpages),
		     FL_THING_WORDS);
#if HAVE_NREXCEPTIONAL
	access_watch(&mapping->nrexceptional, sizeof(mapping->nrexceptional),
		     FL_THING_WORDS);
#else
	/* Where nothing counts the entries, mapping_empty() looks here. */
	access_watch(&mapping->i_pages.xa_head,
		     sizeof(mapping->i_pages.xa_head), FL_THING_WORDS);
#endif
	if (world->filesystem->watch)
		world->filesystem->watch();
}

void access_watch_end(void)
{
	for (unsigned int i = 0; i < nr_watches; i++)
		shadow_unpoison((const void *)watches[i].at, watches[i].size);
}
