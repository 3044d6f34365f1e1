/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contract_next.c: a begin and an end that are inlined into iomap_next() are
 * seen.
 */
#ifndef FS_CONTRACT_NEXT_H
#define FS_CONTRACT_NEXT_H

#include "core/base.h"
#include <linux/fs.h>

struct iomap;
struct iomap_iter;
struct iomap_ops;

/* Makes the call, whose begin and end are noted as made at @site. */
int contract_next(const struct iomap_ops *ops, uintptr_t site,
		  const struct iomap_iter *iter, struct iomap *iomap,
		  struct iomap *srcmap);

/* Called by what the filesystem has inlined there. */
int contract_next_begin(int (*begin)(struct inode *inode, loff_t pos,
				     loff_t length, unsigned int flags,
				     struct iomap *iomap, struct iomap *srcmap),
			struct inode *inode, loff_t pos, loff_t length,
			unsigned int flags, struct iomap *iomap,
			struct iomap *srcmap);
int contract_next_end(int (*end)(struct inode *inode, loff_t pos, loff_t length,
				 ssize_t written, unsigned int flags,
				 struct iomap *iomap),
		      struct inode *inode, loff_t pos, loff_t length,
		      ssize_t written, unsigned int flags, struct iomap *iomap);

/* What begin is promised of what it is given is so; @srcmap may be NULL. */
void contract_promises(uintptr_t site, unsigned int flags,
		       const struct iomap *iomap, const struct iomap *srcmap);
/*
 * contract.c: a begin, what it answered, what that is copied from (NULL for
 * nothing), and whether an end is to come.
 */
void contract_begun(const struct inode *inode, uintptr_t site, loff_t pos,
		    loff_t length, unsigned int flags,
		    const struct iomap *iomap, const struct iomap *source,
		    bool has_end, int error);
/* ... and an end, with what it was told and, once that is known, its result. */
struct fl_event *contract_ends(const struct inode *inode, uintptr_t site,
			       loff_t pos, loff_t length, unsigned int flags,
			       ssize_t written);
void contract_ended(struct fl_event *event, const struct inode *inode,
		    uintptr_t site, int error);

#endif
