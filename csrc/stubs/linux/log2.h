/* SPDX-License-Identifier: GPL-2.0-only */
/* Powers of two. */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/types.h>

#define ilog2(n)	(63 - __builtin_clzll((unsigned long long)(n)))
#define is_power_of_2(n) \
	({ unsigned long __pow = (n); __pow && !(__pow & (__pow - 1)); })
#define roundup_pow_of_two(n) \
	((n) <= 1 ? 1UL : 1UL << (ilog2((unsigned long)(n) - 1) + 1))
#define rounddown_pow_of_two(n)	(1UL << ilog2(n))
#define order_base_2(n)	((n) > 1 ? ilog2((n) - 1) + 1 : 0)

#endif
