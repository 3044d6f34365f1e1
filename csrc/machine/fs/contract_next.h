/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contract_next.c: calls of iomap_next() are seen as an end and a begin.
 */
#ifndef FS_CONTRACT_NEXT_H
#define FS_CONTRACT_NEXT_H

#include "core/base.h"
#include <linux/fs.h>

struct iomap;
struct iomap_iter;
struct iomap_ops;

/* Makes the call and notes it. */
int contract_next(const struct iomap_ops *ops, uintptr_t site,
		  const struct iomap_iter *iter, struct iomap *iomap,
		  struct iomap *srcmap);

/* contract.c: a begin, what it answered, and whether an end is to come. */
void contract_begun(const struct inode *inode, uintptr_t site, loff_t pos,
		    loff_t length, unsigned int flags,
		    const struct iomap *iomap, bool has_end, int error);

#endif
