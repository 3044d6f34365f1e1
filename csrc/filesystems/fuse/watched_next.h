/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Comes before the tree's fs/fuse/dax.c.
 */
#ifndef FUSE_WATCHED_NEXT_H
#define FUSE_WATCHED_NEXT_H

#include <linux/types.h>

/* Who asks is to be seen, and not a header's function that asks for him. */
#if HAVE_FUSE_IDMAP_REQUEST
#include "fs/fuse/fuse_i.h"
#define fuse_simple_request(mount, args) \
	__fuse_simple_request(&invalid_mnt_idmap, mount, args)
#endif

#define WATCHED_BEGIN	fuse_iomap_begin
#define WATCHED_END	fuse_iomap_end
#include "watched_inlined.h"

#endif
