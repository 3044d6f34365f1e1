// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who runs next.
 *
 * A task gives way only at a scheduling point, and there is a choice only if
 * more than one task can run; the choices come from outside and are the whole
 * of a run's nondeterminism.
 */
#include "core/schedule.h"
#include "core/access_set.h"
#include "core/host.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/trace.h"
#include "core/work.h"
#include "locks/lock_class.h"
#include "memory/pin.h"

/* Choices of one task in a row, more than any call makes; and how many the
 * others have then. */
#define SPINS_MAX	150
#define REST_OF_SPINNER	50

static unsigned int lowest(uint32_t mask)
{
	return (unsigned int)__builtin_ctz(mask);
}

static uint64_t random_next(void)
{
	uint64_t z = (run.random += 0x9e3779b97f4a7c15ull);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/*
 * Of those that can run the one before all others; behind a choice that is one
 * of those drawn it falls behind them.
 */
static unsigned int by_priority(uint32_t mask)
{
	unsigned int best = lowest(mask);

	for (mask &= mask - 1; mask; mask &= mask - 1)
		if (run.priority[lowest(mask)] > run.priority[best])
			best = lowest(mask);
	for (uint32_t i = 0; i + 1 < run.asked->schedule.depth; i++)
		if (run.falls[i] == run.outcome.nr_choices)
			run.priority[best] = -(int)i - 1;
	return best;
}

/* Draws the order of the tasks and where one falls. */
static void draw_priorities(void)
{
	const struct fl_schedule *schedule = &run.asked->schedule;

	for (int slot = 0; slot < (int)TASK_SLOTS; slot++) {
		int other = (int)(random_next() % (uint64_t)(slot + 1));

		run.priority[slot] = run.priority[other];
		run.priority[other] = slot;
	}
	for (uint32_t i = 0; i + 1 < schedule->depth; i++)
		run.falls[i] = 1 + (uint32_t)(random_next() %
			(schedule->length ? schedule->length : 1));
}

void schedule_reset(void)
{
	run.random = run.asked->schedule.seed;
	if (run.asked->schedule.policy == FL_SCHEDULE_PRIORITY)
		draw_priorities();
}

static unsigned int by_policy(uint32_t mask, uint32_t stuck, int current)
{
	uint32_t above;

	switch (run.asked->schedule.policy) {
	case FL_SCHEDULE_ROUND_ROBIN:
		above = current < 0 ? mask : mask & ~((2u << current) - 1);
		return lowest(above ? above : mask);
	case FL_SCHEDULE_RANDOM: {
		unsigned int skip;

		skip = (unsigned int)(random_next() %
			(uint64_t)__builtin_popcount(mask));
		while (skip--)
			mask &= mask - 1;
		return lowest(mask);
	}
	case FL_SCHEDULE_PRIORITY:
		return by_priority(mask);
	case FL_SCHEDULE_UNSTUCK:
		if (mask & ~stuck)
			mask &= ~stuck;
		/* fallthrough */
	default:
		if (current >= 0 && mask & 1u << current)
			return (unsigned int)current;
		return lowest(mask);
	}
}

/*
 * Where code tries again and again until another task is done, that one gets
 * its turn in the end: for a while the first cannot run, whatever is chosen.
 */
static uint32_t without_spinner(uint32_t mask, int current)
{
	uint32_t others;

	if (!run.is_fair)
		return mask;
	if (run.spinner == NO_TASK && run.same > SPINS_MAX && current >= 0) {
		run.spinner = current;
		run.rest = REST_OF_SPINNER;
	}
	if (run.spinner == NO_TASK)
		return mask;
	others = mask & ~(1u << run.spinner);
	if (others && run.rest) {
		run.rest--;
		return others;
	}
	run.spinner = NO_TASK;
	run.same = 0;
	return mask;
}

/* One of @mask, which is not empty; the choice is recorded if it is one. */
static unsigned int choose(uint32_t mask, int current, uint32_t object)
{
	const struct fl_schedule *schedule = &run.asked->schedule;
	struct fl_outcome *outcome = &run.outcome;
	uint32_t nth, stuck = 0;
	unsigned int next;
	int is_choice, forced;

	mask = without_spinner(mask & ~RUN_STEPS, current);
	forced = current < 0 || !(mask & 1u << current);
	if (__builtin_expect(run.asks_stuck, 0))
		stuck = access_set_stuck(mask);
	is_choice = (mask & (mask - 1)) != 0;
	if (!is_choice && !accesses_are_noted) {
		run.same = 0;
		return lowest(mask);
	}
	nth = outcome->nr_choices;
	outcome->nr_choices += (uint32_t)is_choice;
	if (accesses_are_noted)
		nth = outcome->nr_steps;
	if (nth >= FL_CHOICES_MAX && !run.quiet && current >= 0)
		run_end(FL_END_LIMIT, 0, "more than %d scheduling choices",
			FL_CHOICES_MAX);
	if (nth < schedule->nr_choices) {
		next = schedule->choices[nth];
		if (!(mask & 1u << next)) {
			outcome->diverged++;
			next = by_policy(mask, stuck, current);
		}
	} else {
		next = by_policy(mask, stuck, current);
	}
	run.same = (int)next == current ? run.same + 1 : 0;
	/* An event belongs to the step that it ends. */
	if (!run.quiet && is_choice)
		trace(FL_EVENT_SCHEDULE, object, 0, next, mask, forced, 0, 0);
	access_set_step(next, mask, stuck, current);
	return next;
}

static void give_way(uint32_t object)
{
	unsigned int next = choose(run.runnable, run.slot, object);

	if ((int)next != run.slot)
		task_to(next);
}

void schedule_point(uint32_t object)
{
	/* The common case: nobody else could run. */
	if (is_contested() && run.slot != NO_TASK)
		give_way(object);
}

void task_wants(const void *what, unsigned int bit)
{
	task_me()->wants = what;
	task_me()->wants_bit = bit;
}

void schedule_start(void)
{
	if (run.runnable & ~RUN_STEPS)
		task_enter(choose(run.runnable, NO_TASK, 0));
}

static int somebody_waits(void)
{
	for (unsigned int slot = 0; slot < TASK_SLOTS; slot++)
		if (run.tasks[slot].state == TASK_PARKED && !work_is_idle(slot))
			return 1;
	return 0;
}

/* Nobody can go on, so time passes, and every pin comes to its end in it. */
static void wait_for_pins(void)
{
	int slot = run.slot;

	/* It is no task's doing, and in no step. */
	run.slot = NO_TASK;
	pin_give_all();
	run.slot = slot;
}

/* The current task cannot go on, unless what it waits for comes now. */
static void switch_away(void)
{
	unsigned int next;

	run.runnable &= ~(1u << run.slot);
	if (!work_is_idle((unsigned int)run.slot))
		run.moves++;
	if (!(run.runnable & ~RUN_STEPS) && somebody_waits())
		wait_for_pins();
	if (!(run.runnable & ~RUN_STEPS) && somebody_waits())
		work_time_passes();
	if (!(run.runnable & ~RUN_STEPS))
		task_leave();
	next = choose(run.runnable, run.slot, 0);
	if ((int)next != run.slot)
		task_to(next);
}

void task_end(void)
{
	run.tasks[run.slot].state = TASK_ENDED;
	if (run.slot != SETUP_SLOT && !run.in_setup)
		trace(FL_EVENT_TASK_EXIT, 0, 0, 0, 0, 0, 0, 0);
	switch_away();
	host_die("a task ran on after its end");
}

void task_park(enum park_reason why, uint32_t object, uint32_t lock_class,
	       enum fl_mode mode, int owner, uintptr_t site)
{
	struct task *task;

	if (run.slot == NO_TASK)
		host_die("the scheduler's own stack cannot sleep");
	task = &run.tasks[run.slot];
	task->why = why;
	task->object = object;
	task->lock_class = lock_class;
	task->mode = mode;
	task->owner = owner;
	task->site = site;
	task->state = TASK_PARKED;
	switch_away();
	task->where = NULL;
}

static void wake_slot(unsigned int slot)
{
	struct task *task = &run.tasks[slot];

	if (task->state != TASK_PARKED)
		return;
	task->state = TASK_READY;
	run.runnable |= 1u << slot;
}

void task_wake(unsigned int task)
{
	if (task < FL_TASKS_MAX)
		wake_slot(task);
}

void task_saw_locked_entry(uint32_t object, uint64_t index)
{
	struct task *me = task_me();

	me->seen_entry = object;
	me->seen_index = index;
}

unsigned int task_number(void)
{
	return run.slot < 0 || run.slot == SETUP_SLOT ?
		0 : (unsigned int)run.slot;
}

int run_has_one_task(void)
{
	for (uint32_t i = 1; i < run.asked->nr_ops; i++)
		if (run.asked->ops[i].task != run.asked->ops[0].task)
			return 0;
	return 1;
}

int task_is_alone(void)
{
	for (int slot = 0; slot < FL_TASKS_MAX; slot++)
		if (slot != run.slot && run.tasks[slot].state != TASK_UNUSED)
			return 0;
	return 1;
}

int task_in_setup(void)
{
	return run.in_setup || run.slot < 0 || run.slot == SETUP_SLOT;
}
