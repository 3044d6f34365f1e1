// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which runs are refused before anything is done: what travels in is data from
 * files and command lines, and a malformed run must not look like a verdict.
 * The geometry itself is judged by who builds the world.
 */
#include "core/request.h"
#include "core/run.h"
#include "fs/world.h"

static const char *op_refused(const struct fl_op *op)
{
	if (!op->kind || op->kind >= FL_OP_KINDS)
		return "no such kind of op";
	if (op->task >= FL_TASKS_MAX)
		return "an op of a task beyond the last";
	if (op->flags & ~FL_OP_SETUP)
		return "an op with unknown flags";
	if ((int64_t)op->pos < 0 || (int64_t)op->length < 0 ||
	    (int64_t)(op->pos + op->length) < 0)
		return "an op beyond the largest file";
	switch (op->kind) {
	case FL_OP_WRITE_FAULT:
	case FL_OP_PRIVATE_WRITE_FAULT:
	case FL_OP_PFN_MKWRITE:
	case FL_OP_PMD_WRITE_FAULT:
	case FL_OP_PMD_PRIVATE_WRITE_FAULT:
		if (!op->fill)
			return "a store of zeroes cannot be told from a hole";
		/* fallthrough */
	case FL_OP_READ_FAULT:
	case FL_OP_PRIVATE_READ_FAULT:
	case FL_OP_PMD_READ_FAULT:
		if (!op->length || (op->pos & 4095) + op->length > 4096)
			return "an access that is not inside one page";
		return NULL;
	case FL_OP_WRITE:
	case FL_OP_WRITE_NOWAIT:
		return op->fill ? NULL :
			"a write of zeroes cannot be told from a hole";
	case FL_OP_EVICT:
		return op->pos > FL_EVICT_AND_MOUNT ?
			"an eviction of neither file, nor of all" : NULL;
	case FL_OP_DEDUPE:
		return (int64_t)(op->pos + 2 * op->length) >= 0 ? NULL :
			"an op beyond the largest file";
	default:
		return NULL;
	}
}

/* What can be done where there is no file. */
static const char *toy_refused(const struct fl_op *op)
{
	if (op->flags & FL_OP_SETUP)
		return "a world without a file has no prior state";
	return op->kind == FL_OP_YIELD || op->kind == FL_OP_MUTEX_SECTION ?
		NULL : "an op on a file where there is none";
}

static const char *injection_refused(const struct fl_injection *injection)
{
	if (injection->task >= FL_TASKS_MAX)
		return "an injection into a task beyond the last";
	if (!injection->nth)
		return "injection points count from 1";
	if (!injection->error || injection->error < -4095)
		return "an injection without an error";
	return NULL;
}

static const char *schedule_refused(const struct fl_schedule *schedule)
{
	if (schedule->policy > FL_SCHEDULE_PRIORITY)
		return "no such policy";
	if (schedule->depth > FL_DEPTH_MAX)
		return "too deep a schedule";
	if (schedule->nr_choices > FL_CHOICES_MAX)
		return "too many choices";
	if (schedule->nr_choices && !schedule->choices)
		return "choices are missing";
	for (uint32_t i = 0; i < schedule->nr_choices; i++)
		if (schedule->choices[i] >= FL_TASKS_MAX)
			return "a choice of a task beyond the last";
	return NULL;
}

const char *request_refused(const struct fl_run *asked)
{
	const char *refused = NULL;

	if (!asked || !asked->geometry)
		return "no geometry";
	if (asked->geometry->nr_extents > FL_EXTENTS_MAX)
		return "too many extents";
	if (asked->nr_ops > FL_OPS_MAX)
		return "too many ops";
	if (asked->nr_injections > FL_INJECTIONS_MAX)
		return "too many injections";
	if ((asked->nr_ops && !asked->ops) ||
	    (asked->nr_injections && !asked->injections))
		return "ops or injections are missing";
	if (asked->flags & ~(FL_RUN_QUIET | FL_RUN_STEPS))
		return "unknown flags";
	if (asked->budget > INT64_MAX)
		return "a budget beyond counting";
	refused = schedule_refused(&asked->schedule);
	for (uint32_t i = 0; !refused && i < asked->nr_ops; i++)
		refused = op_refused(&asked->ops[i]);
	if (asked->geometry->fs == FL_FS_NONE)
		for (uint32_t i = 0; !refused && i < asked->nr_ops; i++)
			refused = toy_refused(&asked->ops[i]);
	for (uint32_t i = 0; !refused && i < asked->nr_injections; i++)
		refused = injection_refused(&asked->injections[i]);
	return refused;
}
