/* SPDX-License-Identifier: GPL-2.0-only */
/* Times stand still: nothing that is judged depends on one. */
#ifndef _LINUX_TIME_H
#define _LINUX_TIME_H

#ifndef MACHINE_HOST
struct timespec {
	long tv_sec, tv_nsec;
};
#endif

#endif
