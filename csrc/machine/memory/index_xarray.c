// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of a mapping in trees that have the XArray: lib/xarray.c is the
 * tree's own, and the machine looks over its shoulder. The linker sends what
 * is called of it (wrapped.txt) through here. What lib/xarray.c calls of itself
 * on the way is not looked at.
 *
 * A lookup, a store or a mark is one step: tasks switch before it, never in it.
 */
#include "memory/index_tree.h"
#include "core/access_set.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "memory/index.h"
#include "memory/index_item.h"
#include "memory/slab.h"
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#if HAVE_XARRAY

void *__real_xas_load(struct xa_state *xas);
void *__real_xas_store(struct xa_state *xas, void *item);
void *__real_xas_find(struct xa_state *xas, unsigned long max);
void *__real_xas_find_marked(struct xa_state *xas, unsigned long max,
			     xa_mark_t mark);
void *__real_xas_find_conflict(struct xa_state *xas);
void __real_xas_set_mark(const struct xa_state *xas, xa_mark_t mark);
void __real_xas_clear_mark(const struct xa_state *xas, xa_mark_t mark);

void *__wrap_xas_load(struct xa_state *xas);
void *__wrap_xas_store(struct xa_state *xas, void *item);
void *__wrap_xas_find(struct xa_state *xas, unsigned long max);
void *__wrap_xas_find_marked(struct xa_state *xas, unsigned long max,
			     xa_mark_t mark);
void *__wrap_xas_find_conflict(struct xa_state *xas);
void __wrap_xas_set_mark(const struct xa_state *xas, xa_mark_t mark);
void __wrap_xas_clear_mark(const struct xa_state *xas, xa_mark_t mark);

/* ---- nodes ---- */

/* What lib/xarray.c has of lib/radix-tree.c: where its nodes come from. */
struct kmem_cache *radix_tree_node_cachep;
void radix_tree_node_rcu_free(struct rcu_head *head);

/* A node that is in no tree: nothing in it, on no list. */
static void empty_node(void *object)
{
	struct xa_node *node = object;

	*node = (struct xa_node){ .shift = 0 };
	INIT_LIST_HEAD(&node->private_list);
}

void radix_tree_node_rcu_free(struct rcu_head *head)
{
	struct xa_node *node = container_of(head, struct xa_node, rcu_head);

	empty_node(node);
	kmem_cache_free(radix_tree_node_cachep, node);
}

static int make_node_cache(void)
{
	radix_tree_node_cachep =
		kmem_cache_create("radix_tree_node", sizeof(struct xa_node), 0,
				  SLAB_PANIC | SLAB_RECLAIM_ACCOUNT,
				  empty_node);
	return 0;
}
core_initcall(make_node_cache);

/* ---- lib/xarray.c itself ---- */

/* Set while one of its functions runs: see xarray_reset(). */
static int is_inside;

#define REAL(call) \
	({ int was_inside = is_inside; \
	   is_inside = 1; \
	   __typeof__(call) result = (call); \
	   is_inside = was_inside; \
	   result; })

static int is_watched(const struct xa_state *xas)
{
	return !is_inside && indexed && xas->xa == &indexed->i_pages;
}

/* A run may have ended in there. */
void xarray_reset(void)
{
	is_inside = 0;
}

/* ---- looking up ---- */

/*
 * What is found, nothing included, depends on all slots that are looked at: up
 * to @last, and on those of the order that is asked for.
 */
static void look(const struct xa_state *xas, unsigned long last)
{
	unsigned long covered = (xas->xa_sibs + 1ul) << xas->xa_shift;
	unsigned long first = xas->xa_index & ~(covered - 1);

	access_note(FL_THING_INDEX, 0, first, max(last, first + covered - 1),
		    0);
}

/* What the XArray says about itself is no item. */
static const void *item_of(const void *found)
{
	return xa_is_internal(found) ? NULL : found;
}

static unsigned long start_of(const void *item, unsigned long index)
{
	return index >> item_order(item) << item_order(item);
}

static void found(const struct xa_state *xas, const void *item,
		  unsigned long index, uintptr_t site)
{
	item = item_of(item);
	note_lookup(item, start_of(item, xas->xa_index), index, site);
}

void *__wrap_xas_load(struct xa_state *xas)
{
	void *item;

	if (!is_watched(xas))
		return __real_xas_load(xas);
	schedule_point(indexed->object);
	look(xas, xas->xa_index);
	item = REAL(__real_xas_load(xas));
	found(xas, item, xas->xa_index, CALLER);
	return item;
}

void *__wrap_xas_find_conflict(struct xa_state *xas)
{
	unsigned long index = xas->xa_index;
	void *item;

	if (!is_watched(xas))
		return __real_xas_find_conflict(xas);
	schedule_point(indexed->object);
	look(xas, index);
	item = REAL(__real_xas_find_conflict(xas));
	found(xas, item, index, CALLER);
	return item;
}

/* A walk: one lookup for each item, at its own index. */
void *__wrap_xas_find(struct xa_state *xas, unsigned long max)
{
	void *item;

	if (!is_watched(xas))
		return __real_xas_find(xas, max);
	schedule_point(indexed->object);
	look(xas, max);
	item = REAL(__real_xas_find(xas, max));
	if (item)
		found(xas, item, xas->xa_index, CALLER);
	return item;
}

void *__wrap_xas_find_marked(struct xa_state *xas, unsigned long max,
			     xa_mark_t mark)
{
	void *item;

	if (!is_watched(xas))
		return __real_xas_find_marked(xas, max, mark);
	schedule_point(indexed->object);
	look(xas, max);
	item = REAL(__real_xas_find_marked(xas, max, mark));
	if (item)
		found(xas, item, xas->xa_index, CALLER);
	return item;
}

/* ---- changing ---- */

static void note_store(const struct xa_state *xas, const void *old,
		       const void *new, uintptr_t site)
{
	uint32_t object = indexed->object;
	unsigned long index = start_of(new ? new : old, xas->xa_index);
	int error = xas_error(xas);

	old = item_of(old);
	if (error) {
		trace(FL_EVENT_INDEX_INSERT, object, site, index,
		      item_kind(new), item_is_locked(new), 0, error);
		return;
	}
	if (!old && !new)
		return;
	if (!new) {
		note_entry_removal(old, index, site);
		trace(FL_EVENT_INDEX_DELETE, object, site, index,
		      item_kind(old), 0, 0, 0);
		return;
	}
	note_entry_lock(old, new, index, !old, site);
	trace(old ? FL_EVENT_INDEX_REPLACE : FL_EVENT_INDEX_INSERT, object,
	      site, index, item_kind(new), item_is_locked(new), 0, 0);
}

void *__wrap_xas_store(struct xa_state *xas, void *item)
{
	void *old;

	if (!is_watched(xas))
		return __real_xas_store(xas, item);
	must_hold_index_lock("store", CALLER);
	schedule_point(indexed->object);
	old = REAL(__real_xas_store(xas, item));
	note_store(xas, old, item, CALLER);
	return old;
}

static void mark(const struct xa_state *xas, xa_mark_t mark, int set,
		 uintptr_t site)
{
	if (is_watched(xas)) {
		must_hold_index_lock("mark", site);
		schedule_point(indexed->object);
		trace(FL_EVENT_INDEX_TAG, indexed->object, site, xas->xa_index,
		      mark, set, 0, 0);
	}
	if (set)
		__real_xas_set_mark(xas, mark);
	else
		__real_xas_clear_mark(xas, mark);
}

void __wrap_xas_set_mark(const struct xa_state *xas, xa_mark_t which)
{
	mark(xas, which, 1, CALLER);
}

void __wrap_xas_clear_mark(const struct xa_state *xas, xa_mark_t which)
{
	mark(xas, which, 0, CALLER);
}

/* ---- for the machine ---- */

void *index_get(struct address_space *mapping, pgoff_t index)
{
	XA_STATE(xas, &mapping->i_pages, index);

	if (mapping == indexed)
		look(&xas, index);
	return REAL(__real_xas_load(&xas));
}

void *index_next(struct address_space *mapping, pgoff_t *index, int which)
{
	XA_STATE(xas, &mapping->i_pages, *index);
	void *item;

	if (mapping == indexed)
		look(&xas, ~0ul);
	item = which < 0 ? REAL(__real_xas_find(&xas, ~0ul)) :
		REAL(__real_xas_find_marked(&xas, ~0ul, (xa_mark_t)which));
	if (item)
		*index = xas.xa_index;
	return item;
}

pgoff_t index_end(struct address_space *mapping, pgoff_t index)
{
	unsigned int order = item_order(index_get(mapping, index));

	return ((index >> order) + 1) << order;
}

int index_is_tagged(struct address_space *mapping, pgoff_t index, int which)
{
	XA_STATE(xas, &mapping->i_pages, index);

	if (mapping == indexed)
		look(&xas, index);
	REAL(__real_xas_load(&xas));
	return xas_get_mark(&xas, (xa_mark_t)which);
}

void index_set_tag(struct address_space *mapping, pgoff_t index, int which,
		   uintptr_t site)
{
	XA_STATE(xas, &mapping->i_pages, index);

	REAL(__real_xas_load(&xas));
	mark(&xas, (xa_mark_t)which, 1, site);
}

static void vouch(const void *at)
{
	const struct xa_node *node;

	if (!xa_is_node(at))
		return;
	node = xa_to_node(at);
	slab_vouch(node);
	for (unsigned int i = 0; i < XA_CHUNK_SIZE; i++)
		vouch(node->slots[i]);
}

void index_vouch(struct address_space *mapping)
{
	vouch(mapping->i_pages.xa_head);
}

#endif
