// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins: references to pages of the file that a device reads and writes
 * directly, as get_user_pages() takes them for O_DIRECT.
 *
 * A page is faulted in for writing, and in the step that finds it mapped so, a
 * reference to it is taken. What must hold: as long as there is a pin, the
 * storage under it is not given to anybody else. Every pin comes to its end:
 * those that no op gives back do so when no task can go on, so that who waits
 * for them waits for that long, and not for ever.
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
#include "memory/page_table.h"
#include <linux/errno.h>
#include <linux/mm.h>

static struct pin {
	struct page *page;
	pgoff_t pgoff;
} pins[FL_OPS_MAX];
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

/* Whether a store to the address would go to the device; then it is pinned. */
static bool take(const struct user_access *access)
{
	struct translation now =
		page_table_find(access->vma, access->address);

	if (!now.page || !now.writable || !page_is_device(now.page))
		return false;
	if (nr_pins == FL_OPS_MAX)
		run_end(FL_END_LIMIT, 0, "more than %d pins", FL_OPS_MAX);
	device_page_pin(now.page);
	pins[nr_pins++] = (struct pin){ now.page, access->pgoff };
	return true;
}

int64_t pin_take(const struct fl_op *op, struct fl_op_result *result)
{
	struct user_access access = user_access_new(op, result);
	int64_t error;

	if (!PINS_COUNT)
		run_end(FL_END_REFUSED, 0, "a pin, which this kernel cannot "
					   "tell from a mapping");
	for (int tries = 0; tries <= TRIES_MAX; tries++) {
		if (take(&access))
			return 0;
		error = user_access_fault(&access);
		if (error || held_count(task_number()) || preempt_depth())
			return error;
	}
	/* As of an access: others may unmap the page again and again. */
	if (task_is_alone())
		run_misuse(0, "%d faults and no progress", TRIES_MAX + 1);
	return -EAGAIN;
}

static void give(unsigned int nth)
{
	struct page *page = pins[nth].page;

	pins[nth] = pins[--nr_pins];
	device_page_unpin(page);
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

void pin_give_all(void)
{
	while (nr_pins)
		give(nr_pins - 1);
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
	unsigned long from = DEVICE_PFN(block);

	if (!somebody_pins)
		return;
	for (unsigned int i = 0; i < count; i++)
		device_page_look(pfn_to_page(from + i));
	for (unsigned int i = 0; i < nr_pins; i++) {
		unsigned long at = page_to_pfn(pins[i].page) - from;

		if (at < count)
			run_misuse(site, "block %lu is freed while it is pinned",
				   block + at);
	}
}
