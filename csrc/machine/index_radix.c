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
#include "machine.h"
#include "index.h"
#include <linux/radix-tree.h>
#include <linux/slab.h>

#if !HAVE_XARRAY

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

static int is_child(const void *item)
{
	return ((unsigned long)item & CHILD) != 0;
}

static struct radix_tree_node *child(const void *item)
{
	return (void *)((unsigned long)item & ~CHILD);
}

/* ---- finding ---- */

struct position {
	struct radix_tree_node *node;
	unsigned int offset;	/* of the item's first slot */
	unsigned long index;	/* where the item starts */
};

/* Descends as far as there are nodes. 0 if the tree does not reach @index. */
static int descend(const struct radix_tree_root *root, unsigned long index,
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

static void *find(const struct radix_tree_root *root, unsigned long index,
		  struct position *at)
{
	if (indexed && root == index_root(indexed))
		touch(FL_THING_INDEX, 0, index, index, 0);
	return descend(root, index, at) ? at->node->slots[at->offset] : NULL;
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

static void must_hold_lock(const struct radix_tree_root *root,
			   const char *what, uintptr_t site)
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
	item = find(root, index, &at);
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
	return find(root, index, &at);
}

void **radix_tree_lookup_slot(struct radix_tree_root *root, unsigned long index)
{
	struct position at;

	schedule_point(root->object);
	return find(root, index, &at) ? &at.node->slots[at.offset] : NULL;
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
	must_hold_lock(root, "insertion", CALLER);
	schedule_point(root->object);
	return insert(root, index, order, item, CALLER);
}

int radix_tree_insert(struct radix_tree_root *root, unsigned long index,
		      void *item)
{
	must_hold_lock(root, "insertion", CALLER);
	schedule_point(root->object);
	return insert(root, index, 0, item, CALLER);
}

void faultline_replace_slot(void **slot, void *item)
{
	struct radix_tree_root *root = index_root(indexed);
	struct position at;

	shadow_check(slot, sizeof(*slot), 1, CALLER);
	must_hold_lock(root, "replacement", CALLER);
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
	void *item = find(root, index, &at);

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
	must_hold_lock(root, "deletion", CALLER);
	schedule_point(root->object);
	return delete(root, index, NULL, CALLER);
}

void *radix_tree_delete_item(struct radix_tree_root *root, unsigned long index,
			     void *item)
{
	must_hold_lock(root, "deletion", CALLER);
	schedule_point(root->object);
	return delete(root, index, item, CALLER);
}

/* ---- tags ---- */

static void *tag(struct radix_tree_root *root, unsigned long index,
		 unsigned int which, int set, uintptr_t site)
{
	struct position at;
	void *item;

	must_hold_lock(root, "tag change", site);
	schedule_point(root->object);
	item = find(root, index, &at);
	if (!item)
		return NULL;
	if (set)
		at.node->tags[which] |= 1ull << at.offset;
	else
		at.node->tags[which] &= ~(1ull << at.offset);
	trace(FL_EVENT_INDEX_TAG, root->object, site, index, which, set, 0, 0);
	return item;
}

void *radix_tree_tag_set(struct radix_tree_root *root, unsigned long index,
			 unsigned int which)
{
	return tag(root, index, which, 1, CALLER);
}

void *radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index,
			   unsigned int which)
{
	return tag(root, index, which, 0, CALLER);
}

int radix_tree_tag_get(struct radix_tree_root *root, unsigned long index,
		       unsigned int which)
{
	struct position at;

	schedule_point(root->object);
	return find(root, index, &at) &&
	       at.node->tags[which] >> at.offset & 1;
}

int radix_tree_tagged(struct radix_tree_root *root, unsigned int which)
{
	pgoff_t index = 0;

	return index_next(indexed, &index, which) != NULL;
}

/* ---- preload ---- */

/* Memory for an insertion, taken before the locks: no sleep until its end. */
static int preload(gfp_t gfp_mask, uintptr_t site)
{
	int error;

	if (gfpflags_allow_blocking(gfp_mask))
		might_sleep_at(site);
	error = inject(FL_POINT_PRELOAD, site);
	trace(FL_EVENT_PRELOAD, 0, site, 0, 0, 0, 0, error);
	if (error)
		return error;
	preempt_add(1, site);
	held_add(FL_HELD_PRELOAD, 0, 0, FL_MODE_WRITE, 1, site);
	return 0;
}

int radix_tree_preload(gfp_t gfp_mask)
{
	return preload(gfp_mask, CALLER);
}

int radix_tree_maybe_preload(gfp_t gfp_mask)
{
	return preload(gfp_mask, CALLER);
}

void radix_tree_preload_end(void)
{
	if (!held_by_me(FL_HELD_PRELOAD)) {
		run_misuse(CALLER, "end of a preload that was not begun");
		return;
	}
	held_remove(FL_HELD_PRELOAD, 0);
	preempt_add(-1, CALLER);
	trace(FL_EVENT_PRELOAD_END, 0, CALLER, 0, 0, 0, 0, 0);
}

/* ---- walking ---- */

static void *next_in(struct radix_tree_node *node, pgoff_t *index, int which)
{
	for (unsigned int i = 0; i < NODE_SLOTS; i++) {
		unsigned long first = node->first +
				      ((unsigned long)i << node->shift);
		unsigned long end = first + (1ul << node->shift);
		void *item = node->slots[i];

		if (!item)
			continue;
		for (unsigned int j = i + 1;
		     j < NODE_SLOTS && node->siblings >> j & 1; j++)
			end += 1ul << node->shift;
		if (end <= *index)
			continue;
		if (is_child(item)) {
			item = next_in(child(item), index, which);
			if (item)
				return item;
			continue;
		}
		if (which >= 0 && !(node->tags[which] >> i & 1))
			continue;
		*index = max(*index, first);
		return item;
	}
	return NULL;
}

/* Never goes back: for an item that covers *@index, it stays as it is. */
void *index_next(struct address_space *mapping, pgoff_t *index, int which)
{
	struct radix_tree_node *root = index_root(mapping)->rnode;

	if (mapping == indexed)
		touch(FL_THING_INDEX, 0, *index, ~0ull, 0);
	return root ? next_in(root, index, which) : NULL;
}

void *index_get(struct address_space *mapping, pgoff_t index)
{
	struct position at;

	return find(index_root(mapping), index, &at);
}

pgoff_t index_end(struct address_space *mapping, pgoff_t index)
{
	struct position at;
	unsigned int slots = 1;

	descend(index_root(mapping), index, &at);
	while (at.offset + slots < NODE_SLOTS &&
	       at.node->siblings >> (at.offset + slots) & 1)
		slots++;
	return at.index + ((pgoff_t)slots << at.node->shift);
}

int index_is_tagged(struct address_space *mapping, pgoff_t index, int which)
{
	struct position at;

	return find(index_root(mapping), index, &at) &&
		at.node->tags[which] >> at.offset & 1;
}

void index_set_tag(struct address_space *mapping, pgoff_t index, int which,
		   uintptr_t site)
{
	tag(index_root(mapping), index, which, 1, site);
}

unsigned int find_get_entries_tag(struct address_space *mapping, pgoff_t start,
				  int which, unsigned int nr,
				  struct page **entries, pgoff_t *indices)
{
	pgoff_t index = start;
	unsigned int found = 0;

	schedule_point(index_root(mapping)->object);
	while (found < nr) {
		void *item = index_next(mapping, &index, which);

		if (!item)
			break;
		if (!item_is_entry(item))
			get_page(item);
		entries[found] = item;
		indices[found++] = index;
		index = index_end(mapping, index);
	}
	return found;
}

/* ---- audit ---- */

static void vouch(struct radix_tree_node *node)
{
	slab_vouch(node);
	for (unsigned int i = 0; i < NODE_SLOTS; i++)
		if (is_child(node->slots[i]))
			vouch(child(node->slots[i]));
}

void index_vouch(struct address_space *mapping)
{
	if (index_root(mapping)->rnode)
		vouch(index_root(mapping)->rnode);
}

#endif
