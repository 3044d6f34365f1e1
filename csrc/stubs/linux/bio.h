/* SPDX-License-Identifier: GPL-2.0-only */
/* A file that allocates bios makes a pool of them as it starts. */
#ifndef _LINUX_BIO_H
#define _LINUX_BIO_H

#include <linux/blk_types.h>

#define BIO_POOL_SIZE	2

enum { BIOSET_NEED_BVECS = 1, BIOSET_NEED_RESCUER = 2 };

struct bio_set {
	unsigned int size;
};

static inline int bioset_init(struct bio_set *set, unsigned int size,
			      unsigned int front_pad, int flags)
{
	set->size = size;
	return 0;
}

#endif
