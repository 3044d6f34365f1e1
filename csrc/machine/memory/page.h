/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page.c: page frames.
 */
#ifndef MEMORY_PAGE_H
#define MEMORY_PAGE_H

#include "core/base.h"
#include "memory/arena.h"

struct page;

/* Page frame numbers: RAM from 0, the device behind it, aligned as its
 * blocks are. */
#define DEVICE_PFN(block)	((unsigned long)RAM_PAGES + (block))

/* The page array of a new world. */
void page_open(void);
/* A RAM frame with one reference. */
struct page *page_take(uintptr_t site);
void page_drop(struct page *page, uintptr_t site);
void page_lock_at(struct page *page, uintptr_t site);
/* Locks one that nobody else knows of yet. */
void page_lock_new(struct page *page, uintptr_t site);
void page_unlock_at(struct page *page, uintptr_t site);
int page_is_ram(const struct page *page);
int page_is_device(const struct page *page);
/* Frames of the device that the slice may write to from now on. */
void page_give_out(unsigned long pfn, unsigned long count);
/* Where these frames end; all of them are from @from on. */
unsigned long page_given_out(unsigned long *from);
struct page *page_huge_zero(void);
/* Whether it stands for zeroes, and has no memory of its own. */
int page_is_zeroes(const struct page *page);
void page_find_leaks(void);

#endif
