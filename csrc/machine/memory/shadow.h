/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shadow.c: which bytes of a world may be accessed.
 */
#ifndef MEMORY_SHADOW_H
#define MEMORY_SHADOW_H

#include "core/base.h"

#define SHADOW_BASE	0x7fff8000ul
#define SHADOW_SIZE	(1ul << 44)

#define SHADOW_REDZONE	0xfa
#define SHADOW_FREED	0xfd
/* Fine to access, but somebody wants to know: see access_watch(). */
#define SHADOW_WATCHED	0xf1

/* The shadow of the shadow: nobody has any business there. */
#define SHADOW_GAP_BASE	((SHADOW_BASE >> 3) + SHADOW_BASE)
#define SHADOW_GAP_SIZE	(SHADOW_SIZE >> 3)

static inline uint8_t *shadow_of(const void *at)
{
	return (uint8_t *)(((uintptr_t)at >> 3) + SHADOW_BASE);
}

/*
 * Before each run: @arena bytes and @ram pages of RAM were used by the last
 * one. shadow_reset_all() is for when that is not known.
 */
void shadow_reset(size_t arena, unsigned int ram);
void shadow_reset_all(void);

void shadow_poison(const void *at, size_t size, uint8_t why);
void shadow_unpoison(const void *at, size_t size);
int shadow_is_clean(const void *at, size_t size);

/* The address whose shadow byte is at @at, if that is in the gap, else @at. */
uintptr_t shadow_unshadow(uintptr_t at);

void shadow_check_range(const void *at, size_t size, int write,
			uintptr_t site);

/**
 * shadow_check - check an access made on the slice's behalf
 * @at:	   first byte
 * @size:  bytes
 * @write: whether they are written
 * @site:  who asked for it
 *
 * Ends the run if one of the bytes may not be accessed.
 */
static inline void shadow_check(const void *at, size_t size, int write,
				uintptr_t site)
{
	/* A whole word, all of it accessible. */
	if (size <= 8 && !((uintptr_t)at & 7) &&
	    (uintptr_t)at < 1ul << 47 && !*shadow_of(at))
		return;
	shadow_check_range(at, size, write, site);
}

#endif
