/* SPDX-License-Identifier: GPL-2.0-only */
/* Page frame numbers, and addresses as them. */
#ifndef _LINUX_PFN_H
#define _LINUX_PFN_H

#include <linux/types.h>

/* A page frame number with flags: see pfn_t.h. */
typedef struct { u64 val; } pfn_t;

#define PFN_ALIGN(x)	(((unsigned long)(x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PFN_UP(x)	(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)	((x) >> PAGE_SHIFT)
#define PFN_PHYS(x)	((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x)	((unsigned long)((x) >> PAGE_SHIFT))

#endif
