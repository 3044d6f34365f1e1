// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page cache of a DAX file: hole pages, and their removal together with the
 * DAX entries when the file is truncated.
 *
 * A page in the cache has a reference for that and its mapping and index set. A
 * hole page takes the place of an empty locked entry, and the entry's waiters
 * are told, for whom the page's lock is what to wait for then.
 */
#include "machine.h"
#include "memory.h"
#include <linux/dax.h>
#include <linux/pagemap.h>
#include <linux/string.h>

/* ---- adding ---- */

/* Under tree_lock, with nodes preloaded. -EEXIST: a page is there. */
static int add_locked(struct address_space *mapping, struct page *page,
		      pgoff_t index)
{
	void **slot, *item;

	item = __radix_tree_lookup(&mapping->page_tree, index, NULL, &slot);
	if (!item)
		return radix_tree_insert(&mapping->page_tree, index, page);
	if (!radix_tree_exceptional_entry(item))
		return -EEXIST;
	if (((unsigned long)item & (RADIX_DAX_ENTRY_LOCK | RADIX_DAX_EMPTY |
				    RADIX_DAX_PMD)) !=
	    (RADIX_DAX_ENTRY_LOCK | RADIX_DAX_EMPTY))
		run_warn(CALLER, "page added over an entry that is not an "
				 "empty locked one");
	/* One page in the slots of 512 would be found 512 times. */
	if ((unsigned long)item & RADIX_DAX_PMD)
		return -EINVAL;
	radix_tree_replace_slot(slot, page);
	mapping->nrexceptional--;
	dax_wake_mapping_entry_waiter(mapping, index, item, true);
	return 0;
}

static int add_to_page_cache(struct address_space *mapping, struct page *page,
			     pgoff_t index, gfp_t gfp_mask)
{
	int error = radix_tree_maybe_preload(gfp_mask & ~__GFP_HIGHMEM);

	if (error)
		return error;
	spin_lock_irq(&mapping->tree_lock);
	error = add_locked(mapping, page, index);
	if (!error) {
		get_page(page);
		page->mapping = mapping;
		page->index = index;
		mapping->nrpages++;
	}
	spin_unlock_irq(&mapping->tree_lock);
	radix_tree_preload_end();
	trace(FL_EVENT_CACHE_ADD, mapping->object, CALLER, index, 0, 0, 0,
	      error);
	return error;
}

/* ---- finding ---- */

static struct page *get_at(struct address_space *mapping, pgoff_t index)
{
	struct page *page = radix_tree_lookup(&mapping->page_tree, index);

	if (!page || radix_tree_exceptional_entry(page))
		return NULL;
	get_page(page);
	return page;
}

struct page *find_get_page(struct address_space *mapping, pgoff_t offset)
{
	return get_at(mapping, offset);
}

struct page *find_lock_page(struct address_space *mapping, pgoff_t offset)
{
	for (;;) {
		struct page *page = get_at(mapping, offset);

		if (!page)
			return NULL;
		page_lock_at(page, CALLER);
		if (page->mapping == mapping)
			return page;
		page_unlock_at(page, CALLER);
		put_page(page);
	}
}

struct page *find_or_create_page(struct address_space *mapping, pgoff_t index,
				 gfp_t gfp_mask)
{
	for (;;) {
		struct page *page = find_lock_page(mapping, index);
		int error;

		if (page)
			return page;
		page = alloc_page(gfp_mask);
		if (!page)
			return NULL;
		page_lock_new(page, CALLER);
		error = add_to_page_cache(mapping, page, index, gfp_mask);
		if (!error)
			return page;
		page_unlock_at(page, CALLER);
		put_page(page);
		if (error != -EEXIST)
			return NULL;
	}
}

/* ---- removing ---- */

void __delete_from_page_cache(struct page *page, void *shadow)
{
	struct address_space *mapping = page->mapping;

	if (!PageLocked(page))
		run_misuse(CALLER, "page removed from the cache unlocked");
	radix_tree_delete(&mapping->page_tree, page->index);
	mapping->nrpages--;
	page->mapping = NULL;
	trace(FL_EVENT_CACHE_REMOVE, mapping->object, CALLER, page->index, 0, 0,
	      0, 0);
}

void delete_from_page_cache(struct page *page)
{
	struct address_space *mapping = page->mapping;

	spin_lock_irq(&mapping->tree_lock);
	__delete_from_page_cache(page, NULL);
	spin_unlock_irq(&mapping->tree_lock);
	put_page(page);
}

void page_cache_remove(struct page *page)
{
	if (page_table_references(page))
		unmap_mapping_range(page->mapping, page_offset(page), PAGE_SIZE,
				    0);
	delete_from_page_cache(page);
}

/* Locks the page at @index and removes it, if it is in the cache still. */
static void remove_page(struct address_space *mapping, struct page *page)
{
	get_page(page);
	page_lock_at(page, CALLER);
	if (page->mapping == mapping)
		page_cache_remove(page);
	page_unlock_at(page, CALLER);
	put_page(page);
}

int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t start,
				  pgoff_t end)
{
	pgoff_t index = start;
	void *item;

	while ((item = index_next(mapping, &index, -1)) && index <= end) {
		if (!radix_tree_exceptional_entry(item))
			remove_page(mapping, item);
		index++;
	}
	return 0;
}

int invalidate_inode_pages2(struct address_space *mapping)
{
	return invalidate_inode_pages2_range(mapping, 0, ~0ul);
}

/* The tail of a page that stays, behind the new end, becomes zeroes. */
static void zero_tail(struct address_space *mapping, loff_t start)
{
	unsigned int offset = offset_in_page(start);
	struct page *page;

	if (!offset)
		return;
	page = find_lock_page(mapping, start >> PAGE_SHIFT);
	if (!page)
		return;
	memset((char *)page_address(page) + offset, 0, PAGE_SIZE - offset);
	unlock_page(page);
	put_page(page);
}

void truncate_inode_pages_range(struct address_space *mapping, loff_t start,
				loff_t end)
{
	pgoff_t last = end == -1 ? ~0ul : (pgoff_t)(end >> PAGE_SHIFT);
	pgoff_t index = (start + PAGE_SIZE - 1) >> PAGE_SHIFT;
	void *item;

	/* Whether there is anything is looked at without a lock. */
	touch(FL_THING_INDEX, 0, 0, ~0ull, 0);
	if (!mapping->nrpages && !mapping->nrexceptional)
		return;
	schedule_point(mapping->page_tree.object);
	while ((item = index_next(mapping, &index, -1)) && index <= last) {
		if (radix_tree_exceptional_entry(item))
			dax_delete_mapping_entry(mapping, index);
		else
			remove_page(mapping, item);
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
