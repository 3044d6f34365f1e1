/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_table_remove.c: taking entries out.
 */
#ifndef MEMORY_PAGE_TABLE_REMOVE_H
#define MEMORY_PAGE_TABLE_REMOVE_H

#include "core/base.h"
#include <linux/mm.h>

struct table;

/* Drops the entries of pages [first, end) of the file in one mapping. */
void page_table_zap(struct vm_area_struct *vma, pgoff_t first, pgoff_t end,
		    int even_cows);
/* Puts @copy in the place of @page; false if something else, or nothing, is
 * mapped there by now: the fault comes again. */
bool page_table_replace(struct vm_area_struct *vma, unsigned long address,
			const struct page *page, struct page *copy);
/* Takes a huge entry out: 0 if there was none. */
int page_table_clear_huge(struct table *table, unsigned int i,
			  enum fl_event_kind event, uintptr_t site);
/* Takes a present entry out, and drops its reference. */
void page_table_clear(struct table *table, unsigned int i, unsigned int j,
		      uintptr_t site);

#endif
