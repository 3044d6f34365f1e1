// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: what is taken has to be given back, once, and not be touched after.
 *
 * The bodies are compiled as slice code is, so their accesses are checked.
 * Pointers and indices are volatile: the compiler must not see the mistake.
 */
#include "trial.h"
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *volatile object;
static volatile size_t at;

static void balanced(void)
{
	object = kmalloc(100, GFP_KERNEL);
	memset(object, 1, 100);
	kfree(object);
	kfree(NULL);
}

static void what_is_freed_is_no_leak(void **state)
{
	const struct fl_outcome *outcome = run_bodies(balanced, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(count_leaks(outcome, FL_LEAK_MEMORY), 0);
	assert_int_equal(count_events(outcome, FL_EVENT_ALLOC), 1);
	assert_int_equal(count_events(outcome, FL_EVENT_FREE), 1);
	assert_no_complaint(outcome);
}

static void forget(void)
{
	object = kmalloc(77, GFP_KERNEL);
}

static void what_is_forgotten_is_a_leak_of_its_size(void **state)
{
	const struct fl_outcome *outcome = run_bodies(forget, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(count_leaks(outcome, FL_LEAK_MEMORY), 1);
	assert_int_equal(outcome->leaks[0].size, 77);
	assert_int_not_equal(outcome->leaks[0].pc, 0);
}

static void look_for_zeroes(void)
{
	unsigned int i, sum = 0;

	object = kzalloc(64, GFP_KERNEL);
	for (i = 0; i < 64; i++)
		sum |= object[i];
	note(sum ? '!' : '0');
	kfree(object);
}

static void kzalloc_gives_zeroes(void **state)
{
	run_bodies(look_for_zeroes, NULL, NULL);
	assert_string_equal(notes(), "0");
}

static void free_twice(void)
{
	object = kmalloc(16, GFP_KERNEL);
	kfree(object);
	kfree(object);
	note('!');
}

static void freeing_twice_ends_the_run(void **state)
{
	assert_end(run_bodies(free_twice, NULL, NULL), FL_END_DOUBLE_FREE);
	assert_string_equal(notes(), "");
}

static void read_after_free(void)
{
	object = kmalloc(16, GFP_KERNEL);
	object[3] = 'x';
	kfree(object);
	note(object[3]);
}

static void reading_freed_memory_ends_the_run(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(read_after_free, NULL, NULL);

	assert_end(outcome, FL_END_USE_AFTER_FREE);
	assert_true(outcome->end_stack < outcome->nr_stacks);
	assert_true(outcome->stacks[outcome->end_stack].nr_frames > 0);
	assert_string_equal(notes(), "");
}

static void write_after_free(void)
{
	object = kmalloc(16, GFP_KERNEL);
	kfree(object);
	kfree(kmalloc(16, GFP_KERNEL));
	object[0] = 1;
	note('!');
}

static void freed_memory_is_not_handed_out_again(void **state)
{
	assert_end(run_bodies(write_after_free, NULL, NULL),
		   FL_END_USE_AFTER_FREE);
}

static void write_one_too_far(void)
{
	object = kmalloc(24, GFP_KERNEL);
	at = 24;
	object[at] = 1;
	note('!');
}

static void one_byte_too_far_is_an_overrun(void **state)
{
	assert_end(run_bodies(write_one_too_far, NULL, NULL), FL_END_OVERRUN);
}

static void write_past_an_odd_size(void)
{
	object = kmalloc(13, GFP_KERNEL);
	at = 12;
	object[at] = 1;
	note('.');
	at = 13;
	object[at] = 1;
	note('!');
}

static void one_byte_of_an_odd_size_too_far_is_an_overrun(void **state)
{
	assert_end(run_bodies(write_past_an_odd_size, NULL, NULL),
		   FL_END_OVERRUN);
	assert_string_equal(notes(), ".");
}

static void write_one_before(void)
{
	object = kmalloc(32, GFP_KERNEL);
	at = -1;
	object[at] = 1;
}

static void one_byte_before_is_an_overrun(void **state)
{
	assert_end(run_bodies(write_one_before, NULL, NULL), FL_END_OVERRUN);
}

static void use_a_cache(void)
{
	struct kmem_cache *cache =
		kmem_cache_create("trial_cache", 40, 0, 0, NULL);

	object = kmem_cache_alloc(cache, GFP_KERNEL);
	memset(object, 7, 40);
	kmem_cache_free(cache, object);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
}

static void a_leak_from_a_cache_names_the_cache(void **state)
{
	const struct fl_outcome *outcome = run_bodies(use_a_cache, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(count_leaks(outcome, FL_LEAK_MEMORY), 1);
	assert_int_equal(outcome->leaks[0].size, 40);
	assert_string_equal(outcome->leaks[0].what, "trial_cache");
}

static void allocate_and_look(void)
{
	object = kmalloc(8, GFP_KERNEL);
	note(object ? 'm' : '0');
	kfree(object);
	object = kmalloc(8, GFP_KERNEL);
	note(object ? 'm' : '0');
	kfree(object);
}

static void a_failed_allocation_is_null(void **state)
{
	struct trial t = trial(allocate_and_look, NULL, NULL);
	const struct fl_outcome *outcome;

	trial_fail(&t, 0, 2, -ENOMEM);
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "m0");
	assert_int_equal(count_leaks(outcome, FL_LEAK_MEMORY), 0);
}

SUITE(slab_tests,
      shows(what_is_freed_is_no_leak),
      shows(what_is_forgotten_is_a_leak_of_its_size),
      shows(kzalloc_gives_zeroes),
      shows(freeing_twice_ends_the_run),
      shows(reading_freed_memory_ends_the_run),
      shows(freed_memory_is_not_handed_out_again),
      shows(one_byte_too_far_is_an_overrun),
      shows(one_byte_of_an_odd_size_too_far_is_an_overrun),
      shows(one_byte_before_is_an_overrun),
      shows(a_leak_from_a_cache_names_the_cache),
      shows(a_failed_allocation_is_null))
