/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the radix tree: what index_radix.c and index_radix_walk.c share.
 */
#ifndef MEMORY_INDEX_RADIX_INTERNAL_H
#define MEMORY_INDEX_RADIX_INTERNAL_H

#include "core/base.h"
#include <linux/radix-tree.h>

#define NODE_BITS	6
#define NODE_SLOTS	(1u << NODE_BITS)
#define NODE_MASK	(NODE_SLOTS - 1)
#define CHILD		1ul	/* in a slot: what follows is a node */

struct radix_tree_node {
	struct radix_tree_node *parent;
	unsigned int shift;	/* of the index bits that choose a slot */
	unsigned int offset;	/* in the parent */
	unsigned int count;	/* slots in use, siblings included */
	unsigned long first;	/* index of slot 0 */
	u64 siblings;		/* slots that belong to an item before them */
	u64 tags[RADIX_TREE_MAX_TAGS];
	void *slots[NODE_SLOTS];
};

static inline int is_child(const void *item)
{
	return ((unsigned long)item & CHILD) != 0;
}

static inline struct radix_tree_node *child(const void *item)
{
	return (void *)((unsigned long)item & ~CHILD);
}

struct position {
	struct radix_tree_node *node;
	unsigned int offset;	/* of the item's first slot */
	unsigned long index;	/* where the item starts */
};

/* Descends as far as there are nodes. 0 if the tree does not reach @index. */
int radix_descend(const struct radix_tree_root *root, unsigned long index,
		  struct position *at);
/* The item at @index, or NULL. */
void *radix_find(const struct radix_tree_root *root, unsigned long index,
		 struct position *at);
void radix_must_hold_lock(const struct radix_tree_root *root, const char *what,
			  uintptr_t site);

#endif
