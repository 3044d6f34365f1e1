/* SPDX-License-Identifier: GPL-2.0-only */
/* The user's buffer of a read() or write(). */
#ifndef _LINUX_UIO_H
#define _LINUX_UIO_H

#include <linux/types.h>
#include <linux/fs.h>

/* Which way the bytes go, by the names that it has had. */
#define ITER_SOURCE	1	/* WRITE: from the user */
#define ITER_DEST	0	/* READ: to the user */

struct iov_iter {
	int type;		/* READ or WRITE */
	size_t iov_offset;	/* bytes done */
	size_t count;		/* bytes left */
	loff_t pos;		/* in the file, of the next byte */
	u8 fill;		/* what the user's buffer is full of */
};

static inline size_t iov_iter_count(const struct iov_iter *iter)
{
	return iter->count;
}

static inline int iov_iter_rw(const struct iov_iter *iter)
{
	return iter->type;
}

static inline void iov_iter_truncate(struct iov_iter *iter, u64 count)
{
	if (iter->count > count)
		iter->count = count;
}

static inline void iov_iter_reexpand(struct iov_iter *iter, size_t count)
{
	iter->count = count;
}

void iov_iter_advance(struct iov_iter *iter, size_t bytes);
void iov_iter_revert(struct iov_iter *iter, size_t bytes);
size_t copy_from_iter(void *to, size_t bytes, struct iov_iter *iter);
size_t copy_from_iter_nocache(void *to, size_t bytes, struct iov_iter *iter);
size_t copy_from_iter_flushcache(void *to, size_t bytes,
				 struct iov_iter *iter);
size_t copy_to_iter(const void *from, size_t bytes, struct iov_iter *iter);
size_t _copy_mc_to_iter(const void *from, size_t bytes, struct iov_iter *iter);
#define _copy_from_iter_flushcache(to, bytes, iter) \
	copy_from_iter_flushcache(to, bytes, iter)
#define copy_to_iter_mcsafe(from, bytes, iter) \
	_copy_mc_to_iter(from, bytes, iter)
size_t iov_iter_zero(size_t bytes, struct iov_iter *iter);

#endif
