/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * index.c: the index of a mapping, whatever it is made of.
 */
#ifndef MEMORY_INDEX_H
#define MEMORY_INDEX_H

#include "core/base.h"
#include <linux/pagemap.h>

#if HAVE_I_PAGES
#define index_root(mapping)	(&(mapping)->i_pages)
#define index_lock(mapping)	(&(mapping)->i_pages.xa_lock)
#else
#define index_root(mapping)	(&(mapping)->page_tree)
#define index_lock(mapping)	(&(mapping)->tree_lock)
#endif

extern struct address_space *indexed;	/* the file's */

void index_open(struct address_space *mapping);
/* Slots in use, ascending; how many there are, at most @max written. */
u32 index_list(struct address_space *mapping, struct fl_entry *entries,
	       u32 max);

enum fl_entry_kind item_kind(const void *item);
/* The first device block of an entry of storage. */
int64_t entry_block(const void *entry);
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

#endif
