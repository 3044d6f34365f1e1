/* SPDX-License-Identifier: GPL-2.0-only */
/* A batch of pages or entries. */
#ifndef _LINUX_PAGEVEC_H
#define _LINUX_PAGEVEC_H

#include <linux/folio_batch.h>

#define PAGEVEC_SIZE	14

struct page;

struct pagevec {
	unsigned long nr;
	struct page *pages[PAGEVEC_SIZE];
};

/* Up to 4.14 with a second argument: whether its pages are cold. */
#define pagevec_init(batch, ...)	((void)((batch)->nr = 0))

static inline unsigned int pagevec_count(const struct pagevec *batch)
{
	return batch->nr;
}

#endif
