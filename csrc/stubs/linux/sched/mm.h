/* SPDX-License-Identifier: GPL-2.0-only */
/* What allocations of a task may do meanwhile: here nothing is reclaimed. */
#ifndef _LINUX_SCHED_MM_H
#define _LINUX_SCHED_MM_H

static inline unsigned int memalloc_nofs_save(void)
{
	return 0;
}

static inline void memalloc_nofs_restore(unsigned int flags)
{
}

#endif
