/* SPDX-License-Identifier: GPL-2.0-only */
/* A batch of folios. No file here is read by way of one. */
#ifndef _LINUX_FOLIO_BATCH_H
#define _LINUX_FOLIO_BATCH_H

#define FOLIO_BATCH_SIZE	15

struct folio;

struct folio_batch {
	unsigned char nr;
	struct folio *folios[FOLIO_BATCH_SIZE];
};

static inline void folio_batch_init(struct folio_batch *batch)
{
	batch->nr = 0;
}

static inline void folio_batch_reinit(struct folio_batch *batch)
{
	batch->nr = 0;
}

static inline unsigned int folio_batch_count(const struct folio_batch *batch)
{
	return batch->nr;
}

static inline void folio_batch_release(struct folio_batch *batch)
{
	batch->nr = 0;
}

#endif
