/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cmocka suites, for whoever runs them: a Swift test, or main.c.
 */
#ifndef MACHINE_TESTS_H
#define MACHINE_TESTS_H

/* How many suites there are. */
unsigned int machine_test_suites(void);

/* The name of a suite, from 0; NULL past the last. */
const char *machine_test_suite(unsigned int number);

/* Runs a suite. Returns how many of its tests failed; -1: no such suite. */
int run_machine_tests(const char *suite);

#endif
