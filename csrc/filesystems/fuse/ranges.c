// SPDX-License-Identifier: GPL-2.0-only
/*
 * The window as dax.c keeps it: its structures are its own, so it is included
 * here for them. Nothing of its code is used, and no function of it is made.
 *
 * What must hold when nobody is inside: every range is free or busy, and no
 * more of them than there are; each has the one reference that it was made
 * with; each busy range is in the tree of its file, and the counts say so.
 * Unless a call has failed, the server shows nothing in a range that is free.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/run.h"
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

/*
 * A range that stands in a list: each does in one, and once. Of lists that lead
 * into each other nothing else can be said.
 */
static bool check_listed(const struct fuse_dax_mapping *range, bool is_busy,
			 u32 *seen)
{
	u32 bit = 1u << range->window_offset / RANGE_SIZE;

	if (*seen & bit) {
		run_misuse(0, "a range of the window is listed twice");
		return false;
	}
	*seen |= bit;
	check_range(range);
	if (!is_busy && range->inode)
		run_misuse(0, "a free range is a file's");
	if (!is_busy && !run.asked->nr_injections &&
	    server_shows(range->window_offset / RANGE_SIZE))
		run_misuse(0, "the server was not told of a free range");
	if (is_busy && !fuse_file_of(range->inode))
		run_misuse(0, "a busy range is no file's");
	return true;
}

static unsigned long count_tree(const struct rb_node *node)
{
	return node ? 1 + count_tree(node->rb_left) +
		count_tree(node->rb_right) : 0;
}

/* How many ranges a file has. */
static unsigned long check_file(const struct fuse_file_state *file)
{
	const struct fuse_inode_dax *dax;

	if (!file->fi)
		return 0;
	dax = file->fi->dax;
	check_count(dax->nr, count_tree(dax->tree.rb_root.rb_node),
		    "a file's ranges");
	if (file->users != !file->is_closed)
		leak_add(FL_LEAK_RESERVATION, 0,
			 file->users - !file->is_closed, 0,
			 "references to an inode");
	return dax->nr;
}

void ranges_audit(void)
{
	unsigned long nr_files = 0, nr_free = 0, nr_busy = 0, nr_there;
	struct fuse_dax_mapping *range;
	u32 seen = 0;

	/* It was looked at when it was unmounted. */
	if (!window())
		return;
	nr_there = window()->nr_ranges;
	server_audit();
	list_for_each_entry(range, &window()->free_ranges, list) {
		if (!check_listed(range, false, &seen))
			return;
		nr_free++;
	}
	list_for_each_entry(range, &window()->busy_ranges, busy_list) {
		if (!check_listed(range, true, &seen))
			return;
		nr_busy++;
	}
	/* A call that failed may have made them fewer. */
	if (!run.asked->nr_injections)
		check_count(nr_there, world->bdev.bd_blocks / RANGE_PAGES,
			    "ranges of the window, in all");
	if (nr_free + nr_busy < nr_there)
		leak_add(FL_LEAK_RESERVATION, 0,
			 nr_there - nr_free - nr_busy, 0,
			 "ranges of the window");
	check_count(window()->nr_free_ranges, nr_free, "free ranges");
	check_count(window()->nr_busy_ranges, nr_busy, "busy ranges");
	for (unsigned int i = 0; i < FILES; i++)
		nr_files += check_file(&fuse_world->files[i]);
	check_count(nr_busy, nr_files, "ranges of files that are busy");
}

bool range_is_held(unsigned int number)
{
	struct fuse_dax_mapping *range;
	unsigned int left = RANGES_MAX;

	list_for_each_entry(range, &window()->busy_ranges, busy_list) {
		if (range->window_offset == (u64)number * RANGE_SIZE)
			return refcount_read(&range->refcnt) > 1;
		if (!--left)
			break;
	}
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
	for (unsigned int i = 0; i < FILES; i++)
		if (fuse_world->files[i].fi)
			access_watch(&fuse_world->files[i].fi->dax->nr,
				     sizeof(unsigned long), FL_THING_WORDS);
	list_for_each_entry(range, &window()->free_ranges, list)
		watch_range(range);
	list_for_each_entry(range, &window()->busy_ranges, busy_list)
		watch_range(range);
}
#endif
