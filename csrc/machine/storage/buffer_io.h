/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buffer_io.c: buffers are read in and written out.
 */
#ifndef STORAGE_BUFFER_IO_H
#define STORAGE_BUFFER_IO_H

#include "core/base.h"
#include "core/access_set.h"
#include <linux/bitops.h>
#include <linux/buffer_head.h>

/* It holds what the device does, and memory pressure has not dropped it. */
static inline int buffer_is_uptodate(const struct buffer_head *bh)
{
	return test_bit(BH_Uptodate, &bh->b_state) &&
		!test_bit(BH_Dropped, &bh->b_state);
}

/* The same where it is not under a lock that others respect. */
static inline int buffer_looks_uptodate(const struct buffer_head *bh)
{
	access_note(FL_THING_BUFFER, bh->object, 0, 0, 0);
	return buffer_is_uptodate(bh);
}

/* Fills a buffer from the device; 0 or a negative errno. */
int buffer_read_in(struct buffer_head *bh, uintptr_t site);
/* No longer among those that an fsync of some file has to write. */
void buffer_dissociate(struct buffer_head *bh);

#endif
