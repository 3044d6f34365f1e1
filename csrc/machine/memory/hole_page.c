// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hole pages: what a load from a hole of a DAX file is given in trees that do
 * not map a shared zero page.
 *
 * A page in the cache has a reference for that and its mapping and index set. A
 * hole page takes the place of an empty locked entry, and the entry's waiters
 * are told, for whom the page's lock is what to wait for then.
 */
#include "memory/hole_page.h"
#include "core/outcome.h"
#include "core/trace.h"
#include "memory/index.h"
#include "memory/index_item.h"
#include "memory/page.h"
#include "memory/page_table.h"
#include <linux/dax.h>
#include <linux/string.h>

#if !HAVE_DAX_ZERO_PAGE

/* ---- adding ---- */

/* Under tree_lock, with nodes preloaded. -EEXIST: a page is there. */
static int add_locked(struct address_space *mapping, struct page *page,
		      pgoff_t index)
{
	void **slot, *item;

	item = __radix_tree_lookup(index_root(mapping), index, NULL, &slot);
	if (!item)
		return radix_tree_insert(index_root(mapping), index, page);
	if (!item_is_entry(item))
		return -EEXIST;
	if (!item_is_locked(item) || !entry_is_empty(item) ||
	    entry_bits(item) & ENTRY_PMD)
		run_warn(CALLER, "page added over an entry that is not an "
				 "empty locked one");
	/* One page in the slots of 512 would be found 512 times. */
	if (entry_bits(item) & ENTRY_PMD)
		return -EINVAL;
	radix_tree_replace_slot(slot, page);
	mapping->nrexceptional--;
#if HAVE_DAX_ENTRY_TYPES
	dax_wake_mapping_entry_waiter(mapping, index, false);
#else
	dax_wake_mapping_entry_waiter(mapping, index, item, true);
#endif
	return 0;
}

static int add_to_page_cache(struct address_space *mapping, struct page *page,
			     pgoff_t index, gfp_t gfp_mask)
{
	int error = radix_tree_maybe_preload(gfp_mask & ~__GFP_HIGHMEM);

	if (error)
		return error;
	spin_lock_irq(index_lock(mapping));
	error = add_locked(mapping, page, index);
	if (!error) {
		get_page(page);
		page->mapping = mapping;
		page->index = index;
		mapping->nrpages++;
	}
	spin_unlock_irq(index_lock(mapping));
	radix_tree_preload_end();
	trace(FL_EVENT_CACHE_ADD, mapping->object, CALLER, index, 0, 0, 0,
	      error);
	return error;
}

/* ---- finding ---- */

static struct page *get_at(struct address_space *mapping, pgoff_t index)
{
	struct page *page = radix_tree_lookup(index_root(mapping), index);

	if (!page || item_is_entry(page))
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
	radix_tree_delete(index_root(mapping), page->index);
	mapping->nrpages--;
	page->mapping = NULL;
	trace(FL_EVENT_CACHE_REMOVE, mapping->object, CALLER, page->index, 0, 0,
	      0, 0);
}

void delete_from_page_cache(struct page *page)
{
	struct address_space *mapping = page->mapping;

	spin_lock_irq(index_lock(mapping));
	__delete_from_page_cache(page, NULL);
	spin_unlock_irq(index_lock(mapping));
	put_page(page);
}

static void unmap_and_delete(struct page *page)
{
	if (page_table_references(page))
		unmap_mapping_range(page->mapping, page_offset(page), PAGE_SIZE,
				    0);
	delete_from_page_cache(page);
}

void hole_page_remove(struct address_space *mapping, struct page *page)
{
	get_page(page);
	page_lock_at(page, CALLER);
	if (page->mapping == mapping)
		unmap_and_delete(page);
	page_unlock_at(page, CALLER);
	put_page(page);
}

void hole_page_zero_tail(struct address_space *mapping, loff_t start)
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

#endif
