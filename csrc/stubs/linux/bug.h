/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assertions. The condition travels as text, so that a report can name it; the
 * "once" flags are statics of the slice, and so are put back with each world.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/compiler.h>

void faultline_bug(const char *condition) __noreturn __cold;
void faultline_warn(const char *format, ...) __cold __printf(1, 2);

#define BUG()		faultline_bug("BUG()")
#define BUG_ON(condition) \
	do { if (unlikely(condition)) faultline_bug(#condition); } while (0)

#define __FAULTLINE_WARN(condition, n, ...) \
	({ int __FAULTLINE_PASTE(__warn, n) = !!(condition); \
	   if (unlikely(__FAULTLINE_PASTE(__warn, n))) \
		faultline_warn(__VA_ARGS__); \
	   unlikely(__FAULTLINE_PASTE(__warn, n)); })
#define __FAULTLINE_WARN_ONCE(condition, n, ...) \
	({ static bool __FAULTLINE_PASTE(__once, n); \
	   int __FAULTLINE_PASTE(__warn, n) = !!(condition); \
	   if (unlikely(__FAULTLINE_PASTE(__warn, n)) && \
	       !__FAULTLINE_PASTE(__once, n)) { \
		__FAULTLINE_PASTE(__once, n) = true; \
		faultline_warn(__VA_ARGS__); \
	   } \
	   unlikely(__FAULTLINE_PASTE(__warn, n)); })

#define WARN_ON(condition) \
	__FAULTLINE_WARN(condition, __COUNTER__, "%s", #condition)
#define WARN_ON_ONCE(condition) \
	__FAULTLINE_WARN_ONCE(condition, __COUNTER__, "%s", #condition)
#define WARN(condition, ...) \
	__FAULTLINE_WARN(condition, __COUNTER__, __VA_ARGS__)
#define WARN_ONCE(condition, ...) \
	__FAULTLINE_WARN_ONCE(condition, __COUNTER__, __VA_ARGS__)
#define WARN_TAINT(condition, taint, ...) WARN(condition, __VA_ARGS__)

#define VM_BUG_ON(condition)			BUG_ON(condition)
#define VM_BUG_ON_VMA(condition, vma)		BUG_ON(condition)
#define VM_BUG_ON_PAGE(condition, page)		BUG_ON(condition)
#define VM_BUG_ON_FOLIO(condition, folio)	BUG_ON(condition)
#define VM_WARN_ON_ONCE(condition)		WARN_ON_ONCE(condition)

#define BUILD_BUG_ON(condition)	_Static_assert(!(condition), #condition)
#define BUILD_BUG_ON_MSG(condition, text) _Static_assert(!(condition), text)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) \
	BUILD_BUG_ON((n) == 0 || ((n) & ((n) - 1)) != 0)
#define BUILD_BUG()		BUILD_BUG_ON(1)

#include <linux/types.h>

#endif
