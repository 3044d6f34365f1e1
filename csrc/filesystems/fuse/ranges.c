// SPDX-License-Identifier: GPL-2.0-only
/*
 * The window as dax.c keeps it: its structures are its own, so it is included
 * here for them. Nothing of its code is used, and no function of it is made.
 *
 * What must hold when nobody is inside: every range is free or busy, and no
 * more of them than there are; each has the one reference that it was made
 * with; each busy range is in the tree of its file, and the counts say so.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "core/access_set.h"
#include "core/outcome.h"
#include "fs/world.h"
#include <linux/dax.h>
#include <linux/fuse.h>
#include <linux/interval_tree.h>
#include <linux/iomap.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/uio.h>
#include <linux/workqueue.h>
#if HAVE_PFN_T
#include <linux/pfn_t.h>
#endif

#pragma clang diagnostic ignored "-Wunused-function"
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang attribute push(__attribute__((internal_linkage)), \
			     apply_to = any(function, variable(is_global)))
#include "fs/fuse/dax.c"
#pragma clang attribute pop
#include "fuse/fuse.h"

static struct fuse_conn_dax *window(void)
{
	return fuse_world->fc->dax;
}

/* A number that is not what it counts. */
static void check_count(unsigned long count, unsigned long is,
			const char *what)
{
	if (count != is)
		leak_add(FL_LEAK_COUNT, 0, count - is, 0, what);
}

static void check_range(const struct fuse_dax_mapping *range)
{
	unsigned int refs = refcount_read(&range->refcnt);

	if (refs > 1)
		leak_add(FL_LEAK_RESERVATION, 0, refs - 1, 0,
			 "references to a range of the window");
	else if (refs < 1)
		run_misuse(0, "a range of the window has %u references", refs);
	if (range->length != RANGE_SIZE)
		run_misuse(0, "a range of the window is %lld bytes long",
			   range->length);
}

static unsigned long count_free(u32 *seen)
{
	struct fuse_dax_mapping *range;
	unsigned long nr = 0;

	list_for_each_entry(range, &window()->free_ranges, list) {
		u32 bit = 1u << range->window_offset / RANGE_SIZE;

		if (*seen & bit)
			run_misuse(0, "a range of the window is free twice");
		*seen |= bit;
		check_range(range);
		if (range->inode)
			run_misuse(0, "a free range is a file's");
		nr++;
	}
	return nr;
}

static unsigned long count_busy(u32 *seen)
{
	struct fuse_dax_mapping *range;
	unsigned long nr = 0;

	list_for_each_entry(range, &window()->busy_ranges, busy_list) {
		u32 bit = 1u << range->window_offset / RANGE_SIZE;

		if (*seen & bit)
			run_misuse(0, "a range of the window is busy and free");
		*seen |= bit;
		check_range(range);
		if (range->inode != &fuse_world->fi->inode)
			run_misuse(0, "a busy range is no file's");
		nr++;
	}
	return nr;
}

static unsigned long count_tree(const struct rb_node *node)
{
	return node ? 1 + count_tree(node->rb_left) +
		count_tree(node->rb_right) : 0;
}

void ranges_audit(void)
{
	const struct fuse_inode_dax *file = fuse_world->fi->dax;
	unsigned long nr_free, nr_busy, nr_there = window()->nr_ranges;
	u32 seen = 0;

	server_audit();
	nr_free = count_free(&seen);
	nr_busy = count_busy(&seen);
	if (nr_free + nr_busy < nr_there)
		leak_add(FL_LEAK_RESERVATION, 0,
			 nr_there - nr_free - nr_busy, 0,
			 "ranges of the window");
	check_count(window()->nr_free_ranges, nr_free, "free ranges");
	check_count(window()->nr_busy_ranges, nr_busy, "busy ranges");
	check_count(file->nr, count_tree(file->tree.rb_root.rb_node),
		    "the file's ranges");
	check_count(nr_busy, file->nr, "ranges of the file that are busy");
	if (fuse_world->users != 1)
		leak_add(FL_LEAK_RESERVATION, 0, fuse_world->users - 1, 0,
			 "references to the inode");
}

bool range_is_held(unsigned int number)
{
	struct fuse_dax_mapping *range;

	list_for_each_entry(range, &window()->busy_ranges, busy_list)
		if (range->window_offset == (u64)number * RANGE_SIZE)
			return refcount_read(&range->refcnt) > 1;
	return false;
}

static void watch_range(const struct fuse_dax_mapping *range)
{
	access_watch(&range->refcnt, sizeof(range->refcnt), FL_THING_WORDS);
}

/* What is looked at without the lock. */
void ranges_watch(void)
{
	struct fuse_dax_mapping *range;

	access_watch(&window()->nr_free_ranges,
		     sizeof(window()->nr_free_ranges), FL_THING_WORDS);
	access_watch(&fuse_world->fi->dax->nr,
		     sizeof(fuse_world->fi->dax->nr), FL_THING_WORDS);
	list_for_each_entry(range, &window()->free_ranges, list)
		watch_range(range);
	list_for_each_entry(range, &window()->busy_ranges, busy_list)
		watch_range(range);
}
#endif
