// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page frames: who keeps one, its lock, its bytes.
 *
 * RAM frames come from the arena and are never handed out twice in a run, so
 * that an access to one that was freed is seen. Frames of the device are named
 * by the same struct page and belong to the filesystem; whether references to
 * them are counted, device_page.c knows.
 *
 * What must hold at the end of a run: a frame's references are its place in the
 * page cache and the page table entries that map it, and no more.
 */
#include "memory/page.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "core/task.h"
#include "core/trace.h"
#include "locks/held.h"
#include "locks/lock_class.h"
#include "locks/preempt.h"
#include "memory/arena.h"
#include "memory/device_page.h"
#include "memory/page_table.h"
#include "memory/shadow.h"
#include "storage/device.h"
#include "storage/pmem.h"
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/pfn_t.h>
#include <linux/slab.h>
#include <linux/string.h>

#define PAGES		((struct page *)PAGES_BASE)
#define HUGE_ZERO_PFN	(RAM_PAGES + DEVICE_PAGES)
#define ZERO_PFN	(HUGE_ZERO_PFN + 1)
#define PAGE_COUNT	(ZERO_PFN + 1)

_Static_assert(PAGE_COUNT * sizeof(struct page) <= PAGES_SIZE,
	       "the page array fits");

/* Frames of the run before this one, to be put back: of RAM, and those of the
 * device that the slice was given, which it may have written to. */
static unsigned int nr_used;
static unsigned long given_from, given_to;
static uint32_t page_lock_class;

void page_open(void)
{
	memset(PAGES, 0, nr_used * sizeof(struct page));
	nr_used = 0;
	memset(PAGES + given_from, 0,
	       (given_to - given_from) * sizeof(struct page));
	given_from = given_to = 0;
	memset(PAGES + HUGE_ZERO_PFN, 0, 2 * sizeof(struct page));
	page_lock_class = lock_class("page lock");
}

void page_give_out(unsigned long pfn, unsigned long count)
{
	unsigned long from = given_from, to = given_to;

	if (to == from)
		from = to = given_from = given_to = pfn;
	if (pfn < from) {
		given_from = pfn;
		device_page_init(pfn, from);
	}
	if (pfn + count > to) {
		given_to = pfn + count;
		device_page_init(to, pfn + count);
	}
}

unsigned long page_given_out(unsigned long *from)
{
	*from = given_from;
	return given_to;
}

unsigned long page_to_pfn(const struct page *page)
{
	return page - PAGES;
}

struct page *pfn_to_page(unsigned long pfn)
{
	if (pfn >= PAGE_COUNT)
		run_end(FL_END_OOPS, CALLER, "pfn %lx has no struct page", pfn);
	if (pfn >= RAM_PAGES && pfn < HUGE_ZERO_PFN)
		page_give_out(pfn, 1);
	return PAGES + pfn;
}

int pfn_valid(unsigned long pfn)
{
	return pfn < PAGE_COUNT;
}

int page_is_ram(const struct page *page)
{
	return page_to_pfn(page) < RAM_PAGES;
}

int page_is_device(const struct page *page)
{
	return page_to_pfn(page) - RAM_PAGES < DEVICE_PAGES;
}

struct page *page_huge_zero(void)
{
	return PAGES + HUGE_ZERO_PFN;
}

struct page *page_zero(void)
{
	return PAGES + ZERO_PFN;
}

int page_is_zeroes(const struct page *page)
{
	return page_to_pfn(page) >= HUGE_ZERO_PFN;
}

int is_huge_zero_page(struct page *page)
{
	return page == page_huge_zero();
}

void *page_address(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	if (pfn < RAM_PAGES)
		return ram_page_address(pfn);
	return device_address(pfn - RAM_PAGES);
}

struct page *virt_to_page(const void *address)
{
	uintptr_t at = (uintptr_t)address;

	if (at - RAM_BASE < RAM_PAGES * PAGE_SIZE)
		return PAGES + ((at - RAM_BASE) >> PAGE_SHIFT);
	return PAGES + RAM_PAGES + ((at - DEVICE_BASE) >> PAGE_SHIFT);
}

/* A frame with one reference, not zeroed. Cannot fail but by the limit. */
struct page *page_take(uintptr_t site)
{
	int index = ram_page_take();
	struct page *page;

	if (index < 0)
		run_end(FL_END_LIMIT, site, "more than %u pages of RAM",
			RAM_PAGES);
	page = PAGES + index;
	nr_used = index + 1;
	page->refs = 1;
	page->object = object_new(FL_OBJECT_PAGE);
	page->site = site;
	trace(FL_EVENT_ALLOC, page->object, site, PAGE_SIZE, 0, 0, 0, 1);
	return page;
}

struct page *alloc_pages(gfp_t flags, unsigned int order)
{
	struct page *page;

	if (order)
		run_end(FL_END_LIMIT, CALLER, "pages of order %u", order);
	if (gfpflags_allow_blocking(flags))
		might_sleep_at(CALLER);
	if (inject(FL_POINT_ALLOC, CALLER))
		return NULL;
	page = page_take(CALLER);
	if (flags & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE);
	return page;
}

void get_page(struct page *page)
{
	if (page_is_device(page))
		device_page_get(page, CALLER);
	if (!page_is_ram(page))
		return;
	if (page->refs <= 0)
		run_end(FL_END_USE_AFTER_FREE, CALLER,
			"reference to a page that was freed");
	page->refs++;
	trace(FL_EVENT_PAGE_GET, page->object, CALLER, page->refs, 0, 0, 0, 0);
}

void page_drop(struct page *page, uintptr_t site)
{
	if (page_is_device(page))
		device_page_put(page, site);
	if (!page_is_ram(page))
		return;
	if (page->refs <= 0)
		run_end(FL_END_DOUBLE_FREE, site,
			"page reference dropped that nobody had");
	page->refs--;
	trace(FL_EVENT_PAGE_PUT, page->object, site, page->refs, 0, 0, 0, 0);
	if (page->refs)
		return;
	if (PageLocked(page))
		run_misuse(site, "locked page freed");
	if (page->mapping)
		run_misuse(site, "page freed that is in the page cache");
	trace(FL_EVENT_FREE, page->object, site, PAGE_SIZE, 0, 0, 0, 0);
	shadow_poison(page_address(page), PAGE_SIZE, SHADOW_FREED);
}

void put_page(struct page *page)
{
	page_drop(page, CALLER);
}

void __free_pages(struct page *page, unsigned int order)
{
	page_drop(page, CALLER);
}

int page_count(struct page *page)
{
	if (page_is_device(page))
		device_page_look(page);
	return page->refs;
}

int set_page_dirty(struct page *page)
{
	return !test_and_set_bit(PG_dirty, &page->flags);
}

unsigned long __get_free_pages(gfp_t flags, unsigned int order)
{
	struct page *page = alloc_pages(flags, order);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t flags)
{
	return __get_free_pages(flags | __GFP_ZERO, 0);
}

void free_pages(unsigned long address, unsigned int order)
{
	if (address)
		page_drop(virt_to_page((void *)address), CALLER);
}

/* ---- the page lock ---- */

static void page_locked(struct page *page, int try, uintptr_t site)
{
	set_bit(PG_locked, &page->flags);
	access_note_at(FL_THING_LOCK, &page->flags,
		       FL_ACCESS_WRITE | FL_ACCESS_TAKE |
		       (try ? 0 : FL_ACCESS_GUARD));
	held_add(FL_HELD_PAGE_LOCK, page->object, page_lock_class,
		 FL_MODE_WRITE, try, site);
	trace(try ? FL_EVENT_TRYLOCK : FL_EVENT_LOCK, page->object, site,
	      page_lock_class, FL_MODE_WRITE, 0, 0, try);
}

void page_lock_at(struct page *page, uintptr_t site)
{
	might_sleep_at(site);
	task_wants(&page->flags, PG_locked + 1);
	schedule_point(page->object);
	task_wants(NULL, 0);
	while (PageLocked(page)) {
		access_note_at(FL_THING_LOCK, &page->flags,
			       FL_ACCESS_WANT | FL_ACCESS_GUARD);
		trace(FL_EVENT_LOCK_WAIT, page->object, site, page_lock_class,
		      FL_MODE_WRITE, 0, 0, 0);
		page->waiters |= 1u << task_number();
		task_park(PARK_PAGE_LOCK, page->object, page_lock_class,
			  FL_MODE_WRITE,
			  held_owner(FL_HELD_PAGE_LOCK, page->object), site);
	}
	page_locked(page, 0, site);
}

/* Nobody else knows the page yet, so its lock is not waited for. */
void page_lock_new(struct page *page, uintptr_t site)
{
	page_locked(page, 1, site);
}

void lock_page(struct page *page)
{
	page_lock_at(page, CALLER);
}

int trylock_page(struct page *page)
{
	schedule_point(page->object);
	if (PageLocked(page)) {
		access_note_at(FL_THING_LOCK, &page->flags, 0);
		return 0;
	}
	page_locked(page, 1, CALLER);
	return 1;
}

void page_unlock_at(struct page *page, uintptr_t site)
{
	uint32_t waiters = page->waiters;

	if (!PageLocked(page)) {
		run_misuse(site, "unlock of a page that is not locked");
		return;
	}
	clear_bit(PG_locked, &page->flags);
	access_note_at(FL_THING_LOCK, &page->flags,
		       FL_ACCESS_WRITE | FL_ACCESS_GIVE);
	held_remove(FL_HELD_PAGE_LOCK, page->object);
	trace(FL_EVENT_UNLOCK, page->object, site, page_lock_class,
	      FL_MODE_WRITE, 0, 0, 0);
	page->waiters = 0;
	for (; waiters; waiters &= waiters - 1)
		task_wake(__builtin_ctz(waiters));
	schedule_point(page->object);
}

void unlock_page(struct page *page)
{
	page_unlock_at(page, CALLER);
}

/* ---- bytes ---- */

void *kmap_atomic(struct page *page)
{
	return page_address(page);
}

void kunmap_atomic(void *address)
{
}

void *kmap(struct page *page)
{
	return page_address(page);
}

void kunmap(struct page *page)
{
}

void copy_user_page(void *to, void *from, unsigned long vaddr,
		    struct page *page)
{
	shadow_check(from, PAGE_SIZE, 0, CALLER);
	shadow_check(to, PAGE_SIZE, 1, CALLER);
	if (pmem_block_of(from) >= 0)
		access_note_frames(DEVICE_PFN(pmem_block_of(from)), 1, 0);
	memcpy(to, from, PAGE_SIZE);
}

void clear_user_highpage(struct page *page, unsigned long vaddr)
{
	shadow_check(page_address(page), PAGE_SIZE, 1, CALLER);
	memset(page_address(page), 0, PAGE_SIZE);
}

void clear_highpage(struct page *page)
{
	clear_user_highpage(page, 0);
}

void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	memset((char *)page_address(page) + start, 0, size);
}

void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	zero_user(page, start, end - start);
}

/* ---- audit ---- */

void page_find_leaks(void)
{
	for (unsigned int i = 0; i < nr_used; i++) {
		struct page *page = PAGES + i;
		int rightful = page_table_references(page);

		if (page->mapping)
			rightful++;
		if (page->refs > rightful)
			leak_add(FL_LEAK_PAGE, page->object,
				 page->refs - rightful, page->site,
				 "page reference");
		else if (page->refs < rightful)
			run_misuse(0, "a page is mapped %d times with %d "
				      "references", rightful, page->refs);
	}
}
