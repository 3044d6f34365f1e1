// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract where a filesystem has one function for all of it:
 * ->iomap_next() ends a mapping and begins the next, so that begin and end are
 * inlined into it and no table shows them.
 *
 * What it was told of both, and what came of it, is seen from around that call;
 * where the one ends and the other begins, from iomap_iter_continue(), which it
 * asks in between. What must hold: the events are those of a table with two
 * functions, in the same order.
 */
#include "fs/contract_next.h"

#if HAVE_IOMAP_NEXT

#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include <linux/iomap.h>

/* A call of ->iomap_next(), on the stack of who makes it. */
struct next_call {
	const struct iomap_iter *iter;
	struct fl_event *end;	/* an end that has not come back yet */
	uintptr_t site;
	bool begins;
};

static void end_returns(struct next_call *call, int error)
{
	if (!call->end)
		return;
	call->end->result = error;
	call->end = NULL;
	trace(FL_EVENT_END_RETURN, call->iter->inode->object, call->site, 0, 0,
	      0, 0, error);
}

static void note_end(struct next_call *call)
{
	const struct iomap_iter *iter = call->iter;
	ssize_t done = iter->pos - iter->iter_start_pos;
	u64 length = iomap_length_trim(iter, iter->iter_start_pos,
				       iter->len + done);

	call->end = trace(FL_EVENT_END, iter->inode->object, call->site,
			  iter->iter_start_pos, (int64_t)length, iter->flags,
			  done, 0);
}

int contract_next(const struct iomap_ops *ops, uintptr_t site,
		  const struct iomap_iter *iter, struct iomap *iomap,
		  struct iomap *srcmap)
{
	struct next_call call = { .iter = iter, .site = site, .begins = true };
	struct next_call **here = &world->next_calls[task_number()];
	struct next_call *outer = *here;
	int ret;

	if (iomap->length)
		note_end(&call);
	*here = &call;
	ret = ops->iomap_next(iter, iomap, srcmap);
	*here = outer;
	/* One that never asked has ended what it had, or there was nothing. */
	end_returns(&call, ret < 0 ? ret : 0);
	/* Whatever the filesystem does in it, another call is the end. */
	if (call.begins)
		contract_begun(iter->inode, site, iter->pos,
			       (loff_t)iter->len, iter->flags, iomap, true,
			       ret < 0 ? ret : 0);
	return ret;
}

int __real_iomap_iter_continue(const struct iomap_iter *iter,
			       struct iomap *iomap, struct iomap *srcmap,
			       int ret);

int __wrap_iomap_iter_continue(const struct iomap_iter *iter,
			       struct iomap *iomap, struct iomap *srcmap,
			       int ret)
{
	struct next_call *call = world->next_calls[task_number()];

	if (call && call->iter == iter)
		end_returns(call, ret);
	ret = __real_iomap_iter_continue(iter, iomap, srcmap, ret);
	if (call && call->iter == iter)
		call->begins = ret > 0;
	return ret;
}

#endif
