// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract between a filesystem and the code above it, watched from
 * between.
 *
 * A filesystem's operations are a constant table in the slice. Once in the
 * life of an image each table is made writable and its functions are replaced
 * by ones that note the call and make it: whoever calls through the table is
 * seen, on whatever path, and the slice needs no hook for it.
 * From 7.2 on a table can have one function instead of two: contract_next.c.
 */
#define _GNU_SOURCE
#include "fs/contract.h"
#include "fs/contract_next.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/trace.h"
#include "fs/filesystem.h"
#include "fs/world.h"
#include <linux/iomap.h>
#include <linux/kernel.h>
#include <sys/mman.h>

/* Those with a name, and those that are seen where they are handed over. */
#define TABLES_MAX	6

static struct iomap_ops wrapped[TABLES_MAX];	/* as the slice has them */

/* Later kernels ask for a source to copy from, too. */
#if HAVE_IOMAP_SRCMAP
#define SRCMAP_PARAMETER	, struct iomap *srcmap
#define SRCMAP			, srcmap
#define SRCMAP_OR_NULL		srcmap
#else
#define SRCMAP_PARAMETER
#define SRCMAP
#define SRCMAP_OR_NULL		NULL
#endif

/* Kernels number the types in two ways; the trace does in one. */
static int64_t type_of(const struct iomap *iomap)
{
	switch (iomap->type) {
	case IOMAP_HOLE:
		return 1;
	case IOMAP_DELALLOC:
		return 2;
	case IOMAP_MAPPED:
		return 3;
	case IOMAP_UNWRITTEN:
		return 4;
	default:
		return 5;	/* in the inode */
	}
}

/* So do they with the flags: of these, only IOMAP_F_NEW is looked at. */
static int64_t flags_of(const struct iomap *iomap)
{
	return (iomap->flags & ~(IOMAP_F_NEW | 1u)) |
	       (iomap->flags & IOMAP_F_NEW ? 1 : 0);
}

void contract_begun(const struct inode *inode, uintptr_t site, loff_t pos,
		    loff_t length, unsigned int flags,
		    const struct iomap *iomap, const struct iomap *source,
		    bool has_end, int error)
{
	trace(FL_EVENT_BEGIN, inode->object, site, pos, length, flags,
	      !has_end, error);
	if (error)
		return;
	trace(FL_EVENT_MAP, inode->object, site, iomap->offset,
	      (int64_t)iomap->length, type_of(iomap), flags_of(iomap), 0);
	if (source && source->type != IOMAP_HOLE)
		trace(FL_EVENT_SOURCE, inode->object, site, source->offset,
		      (int64_t)source->length, type_of(source), 0, 0);
}

struct fl_event *contract_ends(const struct inode *inode, uintptr_t site,
			       loff_t pos, loff_t length, unsigned int flags,
			       ssize_t written)
{
	return trace(FL_EVENT_END, inode->object, site, pos, length, flags,
		     written, 0);
}

void contract_ended(struct fl_event *event, const struct inode *inode,
		    uintptr_t site, int error)
{
	event->result = error;
	trace(FL_EVENT_END_RETURN, inode->object, site, 0, 0, 0, 0, error);
}

#if HAVE_IOMAP_BEGIN
#if HAVE_IOMAP_ITER
/* A filesystem may leave alone what it has nothing to say about. */
static int is_fresh(const struct iomap *iomap)
{
	return !iomap->offset && !iomap->length && !iomap->flags &&
		(!iomap->type || iomap->type == IOMAP_HOLE);
}

/* The current op calls a fault handler, if anything. */
static int is_in_fault(void)
{
	uint32_t op = task_me()->op;

	return op < run.asked->nr_ops && run.asked->ops[op].kind < FL_OP_WRITE;
}

/*
 * What iomap_iter() and its callers promise of what begin is given: maps that
 * say nothing of an earlier round, and by the flags who asks.
 */
void contract_promises(uintptr_t site, unsigned int flags,
		       const struct iomap *iomap, const struct iomap *srcmap)
{
	if (!is_fresh(iomap))
		run_warn(site, "iomap_begin() is given a used iomap");
	if (srcmap && !is_fresh(srcmap))
		run_warn(site, "iomap_begin() is given a used srcmap");
	if (is_in_fault() && !(flags & IOMAP_FAULT))
		run_warn(site, "iomap_begin() of a fault without IOMAP_FAULT");
#ifdef IOMAP_DAX
	if (!(flags & (IOMAP_DAX | IOMAP_REPORT)))
		run_warn(site, "iomap_begin() of a DAX file without IOMAP_DAX");
#endif
}
#else
#define contract_promises(...)	do { } while (0)
#endif

static int begin(const struct iomap_ops *ops, uintptr_t site,
		 struct inode *inode, loff_t pos, loff_t length,
		 unsigned int flags, struct iomap *iomap SRCMAP_PARAMETER)
{
	int error;

	contract_promises(site, flags, iomap, SRCMAP_OR_NULL);
	error = ops->iomap_begin(inode, pos, length, flags, iomap SRCMAP);
	contract_begun(inode, site, pos, length, flags, iomap, SRCMAP_OR_NULL,
		       ops->iomap_end, error);
	return error;
}

static int end(const struct iomap_ops *ops, uintptr_t site,
	       struct inode *inode, loff_t pos, loff_t length,
	       ssize_t written, unsigned int flags, struct iomap *iomap)
{
	struct fl_event *event = contract_ends(inode, site, pos, length, flags,
					       written);
	int error = ops->iomap_end(inode, pos, length, written, flags, iomap);

	contract_ended(event, inode, site, error);
	return error;
}

#define WATCHED_PAIR(n)							\
static int begin_##n(struct inode *inode, loff_t pos, loff_t length,	\
		     unsigned int flags,				\
		     struct iomap *iomap SRCMAP_PARAMETER)		\
{									\
	return begin(&wrapped[n], CALLER, inode, pos, length, flags,	\
		     iomap SRCMAP);					\
}									\
static int end_##n(struct inode *inode, loff_t pos, loff_t length,	\
		   ssize_t written, unsigned int flags,			\
		   struct iomap *iomap)					\
{									\
	return end(&wrapped[n], CALLER, inode, pos, length, written,	\
		   flags, iomap);					\
}
#define PAIR(n)	.iomap_begin = begin_##n, .iomap_end = end_##n,
#else
#define WATCHED_PAIR(n)
#define PAIR(n)
#endif

#if HAVE_IOMAP_NEXT
#define WATCHED_NEXT(n)							\
static int next_##n(const struct iomap_iter *iter, struct iomap *iomap,	\
		    struct iomap *srcmap)				\
{									\
	return contract_next(&wrapped[n], CALLER, iter, iomap, srcmap);	\
}
#define NEXT(n)	.iomap_next = next_##n,
#else
#define WATCHED_NEXT(n)
#define NEXT(n)
#endif

#define WATCHED(n)	WATCHED_PAIR(n) WATCHED_NEXT(n)

WATCHED(0)
WATCHED(1)
WATCHED(2)
WATCHED(3)
WATCHED(4)
WATCHED(5)

static const struct iomap_ops watching[TABLES_MAX] = {
	{ PAIR(0) NEXT(0) },
	{ PAIR(1) NEXT(1) },
	{ PAIR(2) NEXT(2) },
	{ PAIR(3) NEXT(3) },
	{ PAIR(4) NEXT(4) },
	{ PAIR(5) NEXT(5) },
};

static void watch(const struct iomap_ops *table)
{
	static unsigned int nr_watched;
	struct iomap_ops *ops = (struct iomap_ops *)table;
	uintptr_t page = (uintptr_t)ops & PAGE_MASK;
	uintptr_t behind = ALIGN((uintptr_t)(ops + 1), PAGE_SIZE);
	unsigned int n = nr_watched++;

	if (n == TABLES_MAX)
		run_end(FL_END_LIMIT, 0, "more than %d tables of operations",
			TABLES_MAX);
	wrapped[n] = *ops;
	if (mprotect((void *)page, behind - page, PROT_READ | PROT_WRITE))
		run_end(FL_END_LIMIT, 0, "cannot watch a table of operations");
#if HAVE_IOMAP_BEGIN
	if (ops->iomap_begin)
		ops->iomap_begin = watching[n].iomap_begin;
	/* A filesystem without an end has nothing to give back. */
	if (ops->iomap_end)
		ops->iomap_end = watching[n].iomap_end;
#endif
#if HAVE_IOMAP_NEXT
	if (ops->iomap_next)
		ops->iomap_next = watching[n].iomap_next;
#endif
}

void contract_open(void)
{
	static int done;

	if (done)
		return;
	done = 1;
	for (uint32_t fs = 0; fs < FL_FS_KINDS; fs++)
		for (int i = 0; filesystem_of(fs) && i < FILESYSTEM_TABLES; i++)
			if (filesystem_of(fs)->tables[i])
				watch(filesystem_of(fs)->tables[i]);
}

void contract_watch(const struct iomap_ops *ops)
{
	static const struct iomap_ops *known[FL_FS_KINDS];

	if (ops == known[world->fs])
		return;
	if (known[world->fs])
		run_end(FL_END_LIMIT, 0, "a second table of operations");
	known[world->fs] = ops;
	watch(ops);
}
