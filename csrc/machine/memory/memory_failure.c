// SPDX-License-Identifier: GPL-2.0-only
/*
 * A memory error in persistent memory, as memory_failure() handles it: the
 * entry of the page is locked, so that neither file nor page goes away, whoever
 * has it mapped loses it, and the entry is unlocked.
 *
 * The medium is bad from the moment at which the hardware says so, before
 * anybody is told. A filesystem that can tell which file a block is of is asked
 * by mf_dax_kill_procs(); with others the page itself must know.
 */
#include "memory/memory_failure.h"
#include "core/access_set.h"
#include "core/schedule.h"
#include "fs/world.h"
#include "memory/device_page.h"
#include "memory/index.h"
#include "memory/index_item.h"
#include "memory/index_tree.h"
#include "memory/page.h"
#include "storage/pmem.h"
#include <linux/dax.h>
#include <linux/mm.h>

#define PG_hwpoison	7

/* The page of the device that is entered at a page of the file, or NULL. */
static struct page *page_at(struct address_space *mapping, pgoff_t index)
{
	void *item = index_get(mapping, index);
	enum fl_entry_kind kind = item_kind(item);
	unsigned long block;

	access_note(FL_THING_INDEX, 0, index, index, 0);
	if (kind != FL_ENTRY_PTE && kind != FL_ENTRY_PMD)
		return NULL;
	block = entry_block(item);
	if (kind == FL_ENTRY_PMD)
		block += index % HPAGE_PMD_NR;
	return pfn_to_page(DEVICE_PFN(block));
}

/* The hardware reports it. */
static struct page *fail_medium(pgoff_t index)
{
	struct address_space *mapping = world->inode->i_mapping;
	struct page *page;

	schedule_point(mapping->object);
	page = page_at(mapping, index);
	if (page)
		pmem_mark_bad((unsigned int)(page_to_pfn(page) -
					     DEVICE_PFN(0)), 1);
	return page;
}

static void take_from_all(struct address_space *mapping, pgoff_t index,
			  pgoff_t count)
{
	unmap_mapping_range(mapping, (loff_t)index << PAGE_SHIFT,
			    (loff_t)count << PAGE_SHIFT, 0);
}

static unsigned int order_of(const struct page *page)
{
#if HAVE_DAX_PAGE_REFS
	return folio_order(page_folio(page));
#else
	return 0;
#endif
}

#if HAVE_DAX_LOCK_FOLIO || HAVE_DAX_LOCK_PAGE
#if HAVE_DAX_LOCK_FOLIO
#define lock_entry(page)		dax_lock_folio(page_folio(page))
#define unlock_entry(page, cookie)	dax_unlock_folio(page_folio(page), cookie)
#else
#define lock_entry(page)		dax_lock_page(page)
#define unlock_entry(page, cookie)	dax_unlock_page(page, cookie)
#endif

void memory_failure(uint64_t pgoff)
{
	struct page *page = fail_medium(pgoff);
	dax_entry_t cookie;

	if (!page)
		return;
	cookie = lock_entry(page);
	/* No file has it any more. */
	if (!cookie)
		return;
	set_bit(PG_hwpoison, &page->flags);
	page = &page_folio(page)->page;
	take_from_all(page->mapping, page->index,
		      1ul << order_of(page));
	unlock_entry(page, cookie);
}
#else
void memory_failure(uint64_t pgoff)
{
	(void)pgoff;
}
#endif

#if HAVE_DAX_LOCK_MAPPING
void mapping_failure(uint64_t pgoff)
{
	struct address_space *mapping = world->inode->i_mapping;
	struct page *page = NULL;
	dax_entry_t cookie;

	if (!fail_medium(pgoff))
		return;
	cookie = dax_lock_mapping_entry(mapping, pgoff, &page);
	if (!cookie)
		return;
	if (page) {
		set_bit(PG_hwpoison, &page->flags);
		take_from_all(mapping, pgoff, 1);
	}
	dax_unlock_mapping_entry(mapping, pgoff, cookie);
}
#else
void mapping_failure(uint64_t pgoff)
{
	(void)pgoff;
}
#endif
