/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device_page.c: references to pages of the device.
 */
#ifndef MEMORY_DEVICE_PAGE_H
#define MEMORY_DEVICE_PAGE_H

#include "core/base.h"

struct address_space;
struct page;

#if HAVE_DAX_PAGE_REFS

/* Frames [@from, @to) were not looked at in this run before. */
void device_page_init(unsigned long from, unsigned long to);
/* Its references and mappings are about to be read. */
void device_page_look(const struct page *page);
/* A reference that is no mapping's comes, and goes. */
void device_page_pin(struct page *page);
void device_page_unpin(struct page *page);
void device_page_get(struct page *page, uintptr_t site);
void device_page_put(struct page *page, uintptr_t site);
/* A page table entry for a frame of the device comes, and goes. */
void device_page_map(unsigned long pfn, uintptr_t site);
void device_page_unmap(unsigned long pfn, uintptr_t site);

#else

#if HAVE_DAX_LAYOUT_BUSY
void device_page_init(unsigned long from, unsigned long to);
void device_page_look(const struct page *page);
void device_page_pin(struct page *page);
void device_page_unpin(struct page *page);
#else
#define device_page_init(from, to)	((void)(from), (void)(to))
#define device_page_look(page)		((void)(page))
#define device_page_pin(page)		((void)(page))
#define device_page_unpin(page)		((void)(page))
#endif
#define device_page_get(page, site)	((void)(page), (void)(site))
#define device_page_put(page, site)	((void)(page), (void)(site))
#define device_page_map(pfn, site)	((void)(pfn), (void)(site))
#define device_page_unmap(pfn, site)	((void)(pfn), (void)(site))

#endif

#if HAVE_DAX_PAGE_REFS || HAVE_DAX_LAYOUT_BUSY
/**
 * device_page_audit - what is wrong with the device's pages at the end of a run
 * @mapping: of the file
 * @outcome: its entries and page table entries have been listed
 */
void device_page_audit(const struct address_space *mapping,
		       const struct fl_outcome *outcome);
#else
#define device_page_audit(mapping, outcome) \
	((void)(mapping), (void)(outcome))
#endif

#endif
