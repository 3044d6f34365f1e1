/* SPDX-License-Identifier: GPL-2.0-only */
/* Persistent memory: what reaches it, and when. */
#ifndef _LINUX_PMEM_H
#define _LINUX_PMEM_H

#include <linux/types.h>

#ifndef __pmem
#define __pmem
#endif

struct iov_iter;

size_t copy_from_iter_pmem(void *to, size_t bytes, struct iov_iter *iter);
void clear_pmem(void *at, size_t size);
void memcpy_to_pmem(void *to, const void *from, size_t size);
void wb_cache_pmem(void *at, size_t size);
void invalidate_pmem(void *at, size_t size);
void wmb_pmem(void);

#endif
