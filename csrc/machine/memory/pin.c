// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins: references to pages of the file that a device or another machine reads
 * and writes directly, as get_user_pages() takes them.
 *
 * A page is faulted in for writing, and while the page table still says so, its
 * reference is taken. What must hold: storage is not used for anything else as
 * long as there is a pin. Each comes to its end some time: those that no op
 * gives back do so when nothing else can go on, so that who waits for them
 * waits for as long as that, and not for ever.
 */
#include "memory/pin.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "fs/world.h"
#include "locks/held.h"
#include "locks/preempt.h"
#include "memory/device_page.h"
#include "memory/load_store.h"
#include "memory/page.h"
#include "memory/page_table_internal.h"
#include <linux/errno.h>
#include <linux/mm.h>

#define PINS_MAX	FL_OPS_MAX

static struct pin {
	struct page *page;
	pgoff_t pgoff;
} pins[PINS_MAX];
static unsigned int nr_pins;

static int somebody_pins;

void pin_reset(void)
{
	nr_pins = 0;
	somebody_pins = 0;
	for (uint32_t i = 0; i < run.asked->nr_ops; i++)
		somebody_pins |= run.asked->ops[i].kind == FL_OP_PIN;
}

int pin_is_asked(void)
{
	return somebody_pins;
}

/* Whether the page tables let a store through to a page of the device. */
static bool take(struct user_access *access)
{
	spinlock_t *lock = &access->vma->vm_mm->page_table_lock;
	struct translation now;
	bool is_taken = false;

	schedule_point(access->vma->object);
	spin_lock(lock);
	now = page_table_look(access->vma, access->address);
	if (now.page && now.writable && page_is_device(now.page)) {
		device_page_get(now.page, 0);
		if (nr_pins == PINS_MAX)
			run_end(FL_END_LIMIT, 0, "more than %u pins", PINS_MAX);
		pins[nr_pins++] = (struct pin){ now.page, access->pgoff };
		is_taken = true;
	}
	spin_unlock(lock);
	return is_taken;
}

int64_t pin_take(const struct fl_op *op, struct fl_op_result *result)
{
	struct user_access access = user_access_new(op, result);
	int64_t error;

	access.store = true;
	for (int tries = 0; tries <= TRIES_MAX; tries++) {
		if (take(&access))
			return 0;
		error = user_access_fault(&access);
		if (error || held_count(task_number()) || preempt_depth())
			return error;
	}
	return -EAGAIN;
}

static void give(unsigned int nth)
{
	struct page *page = pins[nth].page;

	pins[nth] = pins[--nr_pins];
	device_page_put(page, 0);
}

void pin_give(const struct fl_op *op)
{
	schedule_point(0);
	for (unsigned int i = 0; i < nr_pins; i++)
		if (pins[i].pgoff == op->pos >> PAGE_SHIFT) {
			give(i);
			return;
		}
}

int pin_is_any(void)
{
	return nr_pins != 0;
}

void pin_give_all(void)
{
	while (nr_pins)
		give(0);
}

int pin_count(const struct page *page)
{
	int found = 0;

	for (unsigned int i = 0; i < nr_pins; i++)
		found += &page_folio(pins[i].page)->page == page;
	return found;
}

void pin_check(unsigned int block, unsigned int count, uintptr_t site)
{
	for (unsigned int i = 0; i < nr_pins; i++) {
		unsigned long at = page_to_pfn(pins[i].page) - DEVICE_PFN(block);

		device_page_look(pins[i].page);
		if (at < count)
			run_misuse(site, "block %lu is used for something else "
					 "while it is pinned", block + at);
	}
}
