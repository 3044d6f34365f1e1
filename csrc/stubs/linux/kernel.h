/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic and small words that every kernel file takes for granted. */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H

#include <limits.h>
#include <stdarg.h>
#include <linux/types.h>
#include <linux/container_of.h>
#include <linux/compiler.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/log2.h>
#include <linux/printk.h>
#include <linux/bug.h>

#define U8_MAX		((u8)~0U)
#define U16_MAX		((u16)~0U)
#define U32_MAX		((u32)~0U)
#define S32_MAX		((s32)(U32_MAX >> 1))
#define U64_MAX		((u64)~0ULL)
#define S64_MAX		((s64)(U64_MAX >> 1))

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define FIELD_SIZEOF(type, member) (sizeof(((type *)0)->member))

#define __round_mask(x, y)	((__typeof__(x))((y) - 1))
#define round_up(x, y)		((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y)	((x) & ~__round_mask(x, y))
#define __ALIGN_MASK(x, mask)	(((x) + (mask)) & ~(mask))
#define ALIGN(x, a)		__ALIGN_MASK(x, (__typeof__(x))(a) - 1)
#define PTR_ALIGN(p, a)		((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP((unsigned long long)(n), (d))
#define roundup(x, y)		((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y)		((x) - ((x) % (y)))

#define __FAULTLINE_PICK_IN(n, op, x, y) \
	({ __typeof__(x) __FAULTLINE_PASTE(__l, n) = (x); \
	   __typeof__(y) __FAULTLINE_PASTE(__r, n) = (y); \
	   (void)(&__FAULTLINE_PASTE(__l, n) == &__FAULTLINE_PASTE(__r, n)); \
	   __FAULTLINE_PASTE(__l, n) op __FAULTLINE_PASTE(__r, n) ? \
	   __FAULTLINE_PASTE(__l, n) : __FAULTLINE_PASTE(__r, n); })
#define __FAULTLINE_PICK_AS(n, op, type, x, y) \
	({ type __FAULTLINE_PASTE(__l, n) = (x); \
	   type __FAULTLINE_PASTE(__r, n) = (y); \
	   __FAULTLINE_PASTE(__l, n) op __FAULTLINE_PASTE(__r, n) ? \
	   __FAULTLINE_PASTE(__l, n) : __FAULTLINE_PASTE(__r, n); })
#define min(x, y)		__FAULTLINE_PICK_IN(__COUNTER__, <, x, y)
#define max(x, y)		__FAULTLINE_PICK_IN(__COUNTER__, >, x, y)
#define min_t(type, x, y)	__FAULTLINE_PICK_AS(__COUNTER__, <, type, x, y)
#define max_t(type, x, y)	__FAULTLINE_PICK_AS(__COUNTER__, >, type, x, y)
#define min3(x, y, z)		min((__typeof__(x))min(x, y), z)
#define max3(x, y, z)		max((__typeof__(x))max(x, y), z)
#define clamp(v, lo, hi)	min((__typeof__(v))max(v, lo), hi)
#define clamp_t(type, v, lo, hi) min_t(type, max_t(type, v, lo), hi)
#define swap(a, b) \
	do { \
		__typeof__(a) __swapped = (a); \
		(a) = (b); \
		(b) = __swapped; \
	} while (0)
#ifndef abs
#define abs(x)	({ __typeof__(x) __abs = (x); __abs < 0 ? -__abs : __abs; })
#endif

/* Of block numbers: whether one of @len from @start on is @value. */
#define in_range(value, start, len) \
	((u64)(value) - (u64)(start) < (u64)(len))

#define upper_32_bits(n)	((u32)((u64)(n) >> 32))
#define lower_32_bits(n)	((u32)(n))

void might_sleep(void);
#define might_sleep_if(cond)	do { if (cond) might_sleep(); } while (0)
#define might_fault()		might_sleep()
#define cond_resched()		__cond_resched()
int __cond_resched(void);

void panic(const char *format, ...) __noreturn __printf(1, 2);

#ifndef MACHINE_HOST
int snprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);
int sprintf(char *buf, const char *format, ...) __printf(2, 3);
#endif

#endif
