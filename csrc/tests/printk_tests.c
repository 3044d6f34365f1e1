// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log: what the code says, where it says it, and never an address.
 */
#include "trial.h"
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

/* The n-th text of a run, from 1; NULL if there are fewer. */
static const char *said(const struct fl_outcome *outcome, unsigned int n,
			int64_t *level)
{
	uint32_t i;

	for (i = 0; i < outcome->nr_events; i++) {
		const struct fl_event *event = &outcome->events[i];

		if (event->kind != FL_EVENT_PRINT || --n)
			continue;
		*level = event->args[1];
		return event->args[0] < 0 ? "" :
			outcome->stacks[event->args[0]].text;
	}
	return NULL;
}

static void assert_said(const struct fl_outcome *outcome, unsigned int n,
			int64_t level, const char *words)
{
	int64_t found = -1;
	const char *text = said(outcome, n, &found);

	assert_non_null(text);
	assert_string_equal(text, words);
	assert_int_equal(found, level);
}

static void speaker(void)
{
	printk(KERN_ERR "block %lu of %s\n", 7ul, "file");
	pr_info("no line feed");
	printk("%5d|%-4x|%c\n", -3, 255, 'x');
	trace_printk("seen %u\n", 5u);
}

static void levels_and_numbers_are_as_the_kernel_has_them(void **state)
{
	const struct fl_outcome *outcome = run_bodies(speaker, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_said(outcome, 1, 3, "block 7 of file");
	assert_said(outcome, 2, 6, "no line feed");
	assert_said(outcome, 3, FL_SAID_DEFAULT, "   -3|ff  |x");
	assert_said(outcome, 4, FL_SAID_TRACE, "seen 5");
	assert_int_equal(count_events(outcome, FL_EVENT_PRINT), 4);
}

static void within(const char *format, ...)
{
	struct va_format inner;
	__builtin_va_list arguments;

	__builtin_va_start(arguments, format);
	inner.fmt = format;
	inner.va = &arguments;
	printk("%sEXT2-fs: %pV!\n", KERN_WARNING, &inner);
	__builtin_va_end(arguments);
}

static void namer(void)
{
	char *memory = kmalloc(16, GFP_KERNEL);

	within("error %d in %s", -5, "inode");
	printk("%pe %p %s\n", ERR_PTR(-ENOMEM), NULL, (char *)NULL);
	printk("%px\n", memory);
	kfree(memory);
}

static void a_pointer_is_a_name_and_no_address(void **state)
{
	const struct fl_outcome *outcome = run_bodies(namer, NULL, NULL);
	int64_t level;

	assert_end(outcome, FL_END_FINISHED);
	assert_said(outcome, 1, 4, "EXT2-fs: error -5 in inode!");
	assert_said(outcome, 2, FL_SAID_DEFAULT, "-ENOMEM (null) (null)");
	assert_memory_equal(said(outcome, 3, &level), "memory+0x", 9);
}

static void talker(void)
{
	int i;

	for (i = 0; i < 200; i++)
		printk("again\n");
	WARN_ON(i == 200);
}

static void a_flood_leaves_room_for_a_warning(void **state)
{
	const struct fl_outcome *outcome = run_bodies(talker, NULL, NULL);

	assert_int_equal(count_events(outcome, FL_EVENT_PRINT), 200);
	assert_true(was_warned(outcome, "i == 200"));
}

SUITE(printk_tests,
      shows(levels_and_numbers_are_as_the_kernel_has_them),
      shows(a_pointer_is_a_name_and_no_address),
      shows(a_flood_leaves_room_for_a_warning))
