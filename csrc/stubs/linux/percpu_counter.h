/* SPDX-License-Identifier: GPL-2.0-only */
/* A counter that is exact here: there is one CPU's worth of it. */
#ifndef _LINUX_PERCPU_COUNTER_H
#define _LINUX_PERCPU_COUNTER_H

#include <linux/types.h>
#include <linux/gfp.h>

struct percpu_counter {
	s64 count;
};

static inline int percpu_counter_init(struct percpu_counter *counter,
				      s64 amount, gfp_t flags)
{
	(void)flags;
	counter->count = amount;
	return 0;
}

static inline void percpu_counter_destroy(struct percpu_counter *counter)
{
	(void)counter;
}

static inline void percpu_counter_set(struct percpu_counter *counter, s64 value)
{
	counter->count = value;
}

static inline void percpu_counter_add(struct percpu_counter *counter, s64 value)
{
	counter->count += value;
}

#define percpu_counter_sub(counter, value) \
	percpu_counter_add(counter, -(value))
#define percpu_counter_inc(counter)		percpu_counter_add(counter, 1)
#define percpu_counter_dec(counter)		percpu_counter_add(counter, -1)
#define percpu_counter_read(counter)		((counter)->count)
#define percpu_counter_sum(counter)		((counter)->count)

static inline s64 percpu_counter_read_positive(struct percpu_counter *counter)
{
	return counter->count < 0 ? 0 : counter->count;
}

#define percpu_counter_sum_positive	percpu_counter_read_positive

#endif
