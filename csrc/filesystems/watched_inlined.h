/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For what comes before a tree's file whose ->iomap_next() has its begin and end
 * inlined: this is how they are seen all the same. Who includes it says what
 * they are named, WATCHED_BEGIN and WATCHED_END.
 */
#ifndef WATCHED_INLINED_H
#define WATCHED_INLINED_H

#if HAVE_IOMAP_NEXT
#include <linux/uio.h>
#include <linux/iomap.h>

int contract_next_begin(iomap_iter_begin_fn begin, struct inode *inode,
			loff_t pos, loff_t length, unsigned int flags,
			struct iomap *iomap, struct iomap *srcmap);
int contract_next_end(iomap_iter_end_fn end, struct inode *inode, loff_t pos,
		      loff_t length, ssize_t written, unsigned int flags,
		      struct iomap *iomap);

static int WATCHED_BEGIN(struct inode *inode, loff_t pos, loff_t length,
			 unsigned int flags, struct iomap *iomap,
			 struct iomap *srcmap);
static int WATCHED_END(struct inode *inode, loff_t pos, loff_t length,
		       ssize_t written, unsigned int flags,
		       struct iomap *iomap);

static inline int watched_begin(struct inode *inode, loff_t pos, loff_t length,
				unsigned int flags, struct iomap *iomap,
				struct iomap *srcmap)
{
	return contract_next_begin(WATCHED_BEGIN, inode, pos, length, flags,
				   iomap, srcmap);
}

static inline int watched_end(struct inode *inode, loff_t pos, loff_t length,
			      ssize_t written, unsigned int flags,
			      struct iomap *iomap)
{
	return contract_next_end(WATCHED_END, inode, pos, length, written,
				 flags, iomap);
}

#define iomap_iter_next(iter, iomap, srcmap, begin, end) \
	((iomap_iter_next)(iter, iomap, srcmap, watched_begin, \
			   (end) ? watched_end : NULL))
#endif

#endif
