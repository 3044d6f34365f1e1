/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comes before the tree's fs/fuse/dax.c. Where ->iomap_next() has fuse's begin
 * and end inlined, this is how they are seen all the same.
 */
#ifndef FUSE_WATCHED_NEXT_H
#define FUSE_WATCHED_NEXT_H

#include <linux/types.h>
#if HAVE_IOMAP_NEXT
#include <linux/uio.h>
#include <linux/iomap.h>

int contract_next_begin(iomap_iter_begin_fn begin, struct inode *inode,
			loff_t pos, loff_t length, unsigned int flags,
			struct iomap *iomap, struct iomap *srcmap);
int contract_next_end(iomap_iter_end_fn end, struct inode *inode, loff_t pos,
		      loff_t length, ssize_t written, unsigned int flags,
		      struct iomap *iomap);

static int fuse_iomap_begin(struct inode *inode, loff_t pos, loff_t length,
			    unsigned int flags, struct iomap *iomap,
			    struct iomap *srcmap);
static int fuse_iomap_end(struct inode *inode, loff_t pos, loff_t length,
			  ssize_t written, unsigned int flags,
			  struct iomap *iomap);

static inline int watched_begin(struct inode *inode, loff_t pos, loff_t length,
				unsigned int flags, struct iomap *iomap,
				struct iomap *srcmap)
{
	return contract_next_begin(fuse_iomap_begin, inode, pos, length, flags,
				   iomap, srcmap);
}

static inline int watched_end(struct inode *inode, loff_t pos, loff_t length,
			      ssize_t written, unsigned int flags,
			      struct iomap *iomap)
{
	return contract_next_end(fuse_iomap_end, inode, pos, length, written,
				 flags, iomap);
}

#define iomap_iter_next(iter, iomap, srcmap, begin, end) \
	((iomap_iter_next)(iter, iomap, srcmap, watched_begin, \
			   (end) ? watched_end : NULL))
#endif

#endif
