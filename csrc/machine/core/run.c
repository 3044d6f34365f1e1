// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run in one fresh world, from what was asked to what came out.
 *
 * A run goes through phases, each on task stacks so that a crash in any of
 * them is an end like another: the world is built, the SETUP ops run alone,
 * the tasks are released, and if all of them came to their end, the world is
 * audited.
 *
 * What must hold: nothing of one run reaches the next. run_reset() puts back
 * what lies in statics of the machine; statics of the slice and the arena have
 * their own way. A file whose statics a run changes has a reset that is called
 * there, or by the file that opens it in world_make(). A test makes every run
 * of the catalogue twice and compares.
 */
#include <string.h>
#include "core/run.h"
#include "core/access_set.h"
#include "core/deadlock.h"
#include "core/instrument.h"
#include "core/outcome.h"
#include "core/reads.h"
#include "core/schedule.h"
#include "core/statics.h"
#include "core/trace.h"
#include "core/work.h"
#include "fs/audit.h"
#include "fs/contract.h"
#include "fs/filesystem.h"
#include "fs/freeze.h"
#include "fs/syscalls.h"
#include "fs/world.h"
#include "locks/bitlock.h"
#include "locks/held.h"
#include "locks/lock_class.h"
#include "locks/mutex.h"
#include "locks/sleep.h"
#include "memory/arena.h"
#include "memory/kmalloc.h"
#include "memory/memory_failure.h"
#include "memory/pin.h"
#include "memory/slab.h"
#include "storage/cpu_cache.h"
#include "storage/device.h"

struct run run;

void (*op_override)(const struct fl_op *op, struct fl_op_result *result);
const char *(*world_override)(const struct fl_geometry *geometry);

/* ---- ops ---- */

static void op_carry_out(const struct fl_op *op, struct fl_op_result *result)
{
	uint32_t times = op->repeat ? op->repeat : 1;

	if (op_override) {
		op_override(op, result);
		return;
	}
	switch (op->kind) {
	case FL_OP_YIELD:
		while (times--)
			schedule_point(0);
		return;
	case FL_OP_MUTEX_SECTION:
		while (times--)
			toy_mutex_section(op->pos != 0);
		return;
	default:
		syscall_make(op, result);
	}
}

/*
 * An op returned to user space with something held. That is what there is to
 * say of its task; what would follow from it is not another finding.
 */
static int is_done_for(unsigned int slot)
{
	const struct task *task = &run.tasks[slot];

	return task->nr_held || task->preempt || task->rcu;
}

static void op_run(uint32_t index)
{
	const struct fl_op *op = &run.asked->ops[index];
	struct fl_op_result *result = result_of(index);
	struct task *me = task_me();

	me->op = index;
	me->seen_entry = 0;
	me->queue = NULL;
	result->state = FL_OP_RUNNING;
	result->first_event = trace_count();
	trace(FL_EVENT_OP_ENTER, 0, 0, index, op->kind, (int64_t)op->pos,
	      (int64_t)op->length, 0);
	op_carry_out(op, result);
	trace(FL_EVENT_OP_RETURN, 0, 0, index, op->kind, result->vm_fault,
	      result->entries, result->value);
	result->end_event = trace_count();
	result->state = FL_OP_DONE;
	if (is_done_for((unsigned int)run.slot))
		held_note((int)index, (unsigned int)run.slot);
}

static uint32_t setup_op;

static void run_setup_op(unsigned int slot)
{
	(void)slot;
	op_run(setup_op);
}

static void run_ops(unsigned int slot)
{
	for (uint32_t i = 0; i < run.asked->nr_ops; i++)
		if (run.asked->ops[i].task == slot &&
		    !(run.asked->ops[i].flags & FL_OP_SETUP) &&
		    !is_done_for(slot))
			op_run(i);
}

/* ---- phases: each returns whether the run goes on ---- */

static int all_ended(void)
{
	for (unsigned int slot = 0; slot < TASK_SLOTS; slot++)
		if (run.tasks[slot].state == TASK_PARKED && !work_is_idle(slot))
			return 0;
	return 1;
}

/* Everything that has begun has run; what does not go on for ever? */
static int phase_over(void)
{
	if (run.ended)
		return 0;
	if (all_ended())
		return 1;
	run.ended = 1;
	deadlock_explain();
	return 0;
}

static int phase(unsigned int slot, void (*body)(unsigned int slot))
{
	task_begin(slot, body);
	schedule_start();
	return phase_over();
}

/*
 * The initcalls, in the order of their levels. They run before the first world
 * and leave the slice's statics as every world finds them.
 */
struct initcall {
	int (*call)(void);
	long level;
};
extern const struct initcall __start_slice_initcalls[]
	__attribute__((weak, visibility("hidden")));
extern const struct initcall __stop_slice_initcalls[]
	__attribute__((weak, visibility("hidden")));

static void run_initcalls(unsigned int slot)
{
	const struct initcall *i;

	(void)slot;
	/* Up to 4.10, tables are statics, and put back like them. */
	contract_open();
	for (long level = 0; level < 8; level++)
		for (i = __start_slice_initcalls;
		     i < __stop_slice_initcalls; i++)
			if (i->level == level && i->call() != 0)
				run_end(FL_END_REFUSED, (uintptr_t)i->call + 1,
					"an initcall of the slice failed");
}

static void build_world(unsigned int slot)
{
	const char *(*make)(const struct fl_geometry *) =
		world_override ? world_override : world_make;
	const char *refused = make(run.asked->geometry);

	device_settle();

	(void)slot;
	if (refused)
		run_end(FL_END_REFUSED, 0, "%s", refused);
}

static void audit(unsigned int slot)
{
	(void)slot;
	if (!world_override)
		world_audit(&run.outcome);
	slab_find_leaks();
}

static int set_up(void)
{
	if (!phase(SETUP_SLOT, build_world))
		return 0;
	for (uint32_t i = 0; i < run.asked->nr_ops; i++) {
		if (!(run.asked->ops[i].flags & FL_OP_SETUP) ||
		    is_done_for(run.asked->ops[i].task))
			continue;
		setup_op = i;
		if (!phase(run.asked->ops[i].task, run_setup_op))
			return 0;
	}
	return 1;
}

static int has_worker(void)
{
	const struct filesystem *filesystem =
		filesystem_of(run.asked->geometry->fs);

	return filesystem && filesystem->has_worker && !world_override;
}

static int release_tasks(void)
{
	uint32_t busy = 0;

	for (uint32_t i = 0; i < run.asked->nr_ops; i++)
		if (!(run.asked->ops[i].flags & FL_OP_SETUP))
			busy |= 1u << run.asked->ops[i].task;
	for (unsigned int slot = 0; slot < FL_TASKS_MAX; slot++)
		if (busy & 1u << slot)
			task_begin(slot, run_ops);
	run.is_fair = has_worker();
	if (run.is_fair)
		work_begin(busy);
	run.in_setup = 0;
	access_set_begin();
	schedule_start();
	access_set_end();
	if (!phase_over())
		return 0;
	work_end();
	return 1;
}

/*
 * A world without a file: nothing is built, so nothing has to be put back
 * either; the next world with one puts back what was before.
 */
static void run_toy(void)
{
	if (release_tasks())
		run.in_setup = 1;
	run.outcome.basic_blocks = run.budget - (uint64_t)blocks_left;
	for (unsigned int slot = 0; slot < FL_TASKS_MAX; slot++)
		held_note(-1, slot);
}

static void run_phases(void)
{
	int has_finished;

	statics_reset();
	has_finished = set_up() && release_tasks();
	run.outcome.basic_blocks = run.budget - (uint64_t)blocks_left;
	if (has_finished) {
		run.in_setup = 1;
		/* What the audit asks the slice is none of the run's doing. */
		blocks_left = (int64_t)run.budget;
		if (!run.quiet && !phase(SETUP_SLOT, audit))
			outcome_forget_audit();
	}
	for (unsigned int slot = 0; slot < TASK_SLOTS; slot++)
		held_note(-1, slot);
}

static int has_file(const struct fl_run *asked)
{
	return asked->geometry->fs != FL_FS_NONE || world_override;
}

/* All that a run changes in the machine is put back here; see above. */
static void run_reset(const struct fl_run *asked, int with_file)
{
	run.asked = asked;
	run.slot = NO_TASK;
	run.runnable = 0;
	run.in_setup = 1;
	run.quiet = asked->flags & FL_RUN_QUIET;
	run.ended = 0;
	run.moves = 0;
	run.is_fair = 0;
	run.same = 0;
	run.spinner = NO_TASK;
	run.budget = asked->budget ? asked->budget : BUDGET_DEFAULT;
	memset(run.objects, 0, sizeof(run.objects));
	for (unsigned int slot = 0; slot < TASK_SLOTS; slot++) {
		struct task *task = &run.tasks[slot];

		/* What it held is beyond nr_held, and so not looked at. */
		memset(task, 0, offsetof(struct task, held));
		task->op = NO_OP;
	}
	outcome_reset();
	trace_reset();
	access_set_reset();
	schedule_reset();
	reads_reset();
	toy_mutex_reset();
	freeze_reset();
	pin_reset();
	memory_failure_reset();
	work_reset();
	if (!with_file)
		return;
	arena_reset();
	slab_reset();
	kmalloc_reset();
	sleep_reset();
	bitlock_reset();
	cpu_cache_reset();
}

/*
 * Once in the life of an image. What the initcalls did to the machine is put
 * back with the rest of the first world, so that it is like every other.
 */
int run_start_up(const struct fl_run *asked)
{
	/* Needed where a run can no longer end for want of a class. */
	lock_class("dax entry");
	run_reset(asked, 1);
	blocks_left = BUDGET_DEFAULT;
	if (!phase(SETUP_SLOT, run_initcalls))
		return 0;
	kmalloc_world_begins();
	return 1;
}

int run_make(const struct fl_run *asked)
{
	run_reset(asked, has_file(asked));
	blocks_left = (int64_t)run.budget;
	if (has_file(asked))
		run_phases();
	else
		run_toy();
	return 1;
}
