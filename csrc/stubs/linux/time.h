/* SPDX-License-Identifier: GPL-2.0-only */
/* Times stand still: nothing that is judged depends on one. */
#ifndef _LINUX_TIME_H
#define _LINUX_TIME_H

#include <linux/types.h>

typedef s64 time64_t;

#ifndef MACHINE_HOST
struct timespec {
	long tv_sec, tv_nsec;
};
#endif

/* With 64 bits, one and the same; older code knows only the other name. */
#define timespec64	timespec

#define ktime_get_real_seconds()	((time64_t)0)

#endif
