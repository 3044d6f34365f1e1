// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is dropped of a file's page cache when it is truncated or written to:
 * the DAX entries, and hole pages in trees that have them.
 */
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "memory/hole_page.h"
#include "memory/index_item.h"
#include "memory/index_tree.h"
#include <linux/dax.h>

/*
 * Where mappings hold references, the filesystem has waited for those of others
 * and has removed the entries with that (dax_break_layout()).
 */
static void must_be_gone(uintptr_t site)
{
	if (HAVE_DAX_BREAK_LAYOUT)
		run_warn(site, "truncation meets an entry: dax_break_layout() "
			       "was left out");
}

#if HAVE_DAX_ZERO_PAGE
static void drop_page(struct address_space *mapping, void *page)
{
	run_misuse(CALLER, "a page in the cache of a DAX file");
}

static void zero_tail(struct address_space *mapping, loff_t start)
{
}
#else
#define drop_page	hole_page_remove
#define zero_tail	hole_page_zero_tail
#endif

/* Looked at without a lock. */
static int is_empty(struct address_space *mapping)
{
	access_note(FL_THING_INDEX, 0, 0, ~0ull, 0);
#if HAVE_NREXCEPTIONAL
	return !mapping->nrpages && !mapping->nrexceptional;
#else
	return mapping_empty(mapping);
#endif
}

/*
 * What a write has put storage behind is to be found anew. Dirty entries stay;
 * page tables come last, as there is no telling which entry was entered again.
 */
int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t start,
				  pgoff_t end)
{
	pgoff_t index = start;
	int error = 0;
	void *item;

	if (is_empty(mapping))
		return 0;
	while ((item = index_next(mapping, &index, -1)) && index <= end) {
		if (!item_is_entry(item))
			drop_page(mapping, item);
#if HAVE_DAX_INVALIDATE
		else if (!dax_invalidate_mapping_entry_sync(mapping, index))
			error = -EBUSY;
#endif
		index++;
	}
#if HAVE_DAX_INVALIDATE
	unmap_mapping_pages(mapping, start, end - start + 1, false);
#endif
	return error;
}

int invalidate_inode_pages2(struct address_space *mapping)
{
	return invalidate_inode_pages2_range(mapping, 0, ~0ul);
}

void truncate_inode_pages_range(struct address_space *mapping, loff_t start,
				loff_t end)
{
	pgoff_t last = end == -1 ? ~0ul : (pgoff_t)(end >> PAGE_SHIFT);
	pgoff_t index = (start + PAGE_SIZE - 1) >> PAGE_SHIFT;
	void *item;

	if (is_empty(mapping))
		return;
	schedule_point(mapping->object);
	while ((item = index_next(mapping, &index, -1)) && index <= last) {
		if (item_is_entry(item)) {
			must_be_gone(CALLER);
			dax_delete_mapping_entry(mapping, index);
		} else {
			drop_page(mapping, item);
		}
		index++;
	}
	zero_tail(mapping, start);
}

void truncate_inode_pages(struct address_space *mapping, loff_t start)
{
	truncate_inode_pages_range(mapping, start, (loff_t)-1);
}

void truncate_inode_pages_final(struct address_space *mapping)
{
	truncate_inode_pages_range(mapping, 0, (loff_t)-1);
}

/* Unmapped again at the end: a private copy may have been made in between. */
void truncate_pagecache(struct inode *inode, loff_t newsize)
{
	struct address_space *mapping = inode->i_mapping;
	loff_t first = PAGE_ALIGN(newsize);

	unmap_mapping_range(mapping, first, 0, 1);
	truncate_inode_pages(mapping, newsize);
	unmap_mapping_range(mapping, first, 0, 1);
}

/* The bytes [@start, @end], of which only whole pages go. */
void truncate_pagecache_range(struct inode *inode, loff_t start, loff_t end)
{
	struct address_space *mapping = inode->i_mapping;
	loff_t first = round_up(start, PAGE_SIZE);
	loff_t behind = round_down(1 + end, PAGE_SIZE);

	if (behind > first)
		unmap_mapping_range(mapping, first, behind - first, 0);
	truncate_inode_pages_range(mapping, start, end);
}

/* Only a filesystem with blocks smaller than a page would have to do more. */
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to)
{
}

void truncate_setsize(struct inode *inode, loff_t newsize)
{
	loff_t oldsize = inode->i_size;

	i_size_write(inode, newsize);
	if (newsize > oldsize)
		pagecache_isize_extended(inode, oldsize, newsize);
	truncate_pagecache(inode, newsize);
}
