/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The index of a mapping. Items are pages or exceptional entries, told apart by
 * their low bits; an item of a higher order is found under each index that it
 * covers. Changes are made under the mapping's tree_lock.
 */
#ifndef _LINUX_RADIX_TREE_H
#define _LINUX_RADIX_TREE_H

#include <linux/types.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#define RADIX_TREE_EXCEPTIONAL_ENTRY	2
#define RADIX_TREE_EXCEPTIONAL_SHIFT	2
#define RADIX_TREE_MAX_TAGS		3

struct radix_tree_node;

struct radix_tree_root {
	gfp_t gfp_mask;
	struct radix_tree_node *rnode;
	unsigned int object;	/* of the mapping that it belongs to */
};

static inline int radix_tree_exceptional_entry(void *item)
{
	return ((unsigned long)item & RADIX_TREE_EXCEPTIONAL_ENTRY) != 0;
}

#define INIT_RADIX_TREE(root, mask) \
	do { \
		(root)->gfp_mask = (mask); \
		(root)->rnode = NULL; \
	} while (0)

int __radix_tree_insert(struct radix_tree_root *root, unsigned long index,
			unsigned int order, void *item);
int radix_tree_insert(struct radix_tree_root *root, unsigned long index,
		      void *item);
void *__radix_tree_lookup(struct radix_tree_root *root, unsigned long index,
			  struct radix_tree_node **nodep, void ***slotp);
void *radix_tree_lookup(struct radix_tree_root *root, unsigned long index);
void **radix_tree_lookup_slot(struct radix_tree_root *root,
			      unsigned long index);
void *radix_tree_deref_slot(void **slot);
void *radix_tree_deref_slot_protected(void **slot, spinlock_t *lock);
void radix_tree_replace_slot(void **slot, void *item);
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
void *radix_tree_delete_item(struct radix_tree_root *root, unsigned long index,
			     void *item);
void *radix_tree_tag_set(struct radix_tree_root *root, unsigned long index,
			 unsigned int tag);
void *radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index,
			   unsigned int tag);
int radix_tree_tag_get(struct radix_tree_root *root, unsigned long index,
		       unsigned int tag);
int radix_tree_tagged(struct radix_tree_root *root, unsigned int tag);
int radix_tree_preload(gfp_t gfp_mask);
int radix_tree_maybe_preload(gfp_t gfp_mask);
void radix_tree_preload_end(void);

#endif
