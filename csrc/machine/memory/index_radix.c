// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of a mapping in trees before the XArray: a radix tree of 64 slots a
 * node, which is the machine's own.
 *
 * An item of order 9 takes eight neighbouring slots one level up: the first
 * holds it, the others say that they belong to it. Nodes come from the slab, so
 * that one that is forgotten is a leak, and are freed as soon as they are
 * empty.
 */
#include "memory/index_radix_internal.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "locks/held.h"
#include "memory/index.h"
#include "memory/index_item.h"
#include "memory/shadow.h"
#include "memory/slab.h"
#include <linux/radix-tree.h>
#include <linux/slab.h>

#if !HAVE_XARRAY

/* ---- finding ---- */

/* Descends as far as there are nodes. 0 if the tree does not reach @index. */
int radix_descend(const struct radix_tree_root *root, unsigned long index,
		  struct position *at)
{
	struct radix_tree_node *node = root->rnode;

	if (!node || index >> node->shift >> NODE_BITS)
		return 0;
	for (;;) {
		unsigned int offset = index >> node->shift & NODE_MASK;

		while (node->siblings >> offset & 1)
			offset--;
		at->node = node;
		at->offset = offset;
		at->index = node->first +
			    ((unsigned long)offset << node->shift);
		if (!is_child(node->slots[offset]))
			return 1;
		node = child(node->slots[offset]);
	}
}

void *radix_find(const struct radix_tree_root *root, unsigned long index,
		 struct position *at)
{
	if (indexed && root == index_root(indexed))
		access_note(FL_THING_INDEX, 0, index, index, 0);
	return radix_descend(root, index, at) ?
		at->node->slots[at->offset] : NULL;
}

/* The node and offset that a slot pointer is into, by walking the tree. */
static int find_slot(struct radix_tree_node *node, void **slot,
		     struct position *at)
{
	if (!node)
		return 0;
	if (slot >= node->slots && slot < node->slots + NODE_SLOTS) {
		at->node = node;
		at->offset = slot - node->slots;
		at->index = node->first +
			    ((unsigned long)at->offset << node->shift);
		return 1;
	}
	for (unsigned int i = 0; i < NODE_SLOTS; i++)
		if (is_child(node->slots[i]) &&
		    find_slot(child(node->slots[i]), slot, at))
			return 1;
	return 0;
}

void radix_must_hold_lock(const struct radix_tree_root *root, const char *what,
			  uintptr_t site)
{
	if (indexed && root == index_root(indexed))
		must_hold_index_lock(what, site);
}

void *__radix_tree_lookup(struct radix_tree_root *root, unsigned long index,
			  struct radix_tree_node **nodep, void ***slotp)
{
	struct position at;
	void *item;

	schedule_point(root->object);
	item = radix_find(root, index, &at);
	if (item && slotp)
		*slotp = &at.node->slots[at.offset];
	if (item && nodep)
		*nodep = at.node;
	note_lookup(item, item ? at.index : index, index, CALLER);
	return item;
}

void *radix_tree_lookup(struct radix_tree_root *root, unsigned long index)
{
	struct position at;

	schedule_point(root->object);
	return radix_find(root, index, &at);
}

void **radix_tree_lookup_slot(struct radix_tree_root *root, unsigned long index)
{
	struct position at;

	schedule_point(root->object);
	return radix_find(root, index, &at) ? &at.node->slots[at.offset] : NULL;
}

void *radix_tree_deref_slot(void **slot)
{
	shadow_check(slot, sizeof(*slot), 0, CALLER);
	return READ_ONCE(*slot);
}

void *radix_tree_deref_slot_protected(void **slot, spinlock_t *lock)
{
	shadow_check(slot, sizeof(*slot), 0, CALLER);
	return READ_ONCE(*slot);
}

/* ---- changing ---- */

static struct radix_tree_node *new_node(struct radix_tree_node *parent,
					unsigned int shift, unsigned int offset,
					uintptr_t site)
{
	struct radix_tree_node *node =
		slab_take(sizeof(*node), "radix_tree_node", site);

	node->parent = parent;
	node->shift = shift;
	node->offset = offset;
	if (parent) {
		node->first = parent->first +
			      ((unsigned long)offset << parent->shift);
		parent->slots[offset] = (void *)((unsigned long)node | CHILD);
		parent->count++;
	}
	return node;
}

/* Nodes have been allocated by the preload; without one, each may fail. */
static int may_allocate(uintptr_t site)
{
	if (held_by_me(FL_HELD_PRELOAD))
		return 1;
	return !inject(FL_POINT_ALLOC, site);
}

/* Makes the tree reach @last, and have a node with slots of @shift at it. */
static int make_room(struct radix_tree_root *root, unsigned long index,
		     unsigned long last, unsigned int shift,
		     struct position *at, uintptr_t site)
{
	struct radix_tree_node *node = root->rnode;

	while (!node || node->shift < shift ||
	       last >> node->shift >> NODE_BITS) {
		struct radix_tree_node *top;
		unsigned int height = node ? node->shift + NODE_BITS : shift;

		if (!may_allocate(site))
			return -ENOMEM;
		/* An empty tree starts as high as it has to: no empty child. */
		while (!node && last >> height >> NODE_BITS)
			height += NODE_BITS;
		top = new_node(NULL, height, 0, site);
		if (node) {
			top->slots[0] = (void *)((unsigned long)node | CHILD);
			top->count = 1;
			for (int tag = 0; tag < RADIX_TREE_MAX_TAGS; tag++)
				top->tags[tag] = node->tags[tag] ? 1 : 0;
			node->parent = top;
		}
		root->rnode = node = top;
	}
	while (node->shift > shift) {
		unsigned int offset = index >> node->shift & NODE_MASK;
		void *item = node->slots[offset];

		if (node->siblings >> offset & 1 || (item && !is_child(item)))
			return -EEXIST;
		if (!item && !may_allocate(site))
			return -ENOMEM;
		node = item ? child(item) :
			      new_node(node, node->shift - NODE_BITS, offset,
				       site);
	}
	at->node = node;
	at->offset = index >> shift & NODE_MASK;
	at->index = index;
	return 0;
}

/* Frees nodes that have become empty, from @node up. */
static void prune(struct radix_tree_root *root, struct radix_tree_node *node,
		  uintptr_t site)
{
	while (node && !node->count) {
		struct radix_tree_node *parent = node->parent;

		if (parent) {
			parent->slots[node->offset] = NULL;
			parent->count--;
		} else {
			root->rnode = NULL;
		}
		slab_give(node, site);
		node = parent;
	}
}

static int insert(struct radix_tree_root *root, unsigned long index,
		  unsigned int order, void *item, uintptr_t site)
{
	unsigned int shift = order - order % NODE_BITS;
	unsigned int slots = 1u << (order - shift);
	unsigned long start = index >> order << order;
	struct position at;
	int error;

	error = make_room(root, start, start + (1ul << order) - 1, shift, &at,
			  site);
	for (unsigned int i = 0; !error && i < slots; i++)
		if (at.node->slots[at.offset + i] ||
		    at.node->siblings >> (at.offset + i) & 1)
			error = -EEXIST;
	if (!error) {
		at.node->slots[at.offset] = item;
		at.node->count += slots;
		for (unsigned int i = 1; i < slots; i++)
			at.node->siblings |= 1ull << (at.offset + i);
		note_entry_lock(NULL, item, start, 1, site);
	}
	trace(FL_EVENT_INDEX_INSERT, root->object, site, index, item_kind(item),
	      item_is_locked(item), 0, error);
	return error;
}

int __radix_tree_insert(struct radix_tree_root *root, unsigned long index,
			unsigned int order, void *item)
{
	radix_must_hold_lock(root, "insertion", CALLER);
	schedule_point(root->object);
	return insert(root, index, order, item, CALLER);
}

int radix_tree_insert(struct radix_tree_root *root, unsigned long index,
		      void *item)
{
	radix_must_hold_lock(root, "insertion", CALLER);
	schedule_point(root->object);
	return insert(root, index, 0, item, CALLER);
}

void faultline_replace_slot(void **slot, void *item)
{
	struct radix_tree_root *root = index_root(indexed);
	struct position at;

	shadow_check(slot, sizeof(*slot), 1, CALLER);
	radix_must_hold_lock(root, "replacement", CALLER);
	schedule_point(root->object);
	if (!find_slot(root->rnode, slot, &at)) {
		run_misuse(CALLER, "replacement of a slot that is in no index");
		return;
	}
	note_entry_lock(*slot, item, at.index, 0, CALLER);
	*slot = item;
	trace(FL_EVENT_INDEX_REPLACE, root->object, CALLER, at.index,
	      item_kind(item), item_is_locked(item), 0, 0);
}

static void *delete(struct radix_tree_root *root, unsigned long index,
		    const void *expected, uintptr_t site)
{
	struct position at;
	void *item = radix_find(root, index, &at);

	if (!item || (expected && item != expected))
		return NULL;
	note_entry_removal(item, at.index, site);
	at.node->slots[at.offset] = NULL;
	at.node->count--;
	for (int tag = 0; tag < RADIX_TREE_MAX_TAGS; tag++)
		at.node->tags[tag] &= ~(1ull << at.offset);
	for (unsigned int i = at.offset + 1;
	     i < NODE_SLOTS && at.node->siblings >> i & 1; i++) {
		at.node->siblings &= ~(1ull << i);
		at.node->count--;
	}
	prune(root, at.node, site);
	trace(FL_EVENT_INDEX_DELETE, root->object, site, at.index,
	      item_kind(item), 0, 0, 0);
	return item;
}

void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
	radix_must_hold_lock(root, "deletion", CALLER);
	schedule_point(root->object);
	return delete(root, index, NULL, CALLER);
}

void *radix_tree_delete_item(struct radix_tree_root *root, unsigned long index,
			     void *item)
{
	radix_must_hold_lock(root, "deletion", CALLER);
	schedule_point(root->object);
	return delete(root, index, item, CALLER);
}

#endif
