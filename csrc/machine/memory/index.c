// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of a mapping: what is the same for a radix tree and an XArray.
 *
 * This is where the machine sees DAX entries being locked and unlocked: an
 * entry is locked from the store that puts its lock bit into a slot to the one
 * that takes it out, whoever makes them.
 */
#include "memory/index.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include "locks/held.h"
#include "locks/lock_class.h"
#include "memory/index_item.h"
#include "memory/index_tree.h"
#include "memory/page.h"
#include <linux/dax.h>
#include <linux/writeback.h>

#ifdef RADIX_DAX_PMD
#define SAME(theirs, bit) \
	_Static_assert((theirs) == (bit) << RADIX_TREE_EXCEPTIONAL_SHIFT, \
		       "entries are what index.h says")
SAME(RADIX_DAX_ENTRY_LOCK, ENTRY_LOCKED);
SAME(RADIX_DAX_PMD, ENTRY_PMD);
SAME(RADIX_DAX_EMPTY, ENTRY_EMPTY);
#endif

struct address_space *indexed;
static uint32_t entry_class;

void index_open(struct address_space *mapping)
{
	indexed = mapping;
	entry_class = lock_class("dax entry");
#if HAVE_XARRAY
	xarray_reset();
#endif
}

enum fl_entry_kind item_kind(const void *item)
{
	unsigned long bits;

	if (!item)
		return FL_ENTRY_NONE;
	if (!item_is_entry(item))
		return FL_ENTRY_PAGE;
	bits = entry_bits(item);
	if (bits & ENTRY_ZERO)
		return bits & ENTRY_PMD ? FL_ENTRY_HUGE_ZERO :
					  FL_ENTRY_ZERO_PAGE;
	if (entry_is_empty(item))
		return bits & ENTRY_PMD ? FL_ENTRY_EMPTY_PMD :
					  FL_ENTRY_EMPTY_PTE;
	return bits & ENTRY_PMD ? FL_ENTRY_PMD : FL_ENTRY_PTE;
}

uint32_t entry_object(unsigned long index)
{
	return FL_OBJECT(FL_OBJECT_ENTRY, index & 0xffffff);
}

void note_entry_lock(const void *old, const void *new, unsigned long index,
		     int is_new, uintptr_t site)
{
	uint32_t object = entry_object(index);

	if (item_is_locked(old) && !item_is_locked(new))
		held_remove(FL_HELD_ENTRY, object);
	else if (!item_is_locked(old) && item_is_locked(new))
		held_add(FL_HELD_ENTRY, object, entry_class, FL_MODE_WRITE,
			 is_new, site);
}

void note_entry_removal(const void *item, unsigned long index, uintptr_t site)
{
	uint32_t object = entry_object(index);

	/* Who removes an unlocked entry has waited until it was that. */
	if (item_is_entry(item) && !item_is_locked(item))
		held_add(FL_HELD_ENTRY, object, entry_class, FL_MODE_WRITE, 0,
			 site);
	if (item_is_entry(item))
		held_remove(FL_HELD_ENTRY, object);
}

void note_lookup(const void *item, unsigned long start, unsigned long index,
		 uintptr_t site)
{
	int locked = item_is_locked(item);

	task_saw_locked_entry(locked ? entry_object(start) : 0, index);
	trace(FL_EVENT_INDEX_LOOKUP, indexed->object, site, index,
	      item_kind(item), locked, 0, 0);
}

void must_hold_index_lock(const char *what, uintptr_t site)
{
	if (!held_in(index_lock(indexed), sizeof(spinlock_t)))
		run_misuse(site, "index %s without its lock", what);
}

/* ---- for writeback ---- */

void tag_pages_for_writeback(struct address_space *mapping, pgoff_t start,
			     pgoff_t end)
{
	pgoff_t index = start;

	spin_lock_irq(index_lock(mapping));
	for (;;) {
		void *item = index_next(mapping, &index, PAGECACHE_TAG_DIRTY);

		if (!item || index > end)
			break;
		index_set_tag(mapping, index, PAGECACHE_TAG_TOWRITE, CALLER);
		index = index_end(mapping, index);
	}
	spin_unlock_irq(index_lock(mapping));
}

/* ---- audit ---- */

int64_t entry_block(const void *entry)
{
	unsigned long where = entry_bits(entry) >> ENTRY_SHIFT;

#if HAVE_I_PAGES
	return (int64_t)(where - DEVICE_PFN(0));
#else
	return (int64_t)(where >> SECTORS_SHIFT);
#endif
}

u32 index_list(struct address_space *mapping, struct fl_entry *entries, u32 max)
{
	pgoff_t index = 0;
	u32 found = 0;
	void *item;

	index_vouch(mapping);
	while ((item = index_next(mapping, &index, -1))) {
		enum fl_entry_kind kind = item_kind(item);

		if (found < max)
			entries[found] = (struct fl_entry){
				.index = index,
				.kind = kind,
				.locked = item_is_locked(item),
				.dirty = index_is_tagged(mapping, index,
							 PAGECACHE_TAG_DIRTY),
				.device_block = kind == FL_ENTRY_PTE ||
						kind == FL_ENTRY_PMD ?
					entry_block(item) : -1,
			};
		found++;
		index = index_end(mapping, index);
	}
	return found;
}
