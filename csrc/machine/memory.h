/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the machine that are the kernel's memory management offer
 * each other: frames, page tables, the index and the page cache.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "world.h"
#include <linux/mm.h>

/* ---- page.c ---- */
struct page *page_take(uintptr_t site);
void page_drop(struct page *page, uintptr_t site);
void page_lock_at(struct page *page, uintptr_t site);
void page_lock_new(struct page *page, uintptr_t site);
void page_unlock_at(struct page *page, uintptr_t site);
int page_is_ram(const struct page *page);
struct page *page_huge_zero(void);
/* Whether it stands for zeroes, and has no memory of its own. */
int page_is_zeroes(const struct page *page);

/* ---- page_table*.c ---- */

/* What maps an address; the frame is NULL where nothing does. */
struct translation {
	struct page *page;	/* of the address itself, inside a PMD too */
	int writable;
	int order;		/* 0 or 9 */
};
struct translation page_table_find(struct vm_area_struct *vma,
				   unsigned long address);
pmd_t *page_table_pmd(struct vm_area_struct *vma, unsigned long address);
/* Maps a RAM frame, with its reference: 0, -ENOMEM, or -EBUSY if something
 * is mapped there. */
int page_table_map_page(struct vm_area_struct *vma, unsigned long address,
			struct page *page, int writable, uintptr_t site);
/*
 * Puts @copy in the place of @page, or changes what @page permits; false if
 * something else, or nothing, is mapped there by now: the fault comes again.
 */
bool page_table_replace(struct vm_area_struct *vma, unsigned long address,
			const struct page *page, struct page *copy);
bool page_table_protect(struct vm_area_struct *vma, unsigned long address,
			const struct page *page, bool writable);
/* Drops the entries of pages [first, end) of the file in one mapping. */
void page_table_zap(struct vm_area_struct *vma, pgoff_t first, pgoff_t end,
		    int even_cows);
int page_table_references(const struct page *page);
/* The access that the current task's fault is about is a store. */
void page_table_fault(int is_store);
void page_table_forget_stores(void);

/* ---- handler.c ---- */
/* Whether these handlers can be asked for a PMD, by whatever name. */
int handler_has_pmd(const struct vm_operations_struct *ops);

/* ---- index_radix.c, index_xarray.c ---- */
/* The item that covers *@index or is next behind it; *@index is set to where it
 * starts in the latter case. */
void *index_next(struct address_space *mapping, pgoff_t *index, int tag);

/* ---- hole_page.c ---- */
/* Takes a page out of the cache, if it is there still, and unmaps it. */
void hole_page_remove(struct address_space *mapping, struct page *page);
/* The tail of a page that stays, behind the new end, becomes zeroes. */
void hole_page_zero_tail(struct address_space *mapping, loff_t start);

#endif
