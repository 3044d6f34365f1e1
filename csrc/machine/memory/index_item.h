/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An item of a mapping's index, as a value: an entry of fs/dax.c, or a page.
 */
#ifndef MEMORY_INDEX_ITEM_H
#define MEMORY_INDEX_ITEM_H

#include "core/base.h"
#include <linux/pagemap.h>

/*
 * What fs/dax.c keeps in an entry, from its low end: the names are its own and
 * private to it, the order is the same since there are PMD entries. ZERO goes
 * with or without PMD in trees that map zero pages, and with it in those that
 * have hole pages in the page cache. Where the storage is follows: a sector,
 * and a page frame number since i_pages is called that. Before that, in 4.9,
 * an entry is of one type or the other, and an empty one is of none.
 */
#define ENTRY_LOCKED	(1ul << 0)
#if HAVE_DAX_ENTRY_TYPES
#define ENTRY_PTE	(1ul << 1)
#define ENTRY_PMD	(1ul << 2)
#define ENTRY_ZERO	0ul
#define ENTRY_SHIFT	3
#else
#define ENTRY_PMD	(1ul << 1)
#define ENTRY_ZERO	(1ul << 2)
#define ENTRY_EMPTY	(1ul << 3)
#define ENTRY_SHIFT	4
#endif

/* An item of an index is an entry, or a page. */
static inline int item_is_entry(const void *item)
{
#if HAVE_XARRAY
	return xa_is_value(item);
#else
	return radix_tree_exceptional_entry((void *)item);
#endif
}

static inline unsigned long entry_bits(const void *entry)
{
#if HAVE_XARRAY
	return xa_to_value(entry);
#else
	return (unsigned long)entry >> RADIX_TREE_EXCEPTIONAL_SHIFT;
#endif
}

static inline int entry_is_empty(const void *entry)
{
#if HAVE_DAX_ENTRY_TYPES
	return !(entry_bits(entry) & (ENTRY_PTE | ENTRY_PMD));
#else
	return (entry_bits(entry) & ENTRY_EMPTY) != 0;
#endif
}

static inline int item_is_locked(const void *item)
{
	return item_is_entry(item) && (entry_bits(item) & ENTRY_LOCKED);
}

static inline int item_order(const void *item)
{
	return item_is_entry(item) && (entry_bits(item) & ENTRY_PMD) ?
		PMD_SHIFT - PAGE_SHIFT : 0;
}

#endif
