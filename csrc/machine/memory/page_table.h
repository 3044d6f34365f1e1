/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_table.c: what the two mappings have mapped.
 */
#ifndef MEMORY_PAGE_TABLE_H
#define MEMORY_PAGE_TABLE_H

#include "core/base.h"
#include <linux/mm.h>

/* What maps an address; the frame is NULL where nothing does. */
struct translation {
	struct page *page;	/* of the address itself, inside a PMD too */
	int writable;
	int order;		/* 0 or 9 */
};

/* Empty ones, for the mappings that there are. */
void page_table_open(void);
/* Notes who reads a pmd where it lies. */
void page_table_watch(void);
struct translation page_table_find(struct vm_area_struct *vma,
				   unsigned long address);
pmd_t *page_table_pmd(struct vm_area_struct *vma, unsigned long address);
int page_table_references(const struct page *page);
/* Entries by mapping and page; how many there are, at most @max written. */
u32 page_table_list(struct fl_mapping *mappings, u32 max);

#endif
