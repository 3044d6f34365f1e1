// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the device where references to them are counted. From 6.15 on that
 * is so for each page table entry that maps one, for whoever pins one, and for
 * a moment for a fault handler. Up to 6.14 mappings hold none: a page has one
 * for the device, and one for each pin.
 *
 * A folio is one page, or the 512 that a huge entry stands for; what counts is
 * its first page. Who may free or move storage waits until nothing but
 * mappings, or nothing at all, is left: the last reference wakes him up.
 *
 * What must hold at the end of a run: a folio has a reference for each mapping
 * and each pin and none besides; a page under an entry knows file and index and
 * is as large as the entry; all others are single pages that know nothing.
 */
#include "memory/device_page.h"
#include "core/access_set.h"

#if HAVE_DAX_PAGE_REFS

#include "core/outcome.h"
#include "core/trace.h"
#include "memory/page.h"
#include "memory/page_table.h"
#include "memory/pin.h"
#include "storage/device.h"
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/wait.h>

/* Whose device it is; nobody looks inside. */
struct dev_pagemap {
	char unused[2];
};
static struct dev_pagemap pagemap;

static unsigned int block_of(const struct page *page)
{
	return (unsigned int)(page_to_pfn(page) - DEVICE_PFN(0));
}

static struct page *head_of(const struct page *page)
{
	return &page_folio(page)->page;
}

static uint32_t object_of(const struct page *page)
{
	return FL_OBJECT(FL_OBJECT_DEVICE, block_of(page));
}

/* State of pages [@page, @page + @count). */
static void note_access(const struct page *page, unsigned int count,
			unsigned int flags)
{
	access_note(FL_THING_FRAME, FL_OBJECT(FL_OBJECT_DEVICE, 0),
		    block_of(page), block_of(page) + count - 1, flags);
}

void device_page_init(unsigned long from, unsigned long to)
{
	for (; from < to; from++)
		pfn_to_page(from)->pgmap = &pagemap;
}

/* ---- references ---- */

void device_page_look(const struct page *page)
{
	note_access(page, 1, 0);
	if (head_of(page) != page)
		note_access(head_of(page), 1, 0);
}

static void get(struct page *head, uintptr_t site)
{
	note_access(head, 1, FL_ACCESS_WRITE);
	head->refs++;
	trace(FL_EVENT_PAGE_GET, object_of(head), site, head->refs, 0, 0, 0, 0);
}

void device_page_get(struct page *page, uintptr_t site)
{
	struct page *head = head_of(page);

	if (!head->refs)
		run_warn(site, "reference to a page of the device that nobody "
			       "has one to");
	get(head, site);
}

void device_page_put(struct page *page, uintptr_t site)
{
	struct page *head = head_of(page);

	note_access(head, 1, FL_ACCESS_WRITE);
	if (head->refs <= 0)
		run_end(FL_END_DOUBLE_FREE, site, "reference to a page of the "
			"device dropped that nobody had");
	head->refs--;
	trace(FL_EVENT_PAGE_PUT, object_of(head), site, head->refs, 0, 0, 0, 0);
	if (!head->refs)
		wake_up_var(head);
}

void device_page_pin(struct page *page)
{
	device_page_get(page, 0);
}

void device_page_unpin(struct page *page)
{
	device_page_put(page, 0);
}

/* For who is about to map it, and owns the page by its entry. */
void folio_ref_inc(struct folio *folio)
{
	get(&folio->page, CALLER);
}

int folio_ref_count(const struct folio *folio)
{
	device_page_look(&folio->page);
	return folio->page.refs;
}

int folio_mapcount(const struct folio *folio)
{
	device_page_look(&folio->page);
	return folio->page.mapcount;
}

/* ---- mappings ---- */

void device_page_map(unsigned long pfn, uintptr_t site)
{
	struct page *head = head_of(pfn_to_page(pfn));

	get(head, site);
	head->mapcount++;
}

void device_page_unmap(unsigned long pfn, uintptr_t site)
{
	struct page *page = pfn_to_page(pfn);
	struct page *head = head_of(page);

	note_access(page, 1, 0);
	if (head->mapcount <= 0)
		run_misuse(site, "a page of the device is unmapped that counts "
				 "no mapping");
	else
		head->mapcount--;
	device_page_put(page, site);
}

/* ---- folios of several pages ---- */

struct dev_pagemap *page_pgmap(const struct page *page)
{
	const struct page *head = head_of(page);

	if (head->pgmap != &pagemap)
		run_warn(CALLER, "a page of no device is asked for its device");
	return head->pgmap;
}

unsigned int folio_order(const struct folio *folio)
{
	note_access(&folio->page, 1, 0);
	return PageHead(&folio->page) ? folio->page.order : 0;
}

void prep_compound_page(struct page *page, unsigned int order)
{
	unsigned int count = 1u << order;

	page_give_out(page_to_pfn(page), count);
	note_access(page, count, FL_ACCESS_WRITE);
	__set_bit(PG_head, &page->flags);
	page->order = order;
	for (unsigned int i = 1; i < count; i++) {
		page[i].mapping = NULL;
		page[i].compound_head = (uintptr_t)page | 1;
	}
}

void folio_reset_order(struct folio *folio)
{
	note_access(&folio->page, 1u << folio->page.order, FL_ACCESS_WRITE);
	folio->page.order = 0;
}

void clear_compound_head(struct page *page)
{
	page->compound_head = 0;
}

/* ---- audit ---- */

static unsigned short mapped[DEVICE_PAGES];	/* by so many entries */
static unsigned char covered[DEVICE_PAGES];	/* ... of the index */

static void audit_entry(const struct address_space *mapping,
			const struct fl_entry *entry)
{
	unsigned int block = (unsigned int)entry->device_block;
	bool is_huge = entry->kind == FL_ENTRY_PMD;
	unsigned int count = is_huge ? HPAGE_PMD_NR : 1;
	const struct page *head;

	if (block + count > DEVICE_PAGES)
		return;
	for (unsigned int i = 0; i < count; i++)
		covered[block + i]++;
	head = pfn_to_page(DEVICE_PFN(block));
	page_give_out(DEVICE_PFN(block), count);
	if (!head->mapping && head->share)
		return;		/* of several files */
	if (head->mapping != mapping || head->index != entry->index)
		run_misuse(0, "block %u is entered at page %u and does not "
			      "know it", block, entry->index);
	if ((PageHead(head) ? head->order : 0) !=
	    (is_huge ? HPAGE_PMD_ORDER : 0))
		run_misuse(0, "block %u is entered at page %u with another "
			      "order", block, entry->index);
}

/* @page of the device is neither entered nor part of what is. */
static void audit_unknown(const struct page *page)
{
	if (page->mapping || page->share)
		run_misuse(0, "block %u is in no index and thinks that it is",
			   block_of(page));
	if (PageHead(page) || page->order || page->pgmap != &pagemap)
		run_misuse(0, "block %u was part of a folio and is not put "
			      "back", block_of(page));
}

/* Entered, at several pages of this file or by several files. */
static void audit_share(const struct page *page)
{
	unsigned int count = covered[block_of(page)];

	if (head_of(page) == page && !page->mapping && page->share != count)
		run_misuse(0, "block %u is entered %u times and counts %lu",
			   block_of(page), count, page->share);
}

static void audit_references(const struct page *page)
{
	unsigned int block = block_of(page);
	int rightful = mapped[block] + pin_count(page);

	if (page->refs > rightful)
		leak_add(FL_LEAK_PAGE, object_of(page),
			 (u64)(page->refs - rightful), 0,
			 "reference to a page of the device");
	else if (page->refs < rightful)
		run_misuse(0, "block %u is mapped or pinned %d times with %d "
			      "references", block, rightful, page->refs);
	if (page->mapcount != mapped[block])
		run_misuse(0, "block %u is mapped %u times and counts %d",
			   block, mapped[block], page->mapcount);
	if (mapped[block] && !covered[block])
		run_misuse(0, "block %u is mapped and in no index", block);
}

void device_page_audit(const struct address_space *mapping,
		       const struct fl_outcome *outcome)
{
	unsigned long pfn, end;

	for (u32 i = 0; i < outcome->nr_entries; i++)
		if (outcome->entries[i].device_block >= 0)
			audit_entry(mapping, &outcome->entries[i]);
	for (u32 i = 0; i < outcome->nr_mappings; i++)
		if (outcome->mappings[i].device_block >= 0)
			mapped[block_of(head_of(pfn_to_page(DEVICE_PFN(
				outcome->mappings[i].device_block))))]++;
	end = page_given_out(&pfn);
	for (; pfn < end; pfn++) {
		const struct page *page = pfn_to_page(pfn);

		audit_references(page);
		if (!covered[block_of(page)])
			audit_unknown(page);
		else
			audit_share(page);
		mapped[block_of(page)] = covered[block_of(page)] = 0;
	}
}

#elif HAVE_DAX_LAYOUT_BUSY

#include "core/outcome.h"
#include "core/trace.h"
#include "memory/page.h"
#include "memory/pin.h"
#include <linux/mm.h>
#include <linux/wait.h>

static uint32_t object_of(const struct page *page)
{
	return FL_OBJECT(FL_OBJECT_DEVICE, page_to_pfn(page) - DEVICE_PFN(0));
}

static void note_access(const struct page *page, unsigned int flags)
{
	uint64_t block = page_to_pfn(page) - DEVICE_PFN(0);

	access_note(FL_THING_FRAME, FL_OBJECT(FL_OBJECT_DEVICE, 0), block,
		    block, flags);
}

void device_page_init(unsigned long from, unsigned long to)
{
	for (; from < to; from++)
		pfn_to_page(from)->refs = 1;
}

/* Truncation reads it, and nobody changes it where nobody pins. */
void device_page_look(const struct page *page)
{
	if (pin_is_asked())
		note_access(page, 0);
}

void device_page_pin(struct page *page)
{
	note_access(page, FL_ACCESS_WRITE);
	page->refs++;
	trace(FL_EVENT_PAGE_GET, object_of(page), 0, page->refs, 0, 0, 0, 0);
}

void device_page_unpin(struct page *page)
{
	note_access(page, FL_ACCESS_WRITE);
	page->refs--;
	trace(FL_EVENT_PAGE_PUT, object_of(page), 0, page->refs, 0, 0, 0, 0);
	if (page->refs == 1)
		wake_up_var(&page->refs);
}

/* ---- audit ---- */

static unsigned char covered[DEVICE_PAGES];	/* by entries of the index */

/*
 * A page under an entry knows file and index. One that several files share
 * counts them in place of the index, and has a mark for a mapping.
 */
static int is_associated(const struct page *page,
			 const struct address_space *mapping, pgoff_t index)
{
	if ((uintptr_t)page->mapping == 1)
		return page->share > 0;
	return page->mapping == mapping && page->index == index;
}

static void audit_entry(const struct address_space *mapping,
			const struct fl_entry *entry)
{
	unsigned int block = (unsigned int)entry->device_block;
	unsigned int count = entry->kind == FL_ENTRY_PMD ? HPAGE_PMD_NR : 1;

	for (unsigned int i = 0; i < count && block + i < DEVICE_PAGES; i++)
		covered[block + i]++;
	for (unsigned int i = 0; i < count && block + i < DEVICE_PAGES; i++)
		if (!is_associated(pfn_to_page(DEVICE_PFN(block + i)), mapping,
				   entry->index + i)) {
			run_misuse(0, "block %u is entered at page %u and does "
				      "not know it", block + i,
				   entry->index + i);
			return;
		}
}

void device_page_audit(const struct address_space *mapping,
		       const struct fl_outcome *outcome)
{
	unsigned long pfn, end;

	for (u32 i = 0; i < outcome->nr_entries; i++)
		if (outcome->entries[i].device_block >= 0)
			audit_entry(mapping, &outcome->entries[i]);
	end = page_given_out(&pfn);
	for (; pfn < end; pfn++) {
		unsigned int block = (unsigned int)(pfn - DEVICE_PFN(0));

		if (pfn_to_page(pfn)->mapping && !covered[block])
			run_misuse(0, "block %u is in no index and thinks that "
				      "it is", block);
		if ((uintptr_t)pfn_to_page(pfn)->mapping == 1 &&
		    pfn_to_page(pfn)->share != covered[block])
			run_misuse(0, "block %u is entered %u times and counts "
				      "%lu", block, covered[block],
				   pfn_to_page(pfn)->share);
		covered[block] = 0;
	}
}

#endif
