/* SPDX-License-Identifier: GPL-2.0-only */
/* Nobody but the page tables keeps translations, so nobody is notified. */
#ifndef _LINUX_MMU_NOTIFIER_H
#define _LINUX_MMU_NOTIFIER_H

#include <linux/mm_types.h>

struct mmu_notifier_range {
	unsigned long start;
	unsigned long end;
};

#define mmu_notifier_invalidate_range(mm, start, end) \
	((void)(mm), (void)(start), (void)(end))
#define mmu_notifier_invalidate_range_start(...)	((void)0)
#define mmu_notifier_invalidate_range_end(...)		((void)0)

#endif
