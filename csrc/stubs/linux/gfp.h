/* SPDX-License-Identifier: GPL-2.0-only */
/* How an allocation may be made. */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/types.h>

#define __GFP_DMA		0x01u
#define __GFP_HIGHMEM		0x02u
#define __GFP_DMA32		0x04u
#define __GFP_MOVABLE		0x08u
#define __GFP_RECLAIMABLE	0x10u
#define __GFP_HIGH		0x20u
#define __GFP_IO		0x40u
#define __GFP_FS		0x80u
#define __GFP_COLD		0x100u
#define __GFP_NOWARN		0x200u
#define __GFP_REPEAT		0x400u
#define __GFP_NOFAIL		0x800u
#define __GFP_NORETRY		0x1000u
#define __GFP_COMP		0x4000u
#define __GFP_ZERO		0x8000u
#define __GFP_NOMEMALLOC	0x10000u
#define __GFP_HARDWALL		0x20000u
#define __GFP_ATOMIC		0x80000u
#define __GFP_ACCOUNT		0x100000u
#define __GFP_NOTRACK		0x200000u
#define __GFP_DIRECT_RECLAIM	0x400000u
#define __GFP_WRITE		0x1000000u
#define __GFP_KSWAPD_RECLAIM	0x2000000u
#define __GFP_BITS_SHIFT	26
#define __GFP_BITS_MASK		((gfp_t)((1 << __GFP_BITS_SHIFT) - 1))
#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

/* Each may do what the one before it may, and something more. */
#define GFP_NOWAIT		__GFP_KSWAPD_RECLAIM
#define GFP_NOIO		(GFP_NOWAIT | __GFP_DIRECT_RECLAIM)
#define GFP_NOFS		(GFP_NOIO | __GFP_IO)
#define GFP_KERNEL		(GFP_NOFS | __GFP_FS)
#define GFP_USER		(GFP_KERNEL | __GFP_HARDWALL)
#define GFP_HIGHUSER		(GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE	(GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_TRANSHUGE \
	(GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOWARN)
#define GFP_KERNEL_ACCOUNT	(GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_ATOMIC		(GFP_NOWAIT | __GFP_HIGH | __GFP_ATOMIC)

#define gfpflags_allow_blocking(flags) (((flags) & __GFP_DIRECT_RECLAIM) != 0)
#define might_alloc(flags)	might_sleep_if(gfpflags_allow_blocking(flags))

struct page;
struct page *alloc_pages(gfp_t flags, unsigned int order);
#define alloc_page(flags)	alloc_pages(flags, 0)
void __free_pages(struct page *page, unsigned int order);
#define __free_page(page)	__free_pages(page, 0)
unsigned long __get_free_pages(gfp_t flags, unsigned int order);
#define __get_free_page(flags)	__get_free_pages(flags, 0)
unsigned long get_zeroed_page(gfp_t flags);
void free_pages(unsigned long address, unsigned int order);
#define free_page(address)	free_pages(address, 0)

#endif
