/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The index of a mapping, whatever it is made of: index.c has what all share,
 * index_radix.c and index_xarray.c the two kinds.
 */
#ifndef INDEX_H
#define INDEX_H

#include "memory.h"
#include <linux/pagemap.h>

#if HAVE_I_PAGES
#define index_root(mapping)	(&(mapping)->i_pages)
#define index_lock(mapping)	(&(mapping)->i_pages.xa_lock)
#else
#define index_root(mapping)	(&(mapping)->page_tree)
#define index_lock(mapping)	(&(mapping)->tree_lock)
#endif

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

/* ---- index.c ---- */
extern struct address_space *indexed;	/* the file's */

enum fl_entry_kind item_kind(const void *item);
/* The lock of the entry at @index, which is where it starts. */
uint32_t entry_object(unsigned long index);
/* An entry's lock goes from what was in its slot to what is in it now. */
void note_entry_lock(const void *old, const void *new, unsigned long index,
		     int is_new, uintptr_t site);
/* The same for one that is taken out. */
void note_entry_removal(const void *item, unsigned long index, uintptr_t site);
/* @item, which starts at @start, was found by looking up @index. */
void note_lookup(const void *item, unsigned long start, unsigned long index,
		 uintptr_t site);
void must_hold_index_lock(const char *what, uintptr_t site);

/* ---- index_radix.c, index_xarray.c ---- */
/* The item at @index, or NULL: for the machine, which need not be traced. */
void *index_get(struct address_space *mapping, pgoff_t index);
/* The index behind the item at @index: behind all that it covers. */
pgoff_t index_end(struct address_space *mapping, pgoff_t index);
int index_is_tagged(struct address_space *mapping, pgoff_t index, int tag);
void index_set_tag(struct address_space *mapping, pgoff_t index, int tag,
		   uintptr_t site);
/* Before each run. */
void xarray_reset(void);
/* Audit: the memory of the index itself is in use by rights. */
void index_vouch(struct address_space *mapping);

#endif
