// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of a world: regions at fixed addresses.
 *
 * Fixed addresses make a run the same in every process. Images that live in
 * one process (the working copy and variants) share the regions, one run at a
 * time; a page at REGISTRY_BASE says who used them last. What a run touches is
 * put back before the next one, and nothing else: no system call is needed
 * unless another image was there in between.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "memory/arena.h"
#include "core/host.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/wall.h"
#include "fs/world.h"
#include "memory/shadow.h"
#include "storage/device.h"

#define REGISTRY_BASE	(ARENA_BASE - 0x10000)
#define REGISTRY_MAGIC	0x66617561746c6c6eull

/* Shared by all images of the process, whatever their age: never reordered. */
struct registry {
	uint64_t magic;
	int running;
	int key;			/* see core/wall.h */
	const void *last_user;
};

#define registry ((struct registry *)REGISTRY_BASE)

static size_t used;			/* bytes of the arena */
static unsigned int nr_ram;
static int foreign;
static int never_reset = 1;
static int opened;

/* Reserves a region; 1 if it is new, 0 if another image already has it. */
static int reserve(uintptr_t base, size_t size)
{
	void *got = mmap((void *)base, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			 MAP_FIXED_NOREPLACE, -1, 0);

	if (got == (void *)base) {
		madvise(got, size, MADV_DONTDUMP);
		wall_take(got, size);
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
		if (registry->key)
			wall_key(registry->key);
		return;
	}
	registry->magic = REGISTRY_MAGIC;
	registry->key = wall_key(0);
	wall_take(registry, HOST_PAGE);
	if (!reserve(SHADOW_BASE, SHADOW_SIZE) ||
	    !reserve(ARENA_BASE, ARENA_SIZE) ||
	    !reserve(PAGES_BASE, PAGES_SIZE) ||
	    !reserve(RAM_BASE, RAM_PAGES * 4096ul) ||
	    !reserve(DEVICE_BASE, DEVICE_PAGES * 4096ul) ||
	    !reserve(STACKS_BASE, TASK_SLOTS * (STACK_SIZE + 4096)))
		host_die("the address space of a world is taken");
	mprotect((void *)SHADOW_GAP_BASE, SHADOW_GAP_SIZE, PROT_NONE);
	for (unsigned int slot = 0; slot < TASK_SLOTS; slot++)
		mprotect((void *)(stack_bottom(slot) - 4096), 4096, PROT_NONE);
}

int arena_claim(void)
{
	return !__atomic_exchange_n(&registry->running, 1, __ATOMIC_ACQUIRE);
}

void arena_release(void)
{
	__atomic_store_n(&registry->running, 0, __ATOMIC_RELEASE);
}

/* Another image was here: nothing is known of what it left. */
static void reset_all(void)
{
	madvise((void *)PAGES_BASE, PAGES_SIZE, MADV_DONTNEED);
	madvise((void *)RAM_BASE, RAM_PAGES * 4096ul, MADV_DONTNEED);
	madvise((void *)DEVICE_BASE, DEVICE_PAGES * 4096ul, MADV_DONTNEED);
	shadow_reset_all();
}

int arena_reset(void)
{
	foreign = never_reset || registry->last_user != (const void *)&used;
	if (foreign) {
		never_reset = 0;
		registry->last_user = &used;
		reset_all();
	} else {
		shadow_reset(used, nr_ram);
	}
	device_reset(foreign);
	used = 0;
	nr_ram = 0;
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

int ram_page_take(void)
{
	return nr_ram == RAM_PAGES ? -1 : (int)nr_ram++;
}

void *ram_page_address(unsigned int index)
{
	return (char *)RAM_BASE + index * 4096ul;
}
