// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ABI: one run in one fresh world, from what was asked to what came out.
 *
 * A run goes through phases, each on task stacks so that a crash in any of
 * them is an end like another: the world is built, the SETUP ops run alone,
 * the tasks are released, and if all of them came to their end, the world is
 * audited. Nothing of one run reaches the next.
 */
#include <string.h>
#include "run.h"

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
			toy_mutex_section();
		return;
	default:
		op_drive(op, result);
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

void op_run(uint32_t index)
{
	const struct fl_op *op = &run.asked->ops[index];
	struct fl_op_result *result = result_of(index);
	struct task *me = task_me();

	me->op = index;
	me->seen_entry = 0;
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
		if (run.tasks[slot].state == TASK_PARKED)
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
	schedule_explain();
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

static int release_tasks(void)
{
	uint32_t busy = 0;

	for (uint32_t i = 0; i < run.asked->nr_ops; i++)
		if (!(run.asked->ops[i].flags & FL_OP_SETUP))
			busy |= 1u << run.asked->ops[i].task;
	for (unsigned int slot = 0; slot < FL_TASKS_MAX; slot++)
		if (busy & 1u << slot)
			task_begin(slot, run_ops);
	run.in_setup = 0;
	footprint_begin();
	schedule_start();
	footprint_end();
	return phase_over();
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

static void world_reset(const struct fl_run *asked, int with_file)
{
	run.asked = asked;
	run.slot = NO_TASK;
	run.runnable = 0;
	run.in_setup = 1;
	run.quiet = asked->flags & FL_RUN_QUIET;
	run.ended = 0;
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
	footprint_reset();
	schedule_reset();
	seen_reset();
	toy_mutex_reset();
	freeze_reset();
	if (!with_file)
		return;
	arena_reset();
	slab_reset();
	sched_reset();
	bitlock_reset();
}

/*
 * Once in the life of an image. What the initcalls did to the machine is put
 * back with the rest of the first world, so that it is like every other.
 */
static int start_up(const struct fl_run *asked)
{
	static int done;

	if (done)
		return 1;
	/* Needed where a run can no longer end for want of a class. */
	lock_class("dax entry");
	world_reset(asked, 1);
	blocks_left = BUDGET_DEFAULT;
	if (!phase(SETUP_SLOT, run_initcalls))
		return 0;
	slab_world_begins();
	statics_snapshot();
	done = 1;
	return 1;
}

static const struct fl_outcome *refuse(const char *why)
{
	static struct fl_outcome refused;

	refused = (struct fl_outcome){
		.end = FL_END_REFUSED,
		.end_stack = UINT32_MAX,
		.message = why,
	};
	return &refused;
}

static const struct fl_outcome *image_run(const struct fl_run *asked)
{
	static int opened;
	const char *refused = run_refused(asked);

	if (refused)
		return refuse(refused);
	if (!opened) {
		arena_open();
		host_open();
		opened = 1;
	}
	if (!host_claim())
		return refuse("another run is on in this process");
	host_enter();
	if (start_up(asked)) {
		world_reset(asked, has_file(asked));
		blocks_left = (int64_t)run.budget;
		if (has_file(asked))
			run_phases();
		else
			run_toy();
	}
	blocks_left = BUDGET_IDLE;
	run.outcome.nr_events = trace_count();
	seen_finish();
	run.slot = NO_TASK;
	host_release();
	return &run.outcome;
}

/* ---- the table ---- */

int __llvm_profile_write_file(void) __attribute__((weak));
void __llvm_profile_set_filename(const char *path) __attribute__((weak));
char *__llvm_profile_begin_counters(void) __attribute__((weak));
char *__llvm_profile_end_counters(void) __attribute__((weak));

static int image_write_profile(const char *path)
{
	int failed;

	if (!__llvm_profile_write_file || !__llvm_profile_set_filename)
		return -1;
	__llvm_profile_set_filename(path);
	failed = __llvm_profile_write_file();
	/* The profile runtime writes once more as the process ends. */
	__llvm_profile_set_filename("/dev/null");
	return failed ? -1 : 0;
}

static const uint64_t *image_profile_counters(uint32_t *count)
{
	char *begin, *end;

	*count = 0;
	if (!__llvm_profile_begin_counters || !__llvm_profile_end_counters)
		return NULL;
	begin = __llvm_profile_begin_counters();
	end = __llvm_profile_end_counters();
	*count = (end - begin) / sizeof(uint64_t);
	return (const uint64_t *)begin;
}

/* What a filesystem can do shows once a file of it is mapped. */
static void make_known(uint32_t fs)
{
	struct fl_geometry smallest = {
		.fs = fs,
		.device_blocks = 64,
		.vma_pages = 1,
	};

	image_run(&(struct fl_run){
		.geometry = &smallest,
		.flags = FL_RUN_QUIET,
	});
}

static int image_supports(uint32_t fs, uint32_t op_kind)
{
	if (op_kind == FL_OP_YIELD || op_kind == FL_OP_MUTEX_SECTION)
		return fs >= FL_FS_EXT2 && fs <= FL_FS_NONE;
	if (fs != FL_FS_EXT2 && fs != FL_FS_STRICT)
		return 0;
	if (!world_is_known(fs))
		make_known(fs);
	return op_kind > 0 && op_kind < FL_OP_KINDS &&
		world_supports(fs, op_kind);
}

#define FACT(have, interface) ((have) ? (uint64_t)(interface) : 0)

static const uint64_t interfaces =
	FACT(HAVE_XARRAY, FL_INTERFACE_XARRAY) |
	FACT(HAVE_IOMAP_ITER, FL_INTERFACE_IOMAP_ITER) |
	FACT(HAVE_DONE_COW, FL_INTERFACE_DONE_COW) |
	FACT(!HAVE_DAX_PFN_MKWRITE, FL_INTERFACE_MKWRITE_FAULT) |
	FACT(HAVE_VMF_HWPOISON, FL_INTERFACE_HWPOISON) |
	FACT(HAVE_DAX_MEM2BLK, FL_INTERFACE_MEM2BLK) |
	FACT(HAVE_DAX_ACCESS_MODE, FL_INTERFACE_RECOVERY_WRITE) |
	FACT(HAVE_DAX_EOF_FIRST, FL_INTERFACE_EOF_FIRST) |
	FACT(!SLICE_IS_EMBEDDED, FL_INTERFACE_RELEASED);

const struct fl_image *faultline_image(void)
{
	static struct fl_image image = {
		.abi = FAULTLINE_ABI,
		.version = TREE_VERSION,
		.run = image_run,
		.point_errors = inject_errors,
		.point_name = inject_name,
		.lock_class_name = lock_class_name,
		.supports = image_supports,
		.write_profile = image_write_profile,
		.profile_counters = image_profile_counters,
		.interfaces = interfaces,
	};

	if (!image.base) {
		host_find_image();
		run.slot = NO_TASK;
		image.base = image_base;
		if (__llvm_profile_set_filename)
			__llvm_profile_set_filename("/dev/null");
	}
	return &image;
}
