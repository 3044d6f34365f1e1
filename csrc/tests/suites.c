// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of suites, and what has to be there before the first one.
 *
 * All files here are compiled as slice code is, because bodies of tasks are
 * slice code. That makes every access look at the shadow, which is there once
 * the machine has been opened, and not before: this file does without.
 */
#include "include/machine_tests.h"
#include <stddef.h>
#include <string.h>
#include "core/run.h"
#include "signals.h"

#pragma clang attribute push( \
	__attribute__((no_sanitize("kernel-address"))), apply_to = function)

#define SUITES(suite)		\
	suite(lock)		\
	suite(lock_assertion)	\
	suite(deadlock)		\
	suite(wait_queue)	\
	suite(slab)		\
	suite(radix_tree)	\
	suite(page_table)	\
	suite(write_protect)	\
	suite(storage)		\
	suite(buffer)		\
	suite(injection)	\
	suite(trace)		\
	suite(printk)		\
	suite(crash)		\
	suite(strict_contract)	\
	suite(strict_extent)	\
	suite(strict_file)

#define DECLARE(name)	int name##_tests(void);
SUITES(DECLARE)

static const struct {
	const char *name;
	int (*run)(void);
} suites[] = {
#define LIST(name)	{ #name, name##_tests },
	SUITES(LIST)
};

#define NR_SUITES	(sizeof(suites) / sizeof(suites[0]))

unsigned int machine_test_suites(void)
{
	return NR_SUITES;
}

const char *machine_test_suite(unsigned int number)
{
	return number < NR_SUITES ? suites[number].name : NULL;
}

/* A run of nothing, after which the machine is open. */
static void open_machine(void)
{
	static const struct fl_geometry geometry = {
		.fs = FL_FS_STRICT, .size = 1, .device_blocks = 64,
		.vma_pages = 1,
	};
	static const struct fl_run nothing = { .geometry = &geometry };
	static int opened;

	if (!opened)
		faultline_image()->run(&nothing);
	opened = 1;
}

int run_machine_tests(const char *suite)
{
	int failures = -1;
	unsigned int i;

	open_machine();
	keep_machine_signals();
	for (i = 0; i < NR_SUITES; i++)
		if (!strcmp(suites[i].name, suite))
			failures = suites[i].run();
	put_back_machine_signals();
	return failures;
}

#pragma clang attribute pop
