/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * index_radix_walk.c or index_xarray.c: what the machine asks of the tree that
 * a mapping's index is, and need not be traced.
 */
#ifndef MEMORY_INDEX_TREE_H
#define MEMORY_INDEX_TREE_H

#include "core/base.h"
#include <linux/pagemap.h>

/* The item at @index, or NULL. */
void *index_get(struct address_space *mapping, pgoff_t index);
/* The item that covers *@index or is next behind it; *@index is set to where it
 * starts in the latter case. */
void *index_next(struct address_space *mapping, pgoff_t *index, int tag);
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
