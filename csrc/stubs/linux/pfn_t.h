/* SPDX-License-Identifier: GPL-2.0-only */
/* A page frame number with flags: whether it is a device's, and has a page. */
#ifndef _LINUX_PFN_T_H
#define _LINUX_PFN_T_H

#include <linux/mm.h>

#define PFN_FLAGS_SHIFT	58
#define PFN_SG_CHAIN	(1ULL << 58)
#define PFN_SG_LAST	(1ULL << 59)
#define PFN_DEV		(1ULL << 60)
#define PFN_MAP		(1ULL << 61)
#define PFN_FLAGS_MASK	(PFN_SG_CHAIN | PFN_SG_LAST | PFN_DEV | PFN_MAP)

static inline unsigned long pfn_t_to_pfn(pfn_t pfn)
{
	return pfn.val & ~PFN_FLAGS_MASK;
}

static inline bool pfn_t_devmap(pfn_t pfn)
{
	return (pfn.val & (PFN_DEV | PFN_MAP)) == (PFN_DEV | PFN_MAP);
}

static inline bool pfn_t_has_page(pfn_t pfn)
{
	return (pfn.val & PFN_MAP) || !(pfn.val & PFN_DEV);
}

static inline pfn_t __pfn_to_pfn_t(unsigned long pfn, u64 flags)
{
	return (pfn_t){ pfn | flags };
}

static inline pfn_t pfn_to_pfn_t(unsigned long pfn)
{
	return __pfn_to_pfn_t(pfn, 0);
}

static inline pfn_t page_to_pfn_t(struct page *page)
{
	return __pfn_to_pfn_t(page_to_pfn(page), 0);
}

static inline struct page *pfn_t_to_page(pfn_t pfn)
{
	return pfn_to_page(pfn_t_to_pfn(pfn));
}

#endif
