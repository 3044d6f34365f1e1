/* SPDX-License-Identifier: GPL-2.0-only */
/* A batch of pages or entries. */
#ifndef _LINUX_PAGEVEC_H
#define _LINUX_PAGEVEC_H

#define PAGEVEC_SIZE	14

struct page;

struct pagevec {
	unsigned long nr;
	unsigned long cold;
	struct page *pages[PAGEVEC_SIZE];
};

static inline void pagevec_init(struct pagevec *batch, int cold)
{
	batch->nr = 0;
	batch->cold = cold;
}

#endif
