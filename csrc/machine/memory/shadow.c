// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shadow of a world's memory, laid out as KASAN's: what may be accessed.
 *
 * It has a byte for eight: 0 all may be accessed, 1 to 7 only so many, more
 * none. The arena is poisoned wherever nothing was taken; RAM pages, the page
 * array and the device are clean unless somebody poisons a part.
 */
#include <string.h>
#include "memory/shadow.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "memory/arena.h"
#include "memory/slab.h"

static int ram_poisoned;

void shadow_reset_all(void)
{
	memset(shadow_of((void *)ARENA_BASE), SHADOW_REDZONE, ARENA_SIZE >> 3);
	memset(shadow_of((void *)PAGES_BASE), 0, PAGES_SIZE >> 3);
	memset(shadow_of((void *)RAM_BASE), 0, RAM_PAGES * 4096ul >> 3);
	memset(shadow_of((void *)DEVICE_BASE), 0, DEVICE_PAGES * 4096ul >> 3);
	ram_poisoned = 0;
}

void shadow_reset(size_t arena, unsigned int ram)
{
	memset(shadow_of((void *)ARENA_BASE), SHADOW_REDZONE, (arena + 7) >> 3);
	if (ram_poisoned)
		memset(shadow_of((void *)RAM_BASE), 0, ram * 4096ul >> 3);
	ram_poisoned = 0;
}

/*
 * A wild access to the shadow itself faults in the gap, at the address of its
 * shadow byte; which address was meant?
 */
uintptr_t shadow_unshadow(uintptr_t at)
{
	return at - SHADOW_GAP_BASE < SHADOW_GAP_SIZE ?
		(at - SHADOW_BASE) << 3 : at;
}

void shadow_unpoison(const void *at, size_t size)
{
	uint8_t *shadow = shadow_of(at);

	memset(shadow, 0, size >> 3);
	if (size & 7)
		shadow[size >> 3] = size & 7;
}

void shadow_poison(const void *at, size_t size, uint8_t why)
{
	memset(shadow_of(at), why, (size + 7) >> 3);
	if ((uintptr_t)at - RAM_BASE < RAM_PAGES * 4096ul)
		ram_poisoned = 1;
}

/* The first byte of a range that may not be accessed, or NULL. */
static const char *first_bad(const char *at, size_t size)
{
	const char *end = at + size;

	while (at < end) {
		uint8_t shadow = *shadow_of(at);
		unsigned int in = (uintptr_t)at & 7;
		uint64_t eight;

		/* Where 64 bytes are to go, look at eight shadows at once. */
		if (!shadow && !in && end - at >= 64) {
			memcpy(&eight, shadow_of(at), sizeof(eight));
			if (!eight) {
				at += 64;
				continue;
			}
		}
		if (!shadow || shadow == SHADOW_WATCHED) {
			at += 8 - in;
			continue;
		}
		if (shadow >= 8 || in >= shadow)
			return at;
		at++;
	}
	return NULL;
}

int shadow_is_clean(const void *at, size_t size)
{
	return !first_bad(at, size);
}

void shadow_check_range(const void *at, size_t size, int write, uintptr_t site)
{
	const char *bad;
	char what[128];
	uintptr_t taken, freed;
	int is_freed;

	/* What is not ours to shadow faults by itself when it is wrong. */
	if ((uintptr_t)at >= 1ul << 47)
		return;
	bad = first_bad(at, size);
	if (!bad) {
		access_watched(at, size, write);
		return;
	}
	is_freed = *shadow_of(bad) == SHADOW_FREED;
	if (slab_describe((uintptr_t)bad, what, sizeof(what), &taken, &freed)) {
		stack_note_site(taken, "allocated here");
		if (freed)
			stack_note_site(freed, "freed here");
	}
	run_end(is_freed ? FL_END_USE_AFTER_FREE : FL_END_OVERRUN, site,
		"%s of %zu bytes: %s", write ? "write" : "read", size, what);
}
