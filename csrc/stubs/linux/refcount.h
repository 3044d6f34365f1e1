/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts of references: atomics that say so when a count goes wrong. Who counts
 * up from 0, or down from it, uses what is freed.
 */
#ifndef _LINUX_REFCOUNT_H
#define _LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)	{ .refs = ATOMIC_INIT(n) }

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return atomic_read(&r->refs);
}

static inline void refcount_inc(refcount_t *r)
{
	WARN(atomic_inc_return(&r->refs) <= 1,
	     "refcount_t: addition on 0; use-after-free.\n");
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	return atomic_inc_not_zero(&r->refs);
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	int left = atomic_dec_return(&r->refs);

	WARN(left < 0, "refcount_t: underflow; use-after-free.\n");
	return left == 0;
}

static inline void refcount_dec(refcount_t *r)
{
	WARN(atomic_dec_return(&r->refs) <= 0,
	     "refcount_t: decrement hit 0; leaking memory.\n");
}

#endif
