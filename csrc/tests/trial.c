// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a trial is run, and what its outcome says.
 *
 * The bodies are the ops of a run like any other: one op for each task, carried
 * out by the body in place of the machine's driver.
 */
#include "trial.h"
#include "signals.h"
#include "core/run.h"
#include "core/schedule.h"
#include "locks/lock_class.h"
#include <linux/kernel.h>
#include <linux/string.h>

#define NOTES_MAX 256

static struct {
	task_body bodies[FL_TASKS_MAX];
	char text[NOTES_MAX];
	unsigned int length;
} now;

static void run_body(const struct fl_op *op, struct fl_op_result *result)
{
	now.bodies[op->task]();
	result->value = 0;
}

struct trial trial(task_body first, task_body second, task_body third)
{
	struct trial t = trial_of_ops(FL_FS_STRICT, 4096);

	t.bodies[0] = first;
	t.bodies[1] = second;
	t.bodies[2] = third;
	t.policy = second ? FL_SCHEDULE_ROUND_ROBIN : FL_SCHEDULE_IN_ORDER;
	return t;
}

struct trial trial_of_ops(enum fl_fs fs, uint64_t size)
{
	return (struct trial) {
		.geometry = {
			.fs		= fs,
			.size		= size,
			.device_blocks	= 256,
			.vma_pages	= 64,
		},
	};
}

void trial_extent(struct trial *trial, uint32_t block, uint32_t count,
		  uint8_t fill, uint8_t flags)
{
	trial->geometry.extents[trial->geometry.nr_extents++] =
		(struct fl_extent) {
			.block	= block,
			.count	= count,
			.fill	= fill,
			.flags	= flags,
		};
}

void trial_op(struct trial *trial, struct fl_op op)
{
	trial->ops[trial->nr_ops++] = op;
}

void trial_fail(struct trial *trial, uint32_t task, uint32_t nth, int error)
{
	trial->injections[trial->nr_injections++] = (struct fl_injection) {
		.task	= task,
		.nth	= nth,
		.error	= error,
	};
}

static int first_error(uint32_t point)
{
	int32_t error = 0;

	return faultline_image()->point_errors(point, &error, 1) ? error : 0;
}

int trial_fail_point(struct trial *trial, uint32_t task, enum fl_point point,
		     uint32_t nth, int error)
{
	const struct fl_outcome *outcome = run_trial(trial);
	uint32_t i;

	for (i = 0; i < outcome->nr_events; i++) {
		const struct fl_event *event = &outcome->events[i];

		if (event->kind == FL_EVENT_POINT && event->task == task &&
		    event->args[1] == point && !--nth) {
			trial_fail(trial, task, event->args[0],
				   error ? error : first_error(point));
			return 1;
		}
	}
	return 0;
}

int legal_error(const struct fl_outcome *outcome, uint32_t task, uint32_t nth)
{
	uint32_t i;

	for (i = 0; i < outcome->nr_events; i++) {
		const struct fl_event *event = &outcome->events[i];

		if (event->kind == FL_EVENT_POINT && event->task == task &&
		    event->args[0] == nth)
			return first_error(event->args[1]);
	}
	return 0;
}

const struct fl_outcome *run_trial(const struct trial *trial)
{
	static struct fl_op ops[FL_OPS_MAX];
	const struct fl_outcome *outcome;
	uint32_t nr_ops = trial->nr_ops;
	struct fl_run run = {
		.geometry	= &trial->geometry,
		.ops		= ops,
		.injections	= trial->injections,
		.nr_injections	= trial->nr_injections,
		.schedule	= { .policy = trial->policy },
		.budget		= trial->budget,
	};

	memset(&now, 0, sizeof(now));
	if (nr_ops) {
		memcpy(ops, trial->ops, nr_ops * sizeof(ops[0]));
	} else {
		for (; nr_ops < FL_TASKS_MAX && trial->bodies[nr_ops]; nr_ops++)
			ops[nr_ops] = (struct fl_op) {
				.kind = FL_OP_YIELD,
				.task = nr_ops,
				.fill = 1,
			};
		memcpy(now.bodies, trial->bodies, sizeof(now.bodies));
		op_override = run_body;
	}
	run.nr_ops = nr_ops;
	use_machine_signals();
	outcome = faultline_image()->run(&run);
	use_library_signals();
	op_override = NULL;
	return outcome;
}

const struct fl_outcome *run_bodies(task_body first, task_body second,
				    task_body third)
{
	struct trial t = trial(first, second, third);

	return run_trial(&t);
}

void let_others_run(unsigned int times)
{
	while (times--)
		schedule_point(0);
}

void note(char what)
{
	if (now.length < NOTES_MAX - 1)
		now.text[now.length++] = what;
}

void note_number(const char *what, long number)
{
	int length = snprintf(now.text + now.length, NOTES_MAX - now.length,
			      "%s=%ld", what, number);

	now.length = min_t(unsigned int, now.length + length, NOTES_MAX - 1);
}

const char *notes(void)
{
	return now.text;
}

static const char *end_name(uint32_t end)
{
	static const char *const names[] = {
		[FL_END_FINISHED]	= "finished",
		[FL_END_SELF_DEADLOCK]	= "self-deadlock",
		[FL_END_DEADLOCK]	= "deadlock",
		[FL_END_LOST_WAKEUP]	= "lost wakeup",
		[FL_END_OOPS]		= "oops",
		[FL_END_BUG]		= "BUG",
		[FL_END_DIVIDE]		= "division by zero",
		[FL_END_STACK_OVERFLOW]	= "stack overflow",
		[FL_END_STACK_SMASHED]	= "stack smashed",
		[FL_END_ENDLESS_LOOP]	= "endless loop",
		[FL_END_USE_AFTER_FREE]	= "use after free",
		[FL_END_DOUBLE_FREE]	= "double free",
		[FL_END_OVERRUN]	= "overrun",
		[FL_END_ATOMIC_SLEEP]	= "sleep in atomic context",
		[FL_END_TRAP]		= "trap",
		[FL_END_LIMIT]		= "limit",
		[FL_END_REFUSED]	= "refused",
	};

	return end < ARRAY_SIZE(names) ? names[end] : "unknown";
}

/* Offsets from the start of the image, as a symbolizer wants them. */
static void print_stack(const struct fl_stack *stack)
{
	uint32_t i;

	print_error("%s\n", stack->text);
	for (i = 0; i < stack->nr_frames; i++)
		print_error("  %#llx\n",
			    (unsigned long long)stack->pcs[i] - 1);
}

void assert_end(const struct fl_outcome *outcome, enum fl_end end)
{
	if (outcome->end == end)
		return;
	if (outcome->end_stack < outcome->nr_stacks)
		print_stack(&outcome->stacks[outcome->end_stack]);
	else if (outcome->message)
		print_error("%s\n", outcome->message);
	assert_string_equal(end_name(outcome->end), end_name(end));
}

unsigned int count_events(const struct fl_outcome *outcome,
			  enum fl_event_kind kind)
{
	unsigned int i, n = 0;

	for (i = 0; i < outcome->nr_events; i++)
		n += outcome->events[i].kind == kind;
	return n;
}

unsigned int count_leaks(const struct fl_outcome *outcome,
			 enum fl_leak_kind kind)
{
	unsigned int i, n = 0;

	for (i = 0; i < outcome->nr_leaks; i++)
		n += outcome->leaks[i].kind == kind;
	return n;
}

int was_warned(const struct fl_outcome *outcome, const char *words)
{
	unsigned int i;

	for (i = 0; i < outcome->nr_events; i++) {
		const struct fl_event *event = &outcome->events[i];

		if (event->kind == FL_EVENT_WARN &&
		    strstr(outcome->stacks[event->args[0]].text, words))
			return 1;
	}
	return 0;
}

void assert_no_complaint(const struct fl_outcome *outcome)
{
	unsigned int i;

	for (i = 0; i < outcome->nr_stacks; i++)
		print_stack(&outcome->stacks[i]);
	assert_int_equal(count_events(outcome, FL_EVENT_WARN), 0);
	assert_int_equal(count_events(outcome, FL_EVENT_MISUSE), 0);
}

const struct fl_wait *wait_of(const struct fl_outcome *outcome, uint32_t task)
{
	unsigned int i;

	for (i = 0; i < outcome->nr_waits; i++) {
		if (outcome->waits[i].task == task)
			return &outcome->waits[i];
	}
	fail_msg("task %u does not wait", task);
	return NULL;
}

const struct fl_held *held_at_end(const struct fl_outcome *outcome,
				  enum fl_held_kind kind)
{
	unsigned int i;

	for (i = 0; i < outcome->nr_held; i++) {
		if (outcome->held[i].op == -1 && outcome->held[i].kind == kind)
			return &outcome->held[i];
	}
	return NULL;
}

int has_edge(const struct fl_outcome *outcome, const char *outer,
	     const char *inner)
{
	uint32_t from = lock_class(outer), to = lock_class(inner);

	return outcome->lock_edges[from] >> to & 1;
}
