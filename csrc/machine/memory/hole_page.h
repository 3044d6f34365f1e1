/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hole_page.c: pages of the cache that stand for a hole.
 */
#ifndef MEMORY_HOLE_PAGE_H
#define MEMORY_HOLE_PAGE_H

#include "core/base.h"
#include <linux/fs.h>

/* Takes a page out of the cache, if it is there still, and unmaps it. */
void hole_page_remove(struct address_space *mapping, struct page *page);
/* The tail of a page that stays, behind the new end, becomes zeroes. */
void hole_page_zero_tail(struct address_space *mapping, loff_t start);

#endif
