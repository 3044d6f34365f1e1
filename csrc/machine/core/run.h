/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run.c: the one run that this image is making.
 *
 * All of struct run is put back before each run. What must survive a run (lock
 * classes, caches, the snapshot of the slice's statics) its own file keeps.
 */
#ifndef CORE_RUN_H
#define CORE_RUN_H

#include "core/task.h"

/* Thirty times what the longest scenario takes on code that is sound: an endless
 * loop costs a millisecond, and a check of a patch that loops everywhere ends. */
#define BUDGET_DEFAULT	200000

struct run {
	const struct fl_run *asked;
	int slot;			/* whose turn it is, or NO_TASK */
	uint32_t runnable;		/* bit a slot, and RUN_STEPS */
	int in_setup;
	int quiet;
	int ended;			/* run_end() was called */
	int asks_stuck;			/* who is stuck is of interest */
	void *main_sp;
	uint64_t random;
	int priority[TASK_SLOTS];	/* of FL_SCHEDULE_PRIORITY */
	uint32_t falls[FL_DEPTH_MAX];	/* choices at which one falls */
	uint64_t budget;
	int is_fair;			/* no task runs on for ever */
	uint32_t same;			/* choices of one task in a row */
	int spinner;			/* whose turn it is not, or NO_TASK */
	uint32_t rest;			/* for so many choices */
	uint32_t moves;			/* of tasks that cannot go on */
	uint32_t objects[16];		/* next number of each kind */
	struct task tasks[TASK_SLOTS];
	struct fl_outcome outcome;
};

extern struct run run;

/*
 * Pseudo-task bit of run.runnable: forces a check at every scheduling point.
 * With it a task is never alone, and is_contested() costs nothing while it is
 * clear.
 */
#define RUN_STEPS	(1u << 31)

/* More than one task can run, or every scheduling point counts. */
static inline int is_contested(void)
{
	return __builtin_expect((run.runnable & (run.runnable - 1)) != 0, 0);
}

static inline struct task *task_me(void)
{
	return &run.tasks[run.slot < 0 ? SETUP_SLOT : run.slot];
}

/**
 * run_start_up - make the image ready: its initcalls
 * @asked: the first run
 *
 * Once in the life of an image; the slice's statics are then as every run
 * finds them.
 * Return: 0 if it failed, which the outcome tells then.
 */
int run_start_up(const struct fl_run *asked);
/* Carries out one run; run.outcome has what came out. Returns 1. */
int run_make(const struct fl_run *asked);

/*
 * For tests. If set, called in place of syscall_make() for every op, on the
 * op's task: a C function of the test's own is a task's body.
 */
extern void (*op_override)(const struct fl_op *op, struct fl_op_result *result);
/* If set, called in place of world_make(). */
extern const char *(*world_override)(const struct fl_geometry *geometry);

#endif
