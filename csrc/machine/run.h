/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the one run that this image is making: shared by the parts that
 * make it go (tasks, schedule, locks, trace, outcome), seen by nobody else.
 *
 * All of it is put back by run_reset(); what must survive a run (lock classes,
 * caches, the snapshot of the slice's statics) is kept by its own part.
 */
#ifndef RUN_H
#define RUN_H

#include "machine.h"

/* Slot of the task that builds the world and audits it: number 0 to others. */
#define SETUP_SLOT	FL_TASKS_MAX
#define TASK_SLOTS	(FL_TASKS_MAX + 1)
/* Op of what happens outside of ops. */
#define NO_OP		255
/* Value of run.slot while the scheduler's own stack is in use. */
#define NO_TASK		(-1)

#define BUDGET_DEFAULT	2000000
#define BUDGET_IDLE	INT64_MAX

struct held {
	uint32_t kind;
	uint32_t object;
	uint32_t lock_class;
	uint32_t mode;
	uint32_t spins;		/* counts as atomic */
	uint32_t in_graph;	/* has a lock class that others order against */
	uintptr_t site;
	const void *where;	/* the lock, if there is one in memory */
};

enum task_state { TASK_UNUSED, TASK_READY, TASK_PARKED, TASK_ENDED };

struct task {
	void *sp;			/* while it does not run */
	void (*body)(unsigned int slot);
	enum task_state state;
	/* why it is parked */
	enum park_reason why;
	uint32_t object;
	uint32_t lock_class;
	enum fl_mode mode;
	int owner;
	uintptr_t site;
	const void *where;
	/* at a scheduling point: what it goes on to take, see footprint.c */
	const void *wants;
	uint32_t wants_bit;
	/* the locked entry it saw last */
	uint32_t seen_entry;
	uint64_t seen_index;
	/* its op, and what it holds */
	uint32_t op;
	int preempt;
	int spins;			/* of @preempt: locks that spin */
	int rcu;
	uintptr_t preempt_site;
	unsigned int nr_held;
	struct held held[FL_HELD_MAX];
};

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
	uint32_t objects[16];		/* next number of each kind */
	struct task tasks[TASK_SLOTS];
	struct fl_outcome outcome;
};

extern struct run run;

/*
 * A bit of run.runnable that is no task's. With it a task is never alone, so
 * that every scheduling point is looked at, and who asks is_contested() pays
 * nothing for it when it is clear.
 */
#define RUN_STEPS	(1u << 31)

/* More than one task can run, or every scheduling point counts. */
static inline int is_contested(void)
{
	return __builtin_expect((run.runnable & (run.runnable - 1)) != 0, 0);
}
extern int64_t blocks_left;		/* until the budget is used up */

/* ---- host.c ---- */
extern uintptr_t image_base;		/* load address */
extern uintptr_t image_text, image_text_end;
void host_find_image(void);
int host_claim(void);			/* 0 if a run is on in this process */
void host_release(void);
void host_die(const char *why) __attribute__((noreturn));
/* Bytes at @at can be read: they are part of a task's stack. */
int stack_holds(unsigned int slot, uintptr_t at);
uintptr_t stack_bottom(unsigned int slot);	/* lowest usable byte */

extern const char __start_instrument_text[]
	__attribute__((weak, visibility("hidden")));
extern const char __stop_instrument_text[]
	__attribute__((weak, visibility("hidden")));

/* What is recorded of a code address; 0 if it means nothing to a reader. */
static inline uint64_t pc_of(uintptr_t site)
{
	if (site >= (uintptr_t)__start_instrument_text &&
	    site < (uintptr_t)__stop_instrument_text)
		return 0;
	return site >= image_text && site <= image_text_end ?
		site - image_base : 0;
}

/* ---- arena.c ---- */
size_t arena_used(void);
uintptr_t shadow_unshadow(uintptr_t at);

/* ---- task.c ---- */
void task_begin(unsigned int slot, void (*body)(unsigned int slot));
void task_enter(unsigned int slot);	/* from the main stack, and back */
void task_leave(void) __attribute__((noreturn)); /* to the main stack */
void task_to(unsigned int slot);	/* from one task to another */
extern const char task_resume[];	/* where a switch continues */

/* ---- schedule.c ---- */
void schedule_reset(void);
void schedule_start(void);	/* from the main stack: until nobody can run */
void task_end(void) __attribute__((noreturn));
void schedule_explain(void);	/* nobody can run: which deadlock is it? */

/* ---- lock.c ---- */
static inline struct task *task_me(void)
{
	return &run.tasks[run.slot < 0 ? SETUP_SLOT : run.slot];
}

void held_is_full(uintptr_t site) __attribute__((noreturn));
/* Room for one more thing that the current task holds. */
static inline struct held *held_new(struct task *me, uintptr_t site)
{
	if (__builtin_expect(me->nr_held == FL_HELD_MAX, 0))
		held_is_full(site);
	return &me->held[me->nr_held++];
}

/* Records that @lock_class is about to be taken with all that is held. */
static inline void held_edges(const struct task *me, uint32_t lock_class)
{
	for (unsigned int i = 0; i < me->nr_held; i++)
		if (me->held[i].in_graph)
			run.outcome.lock_edges[me->held[i].lock_class] |=
				1u << lock_class;
}

uint32_t held_owners(uint32_t kind, uint32_t object);	/* a mask */
int held_take_off(uint32_t kind, uint32_t object, const void *where, int mode);
int subclass_name(char *text, size_t size, const char *name, int subclass);
void held_note(int op, unsigned int slot);	/* into outcome.held */
uint32_t lock_blockers(const void *lock, unsigned int slot, enum fl_mode mode);
uint32_t lock_class_count(void);
const char *lock_class_name(uint32_t lock_class);
void lock_freed(const void *at, size_t size, uintptr_t site);
void toy_mutex_section(void);
void toy_mutex_reset(void);
void bitlock_reset(void);

/* ---- freeze.c ---- */
void freeze_reset(void);

/* ---- waitqueue.c ---- */
void sched_reset(void);

/* ---- footprint.c ---- */
void footprint_reset(void);
void footprint_begin(void);	/* the tasks are about to be released */
void footprint_end(void);	/* ... have ended: the audit looks by itself */
void footprint_step(unsigned int task, uint32_t runnable, uint32_t stuck,
		    int before);
void footprint_event(const struct fl_event *event);
void footprint_watched(const void *at, size_t size, int write);
uint32_t footprint_stuck(uint32_t mask);

/* ---- slab.c ---- */
void slab_reset(void);
void slab_find_leaks(void);
void slab_world_begins(void);	/* caches made from here on die with a world */
/* What is at an address, in words; the record's sites for call chains. */
int slab_describe(uintptr_t at, char *text, size_t size, uintptr_t *taken,
		  uintptr_t *freed);

/* ---- outcome.c ---- */
void outcome_reset(void);
void outcome_note_wait(const struct fl_wait *wait);
void outcome_note_held(const struct fl_held *held);
/* A call chain into outcome.stacks; returns its index. */
uint32_t stack_note(unsigned int slot, uintptr_t frame, uintptr_t first,
		    uintptr_t from, const char *text);
uint32_t stack_note_site(uintptr_t site, const char *text);
uint32_t stack_note_parked(unsigned int slot, uintptr_t from, const char *text);
/* The end of a run by a fault: called in a signal handler. */
void outcome_fault(enum fl_end how, uintptr_t pc, uintptr_t frame,
		   uintptr_t caller, uint64_t address, const char *what);
void outcome_limit(const char *what);	/* outside tasks */
void outcome_forget_audit(void);

struct fl_op_result *result_of(uint32_t op);

/* ---- trace.c, inject.c, lib.c, request.c ---- */
void trace_reset(void);
uint32_t trace_count(void);
uint32_t inject_errors(uint32_t point, int32_t *errors, uint32_t max);
const char *inject_name(uint32_t point);
int format_text(char *text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
const char *run_refused(const struct fl_run *asked);	/* why, or NULL */

/* ---- seen.c ---- */
void seen_reset(void);
void seen_finish(void);

/* ---- image.c ---- */
void op_run(uint32_t index);

#endif
