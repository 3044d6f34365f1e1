/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The index of a mapping before the XArray. Items are pages or exceptional
 * entries, told apart by their low bits; an item of a higher order is found
 * under each index that it covers. Changes are made under the mapping's
 * tree_lock, which is the tree's own xa_lock since i_pages is called that.
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
#if HAVE_I_PAGES
	spinlock_t xa_lock;
#endif
	gfp_t gfp_mask;
	struct radix_tree_node *rnode;
	unsigned int object;	/* of the mapping that it belongs to */
};

static inline int radix_tree_exceptional_entry(void *item)
{
	return ((unsigned long)item & RADIX_TREE_EXCEPTIONAL_ENTRY) != 0;
}

#if HAVE_I_PAGES
#define __radix_tree_init_lock(root)	spin_lock_init(&(root)->xa_lock)
#else
#define __radix_tree_init_lock(root)	do { } while (0)
#endif
#define INIT_RADIX_TREE(root, mask) \
	do { \
		__radix_tree_init_lock(root); \
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

/* The slot is enough: trees since 4.10 say which root it is of, and more. */
void faultline_replace_slot(void **slot, void *item);
#define __FAULTLINE_REPLACE_2(slot, item) \
	faultline_replace_slot(slot, item)
#define __FAULTLINE_REPLACE_3(root, slot, item) \
	faultline_replace_slot(slot, item)
#define __FAULTLINE_REPLACE_N(_1, _2, _3, n, ...)	__FAULTLINE_REPLACE_##n
#define radix_tree_replace_slot(...) \
	__FAULTLINE_REPLACE_N(__VA_ARGS__, 3, 2, )(__VA_ARGS__)
#define __radix_tree_replace(root, node, slot, item, ...) \
	faultline_replace_slot(slot, item)

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
