// SPDX-License-Identifier: GPL-2.0-only
/*
 * A memory error in persistent memory, as memory_failure() handles it: the
 * entry of the page is locked, so that neither file nor page goes away, whoever
 * has it mapped loses it, and the entry is unlocked.
 *
 * The medium is bad from the moment at which the hardware says so, before
 * anybody is told. What must hold: once the entry was locked for it, nobody
 * maps the page again unless it was made good. A filesystem that can tell which
 * file a block is of is asked by mf_dax_kill_procs(); with others the page
 * itself must know.
 */
#include "memory/memory_failure.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/run.h"
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

static int somebody_fails;

void memory_failure_reset(void)
{
	somebody_fails = 0;
	for (uint32_t i = 0; i < run.asked->nr_ops; i++)
		somebody_fails |=
			run.asked->ops[i].kind == FL_OP_MEMORY_FAILURE ||
			run.asked->ops[i].kind == FL_OP_MAPPING_FAILURE;
}

static void note_medium(unsigned long block, unsigned long count,
			unsigned int flags)
{
	if (somebody_fails)
		access_note(FL_THING_FRAME, FL_OBJECT(FL_OBJECT_DEVICE, 0),
			    block, block + count - 1, flags);
}

void memory_failure_look(unsigned long block, unsigned long count)
{
	note_medium(block, count, 0);
}

void memory_failure_check(unsigned long block, unsigned long count,
			  uintptr_t site)
{
	if (!somebody_fails)
		return;
	note_medium(block, count, 0);
	for (; count; count--, block++)
		if (test_bit(PG_hwpoison, &pfn_to_page(DEVICE_PFN(block))->flags) &&
		    !pmem_good_blocks((unsigned int)block, 1))
			run_misuse(site, "block %lu is mapped again, and its "
					 "medium is known to be bad", block);
}

#if HAVE_DAX_LOCK_FOLIO || HAVE_DAX_LOCK_PAGE || HAVE_DAX_LOCK_MAPPING

/* The page of the device that is entered at a page of the file, or NULL. */
static struct page *page_at(struct address_space *mapping, pgoff_t index)
{
	void *item = index_get(mapping, index);
	enum fl_entry_kind kind = item_kind(item);
	unsigned long block;

	access_note(FL_THING_INDEX, 0, index, index, 0);
	if (kind != FL_ENTRY_PTE && kind != FL_ENTRY_PMD)
		return NULL;
	block = (unsigned long)entry_block(item);
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
	if (page) {
		unsigned long block = page_to_pfn(page) - DEVICE_PFN(0);

		note_medium(block, 1, FL_ACCESS_WRITE);
		pmem_mark_bad((unsigned int)block, 1);
	}
	return page;
}

/* It is told, and goes out of every page table. The entry is locked. */
static void poison(struct page *page, struct address_space *mapping,
		   pgoff_t index, pgoff_t count)
{
	note_medium(page_to_pfn(page) - DEVICE_PFN(0), 1, FL_ACCESS_WRITE);
	set_bit(PG_hwpoison, &page->flags);
	unmap_mapping_range(mapping, (loff_t)index << PAGE_SHIFT,
			    (loff_t)count << PAGE_SHIFT, 0);
}
#endif

#if HAVE_DAX_LOCK_FOLIO || HAVE_DAX_LOCK_PAGE
#if HAVE_DAX_LOCK_FOLIO
#define lock_entry(page)		dax_lock_folio(page_folio(page))
#define unlock_entry(page, cookie)	dax_unlock_folio(page_folio(page), cookie)
#else
#define lock_entry(page)		dax_lock_page(page)
#define unlock_entry(page, cookie)	dax_unlock_page(page, cookie)
#endif

static unsigned int order_of(const struct page *page)
{
#if HAVE_DAX_PAGE_REFS
	return folio_order(page_folio(page));
#else
	return 0;
#endif
}

void memory_failure(uint64_t pgoff)
{
	struct page *page = fail_medium(pgoff);
	struct page *head;
	dax_entry_t cookie;

	if (!page)
		return;
	schedule_point(world->inode->i_mapping->object);
	access_note(FL_THING_INDEX, 0, pgoff, pgoff, 0);
	cookie = lock_entry(page);
	if (!cookie) {
		/* No file has it any more, or several have. */
		if (run_has_one_task() && page->mapping)
			run_misuse(0, "the entry of a page is not locked");
		return;
	}
	head = &page_folio(page)->page;
	poison(page, head->mapping, head->index, 1ul << order_of(page));
	unlock_entry(page, cookie);
}
#else
void memory_failure(uint64_t pgoff)
{
	(void)pgoff;
}
#endif

#if HAVE_DAX_LOCK_MAPPING
/* Whether @page is what an entry stands for: @failed, or the first of its 2 MiB. */
static bool is_page_of(const struct page *page, const struct page *failed,
		       uint64_t pgoff)
{
	unsigned long from = failed ? page_to_pfn(failed) : 0;

	if (!page || !failed)
		return page == failed;
	return page_to_pfn(page) == from ||
	       page_to_pfn(page) + pgoff % HPAGE_PMD_NR == from;
}

void mapping_failure(uint64_t pgoff)
{
	struct address_space *mapping = world->inode->i_mapping;
	struct page *page = NULL, *failed;
	dax_entry_t cookie;

	/* Nobody but the filesystem knows that there is no page, or none yet. */
	failed = fail_medium(pgoff);
	schedule_point(mapping->object);
	access_note(FL_THING_INDEX, 0, pgoff, pgoff, 0);
	cookie = dax_lock_mapping_entry(mapping, pgoff, &page);
	if (!cookie)
		return;
	if (run_has_one_task() && !is_page_of(page, failed, pgoff))
		run_misuse(0, "the entry that is locked is of another page");
	if (page)
		poison(page, mapping, pgoff, 1);
	dax_unlock_mapping_entry(mapping, pgoff, cookie);
}
#else
void mapping_failure(uint64_t pgoff)
{
	(void)pgoff;
}
#endif
