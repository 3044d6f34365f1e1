/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_table_protect.c: write permission of entries that stay.
 */
#ifndef MEMORY_PAGE_TABLE_PROTECT_H
#define MEMORY_PAGE_TABLE_PROTECT_H

#include "core/base.h"
#include <linux/mm.h>

/* Changes what @page permits; false if something else, or nothing, is mapped
 * there by now: the fault comes again. */
bool page_table_protect(struct vm_area_struct *vma, unsigned long address,
			const struct page *page, bool writable);

#endif
