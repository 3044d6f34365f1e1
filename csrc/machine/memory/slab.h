/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.c: objects in the arena.
 */
#ifndef MEMORY_SLAB_H
#define MEMORY_SLAB_H

#include "core/base.h"

void slab_reset(void);

/**
 * slab_take - memory on behalf of a cache
 * @size:  bytes
 * @cache: its name, for reports
 * @site:  who takes it
 *
 * It cannot fail: who calls it has passed its own injection point. kmalloc()
 * and friends are built on it.
 * Return: zeroed memory.
 */
void *slab_take(size_t size, const char *cache, uintptr_t site);
/* The same, full of @fill. */
void *slab_take_full(size_t size, const char *cache, int fill, uintptr_t site);
/* Ends the run if it is no object, or was given back before. */
void slab_give(void *object, uintptr_t site);

uint32_t slab_object(const void *object);	/* FL_OBJECT of an allocation */
size_t slab_size(const void *object);		/* 0 if it is none */
const char *slab_cache(const void *object);	/* NULL if it is none */
int slab_is_in_use(const char *cache);		/* some object is live */

/* What is at an address, in words; the record's sites for call chains. */
int slab_describe(uintptr_t at, char *text, size_t size, uintptr_t *taken,
		  uintptr_t *freed);

/*
 * Audit: this object is still in use by rights (a node of the index, a buffer
 * of the cache, an inode); what an op allocated and nobody vouches for is a
 * leak.
 */
void slab_vouch(const void *object);
void slab_find_leaks(void);

#endif
