/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of a page frame, in page.flags. */
#ifndef _LINUX_PAGE_FLAGS_H
#define _LINUX_PAGE_FLAGS_H

#include <linux/bitops.h>
#include <linux/mm_types.h>

#define PG_locked	0
#define PG_uptodate	3
#define PG_dirty	4
#define PG_head		6

#define PageLocked(page)	test_bit(PG_locked, &(page)->flags)
#define PageUptodate(page)	test_bit(PG_uptodate, &(page)->flags)
#define SetPageUptodate(page)	set_bit(PG_uptodate, &(page)->flags)
#define __SetPageUptodate(page)	__set_bit(PG_uptodate, &(page)->flags)
#define PageDirty(page)		test_bit(PG_dirty, &(page)->flags)
#define PageHead(page)		test_bit(PG_head, &(page)->flags)
#define ClearPageHead(page)	clear_bit(PG_head, &(page)->flags)
#define __folio_mark_uptodate(folio)	__SetPageUptodate(&(folio)->page)

/*
 * In page.mapping: a device's page that files share. The tree has one of the
 * two names, and its own type for it.
 */
#define PAGE_MAPPING_DAX_COW	0x1
#define PAGE_MAPPING_DAX_SHARED	((void *)0x1)

#endif
