// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stores have left in the caches of the CPU.
 *
 * Persistent memory keeps what was flushed, and nothing else is promised of a
 * plain store. fsync(), msync() and a freeze that return 0 promise it for every
 * byte that was stored before they began. So each store is listed with its
 * bytes until a flush has covered them, and with the tasks whose fsync() has
 * begun meanwhile. A store under MAP_SYNC is promised more: what the kernel has
 * copied to its page beforehand is flushed before it can be made, because who
 * stores flushes his own bytes and no others. Calls that go past the caches (memcpy_to_pmem(), the
 * flushcache copies, a driver that zeroes) leave nothing here.
 */
#include "storage/cpu_cache.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/task.h"
#include "core/trace.h"
#include "fs/filesystem.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/page.h"
#include "storage/buffer.h"
#include "storage/pmem.h"
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

/* A run has fewer operations than that, and each stores to one page. */
#define STORES_MAX	256

/**
 * struct store - bytes of one block that are not flushed
 * @from, @to: their offsets from the beginning of the device
 * @pgoff:     the page of the file, or NO_PGOFF
 * @wanted:    mask of the tasks whose fsync() began after the store
 * @access:    whose access had the kernel make the store, see accesses; 0: none
 */
struct store {
	u64 from, to;
	u64 pgoff;
	u32 wanted;
	u64 access;
};

static struct store stores[STORES_MAX];
static unsigned int nr_stores;

/* How many accesses each task has begun. */
#define TASKS_MAX	32
static u64 accesses[TASKS_MAX];

void cpu_cache_reset(void)
{
	nr_stores = 0;
	memset(accesses, 0, sizeof(accesses));
}

/* The one that the current task is in. */
static u64 own_access(void)
{
	return accesses[task_number()] * TASKS_MAX + task_number() + 1;
}

/*
 * Whether a store comes before an fsync() or behind its beginning decides what
 * is asked of it; two stores do not mind each other.
 */
static void note_order(unsigned int flags)
{
	access_note_at(FL_THING_WORDS, stores, flags);
}

/* Another task's fsync() asks at its end whether the store is still there. */
static void note_taken(const struct store *store)
{
	if (store->wanted & ~(1u << task_number()))
		access_note_at(FL_THING_WORDS, &nr_stores, FL_ACCESS_WRITE);
}

static void add(struct store store)
{
	if (nr_stores == STORES_MAX)
		run_end(FL_END_LIMIT, 0, "more than %d stores that are not "
			"flushed", STORES_MAX);
	stores[nr_stores++] = store;
}

static void drop(unsigned int i)
{
	stores[i] = stores[--nr_stores];
}

/* Nothing has to be flushed, so nothing is listed. */
static int is_coherent(void)
{
	return world->filesystem && world->filesystem->is_coherent;
}

void cpu_cache_store(const void *at, size_t size, uint64_t pgoff)
{
	u64 from = (uintptr_t)at - DEVICE_BASE;
	u64 access = pgoff == NO_PGOFF ? own_access() : 0;
	unsigned int i;

	if (!size || pmem_block_of(at) < 0 || is_coherent())
		return;
	note_order(0);
	/* An fsync() that has begun asks for what was there before it. */
	for (i = 0; i < nr_stores; i++)
		if (stores[i].from == from && stores[i].to == from + size &&
		    stores[i].pgoff == pgoff) {
			stores[i].access = access;
			return;
		}
	add((struct store){
		.from = from,
		.to = from + size,
		.pgoff = pgoff,
		.access = access,
	});
}

void cpu_cache_access_begins(void)
{
	accesses[task_number()]++;
}

/* Takes [@from, @to) out of a store; its end may become another store. */
static void flush_part(unsigned int i, u64 from, u64 to)
{
	struct store *store = &stores[i];
	struct store rest = *store;
	u64 end = store->to;

	note_taken(store);
	rest.from = to;
	if (store->from < from) {
		store->to = from;
		if (to < end)
			add(rest);
	} else if (to < end) {
		store->from = to;
	} else {
		drop(i);
	}
}

void cpu_cache_flush(const void *at, size_t size)
{
	/* Whole lines are written back. */
	u64 from = ((uintptr_t)at - DEVICE_BASE) & ~63ull;
	u64 to = ((uintptr_t)at - DEVICE_BASE + size + 63) & ~63ull;
	unsigned int i = nr_stores;

	if (!size || pmem_block_of(at) < 0)
		return;
	access_note_frames(DEVICE_PFN((unsigned int)pmem_block_of(at)),
			   DIV_ROUND_UP(to - from, PAGE_SIZE), 0);
	while (i--)
		if (stores[i].from < to && from < stores[i].to)
			flush_part(i, from, to);
}

/*
 * Buffers are asked for where one task is there alone: one that an fsync() of
 * another task is about to write is on no list that the second could look at.
 */
void cpu_cache_sync_begins(uint64_t first, uint64_t last)
{
	note_order(FL_ACCESS_WRITE);
	if (run_has_one_task())
		buffer_sync_begins();
	for (unsigned int i = 0; i < nr_stores; i++)
		if (stores[i].pgoff != NO_PGOFF && stores[i].pgoff >= first &&
		    stores[i].pgoff <= last)
			stores[i].wanted |= 1u << task_number();
}

static void note_unflushed(const struct store *store, u64 pgoff)
{
	trace(FL_EVENT_UNFLUSHED, 0, 0, (int64_t)pgoff,
	      (int64_t)(store->from / PAGE_SIZE), offset_in_page(store->from),
	      (int64_t)(store->to - store->from), 0);
}

void cpu_cache_sync_store(const void *page, uint64_t pgoff)
{
	u64 from = (uintptr_t)page - DEVICE_BASE, to = from + PAGE_SIZE;

	if (pmem_block_of(page) < 0)
		return;
	note_order(FL_ACCESS_WRITE);
	for (unsigned int i = 0; i < nr_stores; i++)
		if (stores[i].access == own_access() &&
		    stores[i].from < to && from < stores[i].to)
			note_unflushed(&stores[i], pgoff);
}

void cpu_cache_sync_ends(int succeeded)
{
	int block = succeeded && run_has_one_task() ? buffer_sync_ends() : -1;

	if (block >= 0)
		trace(FL_EVENT_UNFLUSHED, 0, 0, -1, block, 0, 0, 0);
	access_note_at(FL_THING_WORDS, &nr_stores, 0);
	for (unsigned int i = 0; i < nr_stores; i++) {
		if (succeeded && stores[i].wanted & 1u << task_number())
			note_unflushed(&stores[i], stores[i].pgoff);
		stores[i].wanted &= ~(1u << task_number());
	}
}

void cpu_cache_forget(uint64_t pgoff, uint64_t end)
{
	unsigned int i = nr_stores;

	while (i--)
		if (stores[i].pgoff != NO_PGOFF && stores[i].pgoff >= pgoff &&
		    stores[i].pgoff < end) {
			note_order(FL_ACCESS_WRITE);
			note_taken(&stores[i]);
			drop(i);
		}
}

void cpu_cache_forget_blocks(uint32_t block, uint32_t count)
{
	u64 from = (u64)block * PAGE_SIZE;
	u64 to = from + (u64)count * PAGE_SIZE;
	unsigned int i = nr_stores;

	while (i--)
		if (stores[i].from < to && from < stores[i].to) {
			note_order(FL_ACCESS_WRITE);
			note_taken(&stores[i]);
			drop(i);
		}
}

void cpu_cache_audit(void)
{
	for (unsigned int i = 0; i < nr_stores; i++)
		note_unflushed(&stores[i], stores[i].pgoff);
}
