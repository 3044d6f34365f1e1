// SPDX-License-Identifier: GPL-2.0-only
/*
 * Persistent memory: the medium, its bad blocks, and the calls that store to
 * it.
 *
 * Which blocks may have been written to in a run is known (see device.c), so
 * one that is full of zeroes still is zeroed for nothing.
 */
#include "storage/pmem.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/trace.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/page.h"
#include "memory/shadow.h"
#include "storage/cpu_cache.h"
#include "storage/device.h"
#include <linux/kernel.h>
#include <linux/pmem.h>
#include <linux/string.h>
#include <linux/uaccess.h>

/*
 * As many blocks of what is handed out may be written to by plain stores;
 * behind them, by the calls below and by memcpy() and the like, which are seen.
 */
#define TOUCHED_BY_ASKING	16

static u64 bad[DEVICE_PAGES / 64];
static unsigned int nr_bad;

void pmem_open(void)
{
	if (!nr_bad)
		return;
	memset(bad, 0, sizeof(bad));
	nr_bad = 0;
}

void pmem_mark_bad(unsigned int block, unsigned int count)
{
	for (; count && block < DEVICE_PAGES; count--, block++) {
		u64 bit = 1ull << block % 64;

		nr_bad += !(bad[block / 64] & bit);
		bad[block / 64] |= bit;
	}
}

void pmem_mark_good(unsigned int block, unsigned int count)
{
	for (; count && block < DEVICE_PAGES; count--, block++) {
		u64 bit = 1ull << block % 64;

		nr_bad -= !!(bad[block / 64] & bit);
		bad[block / 64] &= ~bit;
	}
}

unsigned int pmem_good_blocks(unsigned int block, unsigned int count)
{
	unsigned int good = 0;

	if (!nr_bad)
		return count;
	while (good < count &&
	       !(bad[(block + good) / 64] >> (block + good) % 64 & 1))
		good++;
	return good;
}

void *pmem_give_out(unsigned int block, unsigned int count)
{
	const char *at = device_address(block);

	device_dirty(block, min(count, TOUCHED_BY_ASKING + 0u));
	if (at < world->not_mapped.to &&
	    world->not_mapped.from < at + count * BLOCK_SIZE)
		world->not_mapped.to = world->not_mapped.from;
	return device_address(block);
}

int pmem_block_of(const void *at)
{
	uintptr_t into = (uintptr_t)at - DEVICE_BASE;

	return into < DEVICE_PAGES * (uintptr_t)BLOCK_SIZE ?
		(int)(into >> BLOCK_SHIFT) : -1;
}

void pmem_zero_blocks(unsigned int block, unsigned int count)
{
	access_note_frames(DEVICE_PFN(block), count, FL_ACCESS_WRITE);
	for (; count; count--, block++)
		if (device_uniform(block) != 0) {
			device_dirty(block, 1);
			memset(device_address(block), 0, BLOCK_SIZE);
		}
}

void clear_pmem(void *at, size_t size)
{
	int block = pmem_block_of(at);

	shadow_check(at, size, 1, CALLER);
	/* Inside a block of zeroes there is nothing to do. */
	if (block >= 0)
		access_note_frames(DEVICE_PFN((unsigned int)block), 1,
				   FL_ACCESS_WRITE);
	if (block >= 0 && device_uniform((unsigned int)block) == 0 &&
	    pmem_block_of((char *)at + size - !!size) == block)
		return;
	device_written(at, size);
	memset(at, 0, size);
}

void memcpy_to_pmem(void *to, const void *from, size_t size)
{
	shadow_check(from, size, 0, CALLER);
	shadow_check(to, size, 1, CALLER);
	device_written(to, size);
	memcpy(to, from, size);
}

void pmem_hold_back(unsigned int block, unsigned int count)
{
	world->not_mapped.from = device_address(block);
	world->not_mapped.to = world->not_mapped.from + count * BLOCK_SIZE;
}

/* Behind what direct access has mapped is another device's memory. */
static void must_be_mapped(const void *at, size_t size, uintptr_t site)
{
	const char *from = at;

	if (from < world->not_mapped.to && world->not_mapped.from < from + size)
		run_misuse(site, "a copy goes behind what direct access has "
				 "mapped");
}

/* Returns what is left to copy: of a bad line nothing comes. */
unsigned long copy_mc_to_kernel(void *to, const void *from, unsigned long size)
{
	if (inject(FL_POINT_MC_COPY, CALLER))
		return size;
	shadow_check(from, size, 0, CALLER);
	shadow_check(to, size, 1, CALLER);
	must_be_mapped(from, size, CALLER);
	must_be_mapped(to, size, CALLER);
	device_written(to, size);
	cpu_cache_store(to, size, NO_PGOFF);
	memcpy(to, from, size);
	return 0;
}

void wb_cache_pmem(void *at, size_t size)
{
	cpu_cache_flush(at, size);
	trace(FL_EVENT_FLUSH, world->bdev.object, CALLER, pmem_block_of(at),
	      (int64_t)size, 0, 0, 0);
}

void invalidate_pmem(void *at, size_t size)
{
	shadow_check(at, size, 0, CALLER);
}

void wmb_pmem(void)
{
}
