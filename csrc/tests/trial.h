/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trial: C functions as the bodies of tasks, in a fresh world.
 *
 * A body stands on a task's stack and may never return to it once the run has
 * ended early, so bodies assert nothing. They note what they saw, and the test
 * looks at the notes and at the outcome once the run is over.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/base.h"

typedef void (*task_body)(void);

/**
 * struct trial - one run
 * @geometry:	  of the world; trial() fills in a small one
 * @bodies:	  of the tasks; NULL past the last
 * @ops:	  ops in place of bodies, if nr_ops is not 0
 * @injections:	  as in struct fl_run
 * @policy:	  who runs next; trial() says round robin for several tasks
 * @budget:	  in basic blocks; 0: the default
 */
struct trial {
	struct fl_geometry geometry;
	task_body bodies[FL_TASKS_MAX];
	struct fl_op ops[FL_OPS_MAX];
	uint32_t nr_ops;
	struct fl_injection injections[FL_INJECTIONS_MAX];
	uint32_t nr_injections;
	enum fl_policy policy;
	uint64_t budget;
};

struct trial trial(task_body first, task_body second, task_body third);
struct trial trial_of_ops(enum fl_fs fs, uint64_t size);
void trial_extent(struct trial *trial, uint32_t block, uint32_t count,
		  uint8_t fill, uint8_t flags);
void trial_op(struct trial *trial, struct fl_op op);
void trial_fail(struct trial *trial, uint32_t task, uint32_t nth, int error);
const struct fl_outcome *run_trial(const struct trial *trial);

/* As trial_fail(), for the n-th call of a kind, from 1: runs the trial as it is
 * so far to learn its number. An error of 0 stands for the first legal one.
 * Returns 0 if no such call is made. */
int trial_fail_point(struct trial *trial, uint32_t task, enum fl_point point,
		     uint32_t nth, int error);

/* The first legal error of point @nth of a task in a run; 0 if it has none. */
int legal_error(const struct fl_outcome *outcome, uint32_t task, uint32_t nth);

/* Runs bodies in order, for trials that need nothing else. */
const struct fl_outcome *run_bodies(task_body first, task_body second,
				    task_body third);

/* Gives every other task @times turns: enough of them, and each has either
 * finished or parked. Round robin only. */
void let_others_run(unsigned int times);

/* Appends to the notes of the run, which start out empty. */
void note(char what);
void note_number(const char *what, long number);
const char *notes(void);

/* What the outcome says. */
void assert_end(const struct fl_outcome *outcome, enum fl_end end);
unsigned int count_events(const struct fl_outcome *outcome,
			  enum fl_event_kind kind);
unsigned int count_leaks(const struct fl_outcome *outcome,
			 enum fl_leak_kind kind);
int was_warned(const struct fl_outcome *outcome, const char *words);
void assert_no_complaint(const struct fl_outcome *outcome);
const struct fl_wait *wait_of(const struct fl_outcome *outcome, uint32_t task);
const struct fl_held *held_at_end(const struct fl_outcome *outcome,
				  enum fl_held_kind kind);
int has_edge(const struct fl_outcome *outcome, const char *outer,
	     const char *inner);

/* A suite: every *_tests.c has one. */
struct suite {
	const char *name;
	int (*run)(void);
};

#define SUITE(name, ...)						\
	int name(void);							\
	int name(void)							\
	{								\
		const struct CMUnitTest tests[] = { __VA_ARGS__ };	\
									\
		return cmocka_run_group_tests_name(#name, tests, NULL, NULL); \
	}

#define shows(test) cmocka_unit_test(test)

#endif
