// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known of a run once it is over: how it ended, what was warned about,
 * held, waited for and leaked, each with the call chain that led there.
 *
 * A run ends once. The first end is the one that counts; what happens after it
 * (there is only the audit, and that is not made then) cannot replace it.
 */
#include <stdio.h>
#include <string.h>
#include "core/outcome.h"
#include "core/host.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/text.h"
#include "core/trace.h"

#define HELD_NOTES_MAX	1024
#define LEAKS_MAX	1024
/* Kept free for the end of the run and for the tasks that wait. */
#define STACKS_RESERVED	10
/* So many texts of the log are kept, or a flood would leave no room. */
#define SAID_LIMIT	64

static struct fl_op_result results[FL_OPS_MAX];
static struct fl_held held[HELD_NOTES_MAX];
static struct fl_leak leaks[LEAKS_MAX];
static struct fl_wait waits[TASK_SLOTS];
static struct fl_stack stacks[FL_STACKS_MAX];
static char message[256];
static uint32_t nr_said;

void outcome_reset(void)
{
	struct fl_outcome *outcome = &run.outcome;

	memset(outcome, 0, sizeof(*outcome));
	outcome->end_stack = UINT32_MAX;
	outcome->results = results;
	outcome->held = held;
	outcome->leaks = leaks;
	outcome->waits = waits;
	outcome->stacks = stacks;
	outcome->nr_results = run.asked->nr_ops;
	memset(results, 0, run.asked->nr_ops * sizeof(results[0]));
	message[0] = 0;
	nr_said = 0;
}

/* ---- call chains ---- */

/*
 * The return addresses from frame pointer @frame outwards; what lies inside of
 * the call made at @from (the machine's own frames) is left out.
 */
static uint32_t walk(unsigned int slot, uintptr_t frame, uintptr_t from,
		     uint64_t *pcs, uint32_t n)
{
	uint32_t start = n, limit = 0;
	const uintptr_t *at;
	uint64_t pc;

	for (; stack_holds(slot, frame) && limit < 4096; frame = at[0]) {
		at = (const uintptr_t *)frame;
		limit++;
		if (from && at[1] == from)
			n = start;
		pc = pc_of(at[1]);
		if (pc && n < FL_FRAMES_MAX)
			pcs[n++] = pc;
		if (at[0] <= frame)
			break;
	}
	return n;
}

/* A free one, or the last if there is none: a flood of warnings is one end. */
static uint32_t stack_new(unsigned int slot, const char *text, int reserved)
{
	uint32_t limit = FL_STACKS_MAX - (reserved ? 0 : STACKS_RESERVED);
	uint32_t at = run.outcome.nr_stacks;
	struct fl_stack *stack;

	if (at >= limit)
		return limit - 1;
	run.outcome.nr_stacks++;
	stack = &stacks[at];
	stack->task = slot == SETUP_SLOT ? 0 : slot;
	stack->nr_frames = 0;
	stack->event = trace_count();
	stack->reserved = 0;
	snprintf(stack->text, sizeof(stack->text), "%s", text);
	return at;
}

uint32_t stack_note(unsigned int slot, uintptr_t frame, uintptr_t first,
		    uintptr_t from, const char *text)
{
	uint32_t at = stack_new(slot, text, 1);
	struct fl_stack *stack = &stacks[at];
	uint32_t n = 0;

	if (pc_of(first))
		stack->pcs[n++] = pc_of(first);
	stack->nr_frames = walk(slot, frame, from, stack->pcs, n);
	return at;
}

uint32_t stack_note_site(uintptr_t site, const char *text)
{
	uint32_t at = stack_new((unsigned int)task_number(), text, 1);

	stacks[at].pcs[0] = pc_of(site);
	stacks[at].nr_frames = pc_of(site) != 0;
	return at;
}

uint32_t stack_note_parked(unsigned int slot, uintptr_t from, const char *text)
{
	/* The switch saved the frame pointer sixth. */
	const uintptr_t *saved = run.tasks[slot].sp;

	return stack_note(slot, saved[5], 0, from, text);
}

static unsigned int current_slot(void)
{
	return run.slot < 0 ? SETUP_SLOT : (unsigned int)run.slot;
}

/* ---- the end ---- */

void run_end(enum fl_end how, uintptr_t site, const char *format, ...)
{
	va_list arguments;

	if (run.slot == NO_TASK) {
		va_start(arguments, format);
		vsnprintf(message, sizeof(message), format, arguments);
		va_end(arguments);
		host_die(message);
	}
	/*
	 * The limits leave room for everything that an op does once: code that
	 * goes beyond one goes round in circles, and that is its own fault.
	 */
	if (how == FL_END_LIMIT && task_me()->op != NO_OP)
		how = FL_END_ENDLESS_LOOP;
	if (!run.ended) {
		run.ended = 1;
		va_start(arguments, format);
		vsnprintf(message, sizeof(message), format, arguments);
		va_end(arguments);
		run.outcome.end = how;
		run.outcome.message = message;
		run.outcome.end_stack = stack_note(current_slot(),
			(uintptr_t)__builtin_frame_address(0), 0, site,
			message);
	}
	task_leave();
}

/* An audit that did not come to its end says nothing. */
void outcome_forget_audit(void)
{
	run.outcome.nr_blocks = 0;
	run.outcome.nr_contents = 0;
	run.outcome.nr_mappings = 0;
	run.outcome.nr_entries = 0;
	run.outcome.nr_leaks = 0;
}

void outcome_fault(enum fl_end how, uintptr_t pc, uintptr_t frame,
		   uintptr_t caller, uint64_t address, const char *what)
{
	uint32_t at;

	if (run.ended)
		return;
	run.ended = 1;
	snprintf(message, sizeof(message), "%s", what);
	run.outcome.end = how;
	run.outcome.message = message;
	run.outcome.fault_address = address;
	/*
	 * A return address points behind its call, so the faulting address
	 * does too. Outside the image (a copy in libc, a jump into the void)
	 * the caller's is as near as it gets.
	 */
	at = stack_note(current_slot(), frame, pc_of(pc) ? pc + 1 : caller, 0,
			what);
	run.outcome.end_stack = at;
}

/* ---- what goes on ---- */

static void complain(enum fl_event_kind kind, uintptr_t frame, uintptr_t site,
		     const char *format, va_list arguments)
{
	char text[sizeof(stacks[0].text)];
	unsigned int slot = current_slot();
	uint32_t at;

	if (run.ended)
		return;
	text_format(text, sizeof(text), format, arguments);
	at = stack_new(slot, text, 0);
	if (run.outcome.nr_stacks == at + 1)
		stacks[at].nr_frames = walk(slot, frame, site, stacks[at].pcs,
					    0);
	trace(kind, 0, site, at, 0, 0, 0, 0);
}

void run_warn(uintptr_t site, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(FL_EVENT_WARN, (uintptr_t)__builtin_frame_address(0), site,
		 format, arguments);
	va_end(arguments);
}

void run_misuse(uintptr_t site, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(FL_EVENT_MISUSE, (uintptr_t)__builtin_frame_address(0), site,
		 format, arguments);
	va_end(arguments);
}

void run_say(uintptr_t site, uintptr_t frame, int level, const char *text)
{
	unsigned int slot = current_slot();
	uint32_t at;

	if (nr_said == SAID_LIMIT) {
		trace(FL_EVENT_PRINT, 0, site, -1, level, 0, 0, 0);
		return;
	}
	nr_said++;
	at = stack_new(slot, text, 0);
	stacks[at].nr_frames = walk(slot, frame, site, stacks[at].pcs, 0);
	trace(FL_EVENT_PRINT, 0, site, at, level, 0, 0, 0);
}

void faultline_warn(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
void faultline_warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(FL_EVENT_WARN, (uintptr_t)__builtin_frame_address(0), CALLER,
		 format, arguments);
	va_end(arguments);
}

void faultline_bug(const char *condition) __attribute__((noreturn));
void faultline_bug(const char *condition)
{
	run_end(FL_END_BUG, CALLER, "BUG: %s", condition);
}

/* ---- lists ---- */

static void list_is_full(const char *what)
{
	if (run.ended)
		return;
	run.ended = 1;
	snprintf(message, sizeof(message), "%s", what);
	run.outcome.end = FL_END_LIMIT;
	run.outcome.message = message;
}

void outcome_note_wait(const struct fl_wait *wait)
{
	if (run.outcome.nr_waits < TASK_SLOTS)
		waits[run.outcome.nr_waits++] = *wait;
}

void outcome_note_held(const struct fl_held *note)
{
	if (run.outcome.nr_held == HELD_NOTES_MAX) {
		list_is_full("too much was held after too many ops");
		return;
	}
	held[run.outcome.nr_held++] = *note;
}

void leak_add(enum fl_leak_kind kind, uint32_t object, uint64_t size,
	      uintptr_t site, const char *what)
{
	if (run.outcome.nr_leaks == LEAKS_MAX) {
		list_is_full("too many leaks");
		return;
	}
	leaks[run.outcome.nr_leaks++] = (struct fl_leak){
		.kind = kind,
		.object = object,
		.size = size,
		.pc = pc_of(site),
		.what = what,
	};
}

struct fl_op_result *result_of(uint32_t op)
{
	return &results[op];
}
