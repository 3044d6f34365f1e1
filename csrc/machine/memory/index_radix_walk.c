// SPDX-License-Identifier: GPL-2.0-only
/*
 * The radix tree beyond lookup and change: tags, the preload of nodes, and
 * walking from item to item, for writeback, truncation and the audit.
 *
 * A walk notes all slots from where it starts: who adds an item behind it
 * changes what it finds.
 */
#include "memory/index_tree.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "locks/held.h"
#include "locks/preempt.h"
#include "memory/index.h"
#include "memory/index_item.h"
#include "memory/index_radix_internal.h"
#include "memory/slab.h"
#include <linux/radix-tree.h>

#if !HAVE_XARRAY

/* ---- tags ---- */

static void *tag(struct radix_tree_root *root, unsigned long index,
		 unsigned int which, int set, uintptr_t site)
{
	struct position at;
	void *item;

	radix_must_hold_lock(root, "tag change", site);
	schedule_point(root->object);
	item = radix_find(root, index, &at);
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
	return radix_find(root, index, &at) &&
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

/* The slot that @index is in, or belongs to; the first one if it is before. */
static unsigned int slot_of(const struct radix_tree_node *node, pgoff_t index)
{
	pgoff_t offset = index > node->first ?
		(index - node->first) >> node->shift : 0;

	if (offset >= NODE_SLOTS)
		return NODE_SLOTS;
	while (node->siblings >> offset & 1)
		offset--;
	return offset;
}

static void *next_in(struct radix_tree_node *node, pgoff_t *index, int which)
{
	for (unsigned int i = slot_of(node, *index); i < NODE_SLOTS; i++) {
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
		access_note(FL_THING_INDEX, 0, *index, ~0ull, 0);
	return root ? next_in(root, index, which) : NULL;
}

void *index_get(struct address_space *mapping, pgoff_t index)
{
	struct position at;

	return radix_find(index_root(mapping), index, &at);
}

pgoff_t index_end(struct address_space *mapping, pgoff_t index)
{
	struct position at;
	unsigned int slots = 1;

	radix_descend(index_root(mapping), index, &at);
	while (at.offset + slots < NODE_SLOTS &&
	       at.node->siblings >> (at.offset + slots) & 1)
		slots++;
	return at.index + ((pgoff_t)slots << at.node->shift);
}

int index_is_tagged(struct address_space *mapping, pgoff_t index, int which)
{
	struct position at;

	return radix_find(index_root(mapping), index, &at) &&
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
