/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_table_insert.c: entering 4 KiB pages.
 */
#ifndef MEMORY_PAGE_TABLE_INSERT_H
#define MEMORY_PAGE_TABLE_INSERT_H

#include "core/base.h"
#include <linux/mm.h>

/* Maps a RAM frame, with its reference: 0, -ENOMEM, or -EBUSY if something
 * is mapped there. */
int page_table_map_page(struct vm_area_struct *vma, unsigned long address,
			struct page *page, int writable, uintptr_t site);
/* The access that the current task's fault is about is a store. */
void page_table_fault(int is_store);
/* No task has a fault. */
void page_table_forget_stores(void);

#endif
