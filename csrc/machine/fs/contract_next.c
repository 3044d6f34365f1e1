// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract where a filesystem has one function for all of it:
 * ->iomap_next() ends a mapping and begins the next. The kernel's header
 * inlines the filesystem's begin and end into it, so that no table shows them.
 * The strict filesystem tells of them itself: they are seen with what they were
 * really told, whatever a patch does to the header.
 *
 * What must hold: the events are those of a table with two functions, made at
 * the call of ->iomap_next().
 */
#include "fs/contract_next.h"

#if HAVE_IOMAP_NEXT

#include "core/schedule.h"
#include "fs/world.h"
#include <linux/iomap.h>

int contract_next(const struct iomap_ops *ops, uintptr_t site,
		  const struct iomap_iter *iter, struct iomap *iomap,
		  struct iomap *srcmap)
{
	uintptr_t *here = &world->next_sites[task_number()];
	uintptr_t outer = *here;
	int ret;

	*here = site;
	ret = ops->iomap_next(iter, iomap, srcmap);
	*here = outer;
	return ret;
}

/* Where ->iomap_next() was called; @otherwise if it was not. */
static uintptr_t site_or(uintptr_t otherwise)
{
	uintptr_t site = world->next_sites[task_number()];

	return site ? site : otherwise;
}

int contract_next_begin(iomap_iter_begin_fn begin, struct inode *inode,
			loff_t pos, loff_t length, unsigned int flags,
			struct iomap *iomap, struct iomap *srcmap)
{
	uintptr_t site = site_or(CALLER);
	int error;

	contract_promises(site, flags, iomap, srcmap);
	error = begin(inode, pos, length, flags, iomap, srcmap);

	contract_begun(inode, site, pos, length, flags, iomap, srcmap, true,
		       error);
	return error;
}

int contract_next_end(iomap_iter_end_fn end, struct inode *inode, loff_t pos,
		      loff_t length, ssize_t written, unsigned int flags,
		      struct iomap *iomap)
{
	uintptr_t site = site_or(CALLER);
	struct fl_event *event = contract_ends(inode, site, pos, length, flags,
					       written);
	int error = end(inode, pos, length, written, flags, iomap);

	contract_ended(event, inode, site, error);
	return error;
}

#endif
