/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomics. Tasks switch only inside calls of the machine, so a plain operation
 * is an atomic one; memory ordering is not modelled.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC_LONG_INIT(i)	{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }

#define __FAULTLINE_ATOMIC(name, type, value) \
static inline value name##_read(const type *v) \
{ return READ_ONCE(v->counter); } \
static inline void name##_set(type *v, value i) \
{ WRITE_ONCE(v->counter, i); } \
static inline void name##_add(value i, type *v) { v->counter += i; } \
static inline void name##_sub(value i, type *v) { v->counter -= i; } \
static inline void name##_inc(type *v) { v->counter++; } \
static inline void name##_dec(type *v) { v->counter--; } \
static inline value name##_add_return(value i, type *v) \
{ return v->counter += i; } \
static inline value name##_sub_return(value i, type *v) \
{ return v->counter -= i; } \
static inline value name##_inc_return(type *v) { return ++v->counter; } \
static inline value name##_dec_return(type *v) { return --v->counter; } \
static inline bool name##_dec_and_test(type *v) { return --v->counter == 0; } \
static inline bool name##_inc_and_test(type *v) { return ++v->counter == 0; } \
static inline bool name##_sub_and_test(value i, type *v) \
{ return (v->counter -= i) == 0; } \
static inline bool name##_add_unless(type *v, value a, value u) \
{ if (v->counter == u) return false; v->counter += a; return true; } \
static inline bool name##_inc_not_zero(type *v) \
{ return name##_add_unless(v, 1, 0); } \
static inline value name##_xchg(type *v, value i) \
{ value old = v->counter; v->counter = i; return old; } \
static inline value name##_cmpxchg(type *v, value o, value i) \
{ value old = v->counter; if (old == o) v->counter = i; return old; }

__FAULTLINE_ATOMIC(atomic, atomic_t, int)
__FAULTLINE_ATOMIC(atomic64, atomic64_t, long)
__FAULTLINE_ATOMIC(atomic_long, atomic_long_t, long)

#define xchg(ptr, new) \
	({ __typeof__(*(ptr)) __old = *(ptr); *(ptr) = (new); __old; })
#define cmpxchg(ptr, old, new) \
	({ __typeof__(*(ptr)) __was = *(ptr); \
	   if (__was == (old)) *(ptr) = (new); \
	   __was; })
#define cmpxchg64 cmpxchg

#endif
