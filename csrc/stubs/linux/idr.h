/* SPDX-License-Identifier: GPL-2.0-only */
/* Pointers by small numbers; who fills one in does so beforehand. */
#ifndef _LINUX_IDR_H
#define _LINUX_IDR_H

#include <linux/types.h>

#define IDR_MAX		4

struct idr {
	void *entries[IDR_MAX];
};

static inline void *idr_find(const struct idr *idr, unsigned long id)
{
	return id < IDR_MAX ? idr->entries[id] : NULL;
}

static inline void *idr_get_next(struct idr *idr, int *id)
{
	for (; *id < IDR_MAX; ++*id)
		if (idr->entries[*id])
			return idr->entries[*id];
	return NULL;
}

#define idr_for_each_entry(idr, entry, id) \
	for (id = 0; ((entry) = idr_get_next(idr, &(id))) != NULL; ++id)

#endif
