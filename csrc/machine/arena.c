// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of a world: regions at fixed addresses, and their KASAN shadow.
 *
 * Fixed addresses make a run the same in every process. Images that live in
 * one process (the working copy and variants) share the regions, one run at a
 * time; a page at REGISTRY_BASE says who used them last. What a run touches is
 * put back before the next one, and nothing else: no system call is needed
 * unless another image was there in between.
 *
 * The shadow has a byte for eight: 0 all may be accessed, 1 to 7 only so many,
 * more none. The arena is poisoned wherever nothing was taken.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "run.h"

#define SHADOW_SIZE	(1ul << 44)
/* The shadow of the shadow: nobody has any business there. */
#define GAP_BASE	((SHADOW_BASE >> 3) + SHADOW_BASE)
#define GAP_SIZE	(SHADOW_SIZE >> 3)
#define REGISTRY_BASE	(ARENA_BASE - 0x10000)
#define REGISTRY_MAGIC	0x66617561746c6c6eull

/* Shared by all images of the process, whatever their age: never reordered. */
struct registry {
	uint64_t magic;
	int running;
	const void *last_user;
};

#define registry ((struct registry *)REGISTRY_BASE)

static size_t used;			/* bytes of the arena */
static unsigned int nr_ram;
static int ram_poisoned;
static int foreign;
static int never_reset = 1;
static int opened;

/*
 * A wild access to the shadow itself faults in the gap, at the address of its
 * shadow byte; which address was meant?
 */
uintptr_t shadow_unshadow(uintptr_t at)
{
	return at - GAP_BASE < GAP_SIZE ? (at - SHADOW_BASE) << 3 : at;
}

/* Reserves a region; 1 if it is new, 0 if another image already has it. */
static int reserve(uintptr_t base, size_t size)
{
	void *got = mmap((void *)base, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			 MAP_FIXED_NOREPLACE, -1, 0);

	if (got == (void *)base) {
		madvise(got, size, MADV_DONTDUMP);
		return 1;
	}
	if (got == MAP_FAILED && errno == EEXIST)
		return 0;
	host_die("cannot reserve the address space of a world");
}

void arena_open(void)
{
	if (opened)
		return;
	opened = 1;
	if (!reserve(REGISTRY_BASE, 4096)) {
		if (registry->magic != REGISTRY_MAGIC)
			host_die("the address space of a world is taken");
		return;
	}
	registry->magic = REGISTRY_MAGIC;
	if (!reserve(SHADOW_BASE, SHADOW_SIZE) ||
	    !reserve(ARENA_BASE, ARENA_SIZE) ||
	    !reserve(PAGES_BASE, PAGES_SIZE) ||
	    !reserve(RAM_BASE, RAM_PAGES * 4096ul) ||
	    !reserve(DEVICE_BASE, DEVICE_PAGES * 4096ul) ||
	    !reserve(STACKS_BASE, TASK_SLOTS * (STACK_SIZE + 4096)))
		host_die("the address space of a world is taken");
	mprotect((void *)GAP_BASE, GAP_SIZE, PROT_NONE);
	for (unsigned int slot = 0; slot < TASK_SLOTS; slot++)
		mprotect((void *)(stack_bottom(slot) - 4096), 4096, PROT_NONE);
}

int host_claim(void)
{
	return !__atomic_exchange_n(&registry->running, 1, __ATOMIC_ACQUIRE);
}

void host_release(void)
{
	__atomic_store_n(&registry->running, 0, __ATOMIC_RELEASE);
}

/* Another image was here: nothing is known of what it left. */
static void reset_all(void)
{
	madvise((void *)PAGES_BASE, PAGES_SIZE, MADV_DONTNEED);
	madvise((void *)RAM_BASE, RAM_PAGES * 4096ul, MADV_DONTNEED);
	madvise((void *)DEVICE_BASE, DEVICE_PAGES * 4096ul, MADV_DONTNEED);
	memset(shadow_of((void *)ARENA_BASE), SHADOW_REDZONE, ARENA_SIZE >> 3);
	memset(shadow_of((void *)PAGES_BASE), 0, PAGES_SIZE >> 3);
	memset(shadow_of((void *)RAM_BASE), 0, RAM_PAGES * 4096ul >> 3);
	memset(shadow_of((void *)DEVICE_BASE), 0, DEVICE_PAGES * 4096ul >> 3);
}

int arena_reset(void)
{
	foreign = never_reset || registry->last_user != (const void *)&used;
	if (foreign) {
		never_reset = 0;
		registry->last_user = &used;
		reset_all();
	} else {
		memset(shadow_of((void *)ARENA_BASE), SHADOW_REDZONE,
		       (used + 7) >> 3);
		if (ram_poisoned)
			memset(shadow_of((void *)RAM_BASE), 0,
			       nr_ram * 4096ul >> 3);
	}
	device_reset(foreign);
	used = 0;
	nr_ram = 0;
	ram_poisoned = 0;
	return foreign;
}

int arena_was_foreign(void)
{
	return foreign;
}

size_t arena_used(void)
{
	return used;
}

void *arena_take(size_t size, size_t align)
{
	size_t at = (used + align - 1) & ~(align - 1);
	void *taken = (char *)ARENA_BASE + at;

	/* 16 bytes stay poisoned behind whatever is taken last. */
	if (size > ARENA_SIZE || at + size + 16 > ARENA_SIZE)
		run_end(FL_END_LIMIT, 0, "a world needs more than %lu bytes",
			ARENA_SIZE);
	used = at + size;
	memset(taken, 0, size);
	shadow_unpoison(taken, size);
	return taken;
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
		footprint_watched(at, size, write);
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

int ram_page_take(void)
{
	return nr_ram == RAM_PAGES ? -1 : (int)nr_ram++;
}

void *ram_page_address(unsigned int index)
{
	return (char *)RAM_BASE + index * 4096ul;
}
