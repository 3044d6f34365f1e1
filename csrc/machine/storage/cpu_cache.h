/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu_cache.c: what stores have left in the caches of the CPU.
 */
#ifndef STORAGE_CPU_CACHE_H
#define STORAGE_CPU_CACHE_H

#include "core/base.h"

#define NO_PGOFF	UINT64_MAX

void cpu_cache_reset(void);

/**
 * cpu_cache_store - bytes of the device are written by a plain store
 * @at, @size: where; elsewhere than on the device nothing is noted
 * @pgoff:     page of the file for a store through a mapping, else NO_PGOFF
 */
void cpu_cache_store(const void *at, size_t size, uint64_t pgoff);

/* A load or store begins: what the kernel copies from here on is for it. */
void cpu_cache_access_begins(void);

/* A store to @page under MAP_SYNC is made: notes what was copied to it only. */
void cpu_cache_sync_store(const void *page, uint64_t pgoff);

/* The lines of [@at, @at + @size) are written back. */
void cpu_cache_flush(const void *at, size_t size);

/* A call that must write back what was stored before it begins, or fail. */
void cpu_cache_sync_begins(uint64_t first, uint64_t last);
void cpu_cache_sync_ends(int succeeded);

/* Pages from @pgoff on, up to @end, are the file's no longer. */
void cpu_cache_forget(uint64_t pgoff, uint64_t end);
/* Blocks are nobody's any more: a store can still come before they are unmapped. */
void cpu_cache_forget_blocks(uint32_t block, uint32_t count);

/* At the end of a run: notes what is still there. */
void cpu_cache_audit(void);

#endif
