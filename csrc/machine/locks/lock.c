// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all locks have in common: holders, a queue, and a place in the graph.
 *
 * All are fair. A lock that is given back goes to the task at the head of its
 * queue (and, if that one reads, to the readers right behind it), so a reader
 * that arrives after a waiting writer waits, even if it already holds the lock
 * for read. That recursion deadlocks in the kernel as it does here.
 * A task that spins is parked like one that sleeps: it cannot go on either.
 */
#include "locks/lock.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "locks/held.h"
#include "locks/lock_class.h"
#include "locks/preempt.h"
#include "memory/shadow.h"
#include <linux/string.h>

#define WANTS_READ	0x80

_Static_assert(sizeof(struct faultline_lock) == 32, "four bytes of shadow");

void lock_begin(struct faultline_lock *lock, const char *name)
{
	*lock = (struct faultline_lock){ .name = name };
}

void faultline_lock_rename(struct faultline_lock *lock, const char *name)
{
	lock->name = name;
	lock->class = 0;
}

/* Numbers a lock when it is first used, and refuses what was never one. */
static noinline void lock_meet_first(
	struct faultline_lock *lock, uintptr_t site)
{
	shadow_check(lock, sizeof(*lock), 1, site);
	if (lock->object && lock->class)
		return;
	if (!lock->name || lock->nr_waiting > FL_TASKS_MAX ||
	    lock->writer > FL_TASKS_MAX) {
		run_misuse(site, "lock used before it was initialised");
		lock_begin(lock, "lock without a name");
	}
	lock->class = lock_class(lock->name) + 1;
	if (!lock->object)
		lock->object = object_new(FL_OBJECT_LOCK);
}

static inline void lock_meet(struct faultline_lock *lock, uintptr_t site)
{
	/* The shadow of a lock is one word. */
	if (__builtin_expect(*(const u32 *)shadow_of(lock) ||
			     !lock->object || !lock->class, 0))
		lock_meet_first(lock, site);
}

static uint32_t class_of(struct faultline_lock *lock, int subclass)
{
	char text[64];

	if (!subclass)
		return lock->class - 1;
	subclass_name(text, sizeof(text), lock->name, subclass);
	return lock_class(text);
}

int lock_free_for(const struct faultline_lock *lock, enum fl_mode mode)
{
	if (lock->writer || lock->nr_waiting)
		return 0;
	return mode == FL_MODE_READ || !lock->nr_readers;
}

static void lock_grant(struct faultline_lock *lock, unsigned int task,
		       enum fl_mode mode)
{
	if (mode == FL_MODE_READ) {
		lock->readers[task]++;
		lock->nr_readers++;
	} else {
		lock->writer = (u8)(task + 1);
	}
}

/* Hands a lock on to those at the head of its queue who can have it. */
static void lock_hand_on(struct faultline_lock *lock)
{
	while (lock->nr_waiting && !lock->writer) {
		u8 head = lock->waiting[0];
		enum fl_mode mode = head & WANTS_READ ?
			FL_MODE_READ : FL_MODE_WRITE;

		if (mode == FL_MODE_WRITE && lock->nr_readers)
			return;
		lock->nr_waiting--;
		for (unsigned int i = 0; i < lock->nr_waiting; i++)
			lock->waiting[i] = lock->waiting[i + 1];
		lock_grant(lock, head & ~WANTS_READ, mode);
		task_wake(head & ~WANTS_READ);
	}
}

uint32_t lock_blockers(const struct faultline_lock *lock, unsigned int slot)
{
	uint32_t mask = lock->writer ? 1u << (lock->writer - 1) : 0;
	unsigned int task;

	/*
	 * Also for a reader: it waits behind a writer that waits for those
	 * who read, and if it is one of them it waits for itself.
	 */
	for (task = 0; task < FL_TASKS_MAX; task++)
		if (lock->readers[task])
			mask |= 1u << task;
	for (unsigned int i = 0; i < lock->nr_waiting; i++) {
		task = lock->waiting[i] & ~WANTS_READ;
		if (task == slot)
			break;
		mask |= 1u << task;
	}
	return mask;
}

static void lock_hold(struct faultline_lock *lock, struct task *me,
		      uint32_t class, enum fl_mode mode, enum how how,
		      uintptr_t site)
{
	*held_new(me, site) = (struct held){
		.kind = FL_HELD_LOCK,
		.object = lock->object,
		.lock_class = class,
		.mode = mode,
		.spins = how == SPINS,
		.in_graph = 1,
		.site = site,
		.where = lock,
	};
}

static void spin_begin(struct task *me, uintptr_t site)
{
	me->preempt++;
	me->preempt_site = site;
	me->spins++;
}

/* Readers do not care about each other; a queue makes everybody care. */
static void note_access(const struct faultline_lock *lock, enum fl_mode mode,
			unsigned int flags)
{
	if (mode == FL_MODE_READ)
		flags |= FL_ACCESS_READER;
	if (mode == FL_MODE_WRITE || lock->nr_waiting)
		flags |= FL_ACCESS_WRITE;
	access_note_at(FL_THING_LOCK, lock, flags);
}

static void lock_wait(struct faultline_lock *lock, struct task *me,
		      uint32_t class, enum fl_mode mode, enum how how,
		      uintptr_t site)
{
	unsigned int task = task_number();

	if (how != SPINS)
		may_wait_at(site);
	trace(FL_EVENT_LOCK_WAIT, lock->object, site, class, mode, me->nr_held,
	      0, 0);
	if (lock->nr_waiting == FL_TASKS_MAX)
		run_end(FL_END_LIMIT, site, "lock memory was overwritten");
	lock->waiting[lock->nr_waiting++] =
		(u8)(task | (mode == FL_MODE_READ ? WANTS_READ : 0));
	me->where = lock;
	/* A writer before readers holds off those who come; else who cares? */
	access_note_at(FL_THING_LOCK, lock, FL_ACCESS_WANT | FL_ACCESS_GUARD |
		       (mode == FL_MODE_READ ? FL_ACCESS_READER : 0) |
		 (lock->writer || lock->nr_waiting > 1 ? 0 : FL_ACCESS_WRITE));
	task_park(PARK_LOCK, lock->object, class, mode, -1, site);
}

void lock_take(struct faultline_lock *lock, enum fl_mode mode,
		      enum how how, int subclass, uintptr_t site)
{
	struct task *me = task_me();
	uint32_t class;

	lock_meet(lock, site);
	if (how == SLEEPS && (me->preempt | me->rcu))
		might_sleep_at(site);
	if (is_contested()) {
		me->wants = lock;
		me->wants_bit = 0;
		schedule_point(lock->object);
		me->wants = NULL;
	}
	class = class_of(lock, subclass);
	held_edges(me, class);
	if (how == SPINS)
		spin_begin(me, site);
	if (lock_free_for(lock, mode)) {
		lock_grant(lock, task_number(), mode);
		note_access(lock, mode, FL_ACCESS_TAKE | FL_ACCESS_GUARD);
	} else {
		lock_wait(lock, me, class, mode, how, site);
		note_access(lock, mode, FL_ACCESS_TAKE);
	}
	lock_hold(lock, me, class, mode, how, site);
	trace(FL_EVENT_LOCK, lock->object, site, class, mode, me->nr_held - 1,
	      0, 0);
}

int lock_try(struct faultline_lock *lock, enum fl_mode mode,
		    enum how how, uintptr_t site)
{
	struct task *me = task_me();
	int taken;

	lock_meet(lock, site);
	schedule_point(lock->object);
	taken = lock_free_for(lock, mode);
	note_access(lock, taken ? mode : FL_MODE_READ,
		    taken ? FL_ACCESS_TAKE : 0);
	if (taken) {
		if (how == SPINS)
			spin_begin(me, site);
		lock_grant(lock, task_number(), mode);
		lock_hold(lock, me, lock->class - 1, mode, how, site);
	}
	trace(FL_EVENT_TRYLOCK, lock->object, site, lock->class - 1, mode,
	      me->nr_held - (unsigned int)taken, 0, taken);
	return taken;
}

/* Nearly always it is the one that was taken last. */
static inline int lock_take_off(struct faultline_lock *lock, enum fl_mode mode)
{
	struct task *me = task_me();
	const struct held *last = &me->held[me->nr_held - 1];

	if (me->nr_held && last->where == lock && last->mode == mode) {
		me->nr_held--;
		return (int)(me - run.tasks);
	}
	return held_take_off(FL_HELD_LOCK, lock->object, lock, mode);
}

void lock_give(struct faultline_lock *lock, enum fl_mode mode,
		      enum how how, uintptr_t site)
{
	const char *name = lock->name;
	struct task *holder;
	unsigned int task;
	int slot;

	lock_meet(lock, site);
	slot = lock_take_off(lock, mode);
	if (slot < 0) {
		run_misuse(site, "unlock of %s, which is not held%s", name,
			   lock->writer || lock->nr_readers ?
			   " that way" : "");
		return;
	}
	holder = &run.tasks[slot];
	if (holder != task_me())
		run_misuse(site, "unlock of %s, which task %d holds", name,
			   slot);
	task = slot == SETUP_SLOT ? 0 : (unsigned int)slot;
	if (mode == FL_MODE_READ) {
		lock->readers[task]--;
		lock->nr_readers--;
	} else {
		lock->writer = 0;
	}
	trace(FL_EVENT_UNLOCK, lock->object, site, lock->class - 1, mode,
	      task_me()->nr_held, 0, 0);
	note_access(lock, mode, FL_ACCESS_GIVE);
	if (lock->nr_waiting)
		lock_hand_on(lock);
	if (how == SPINS) {
		holder->spins--;
		holder->preempt--;
	}
}

void lock_downgrade(struct faultline_lock *lock, uintptr_t site)
{
	struct task *me = task_me();
	unsigned int i;

	lock_meet(lock, site);
	for (i = 0; i < me->nr_held; i++)
		if (me->held[i].where == lock &&
		    me->held[i].mode == FL_MODE_WRITE)
			break;
	if (i == me->nr_held) {
		run_misuse(site, "downgrade of %s, which is not held for write",
			   lock->name);
		return;
	}
	me->held[i].mode = FL_MODE_READ;
	access_note_at(FL_THING_LOCK, lock, FL_ACCESS_WRITE | FL_ACCESS_GIVE);
	lock->writer = 0;
	lock_grant(lock, task_number(), FL_MODE_READ);
	trace(FL_EVENT_DOWNGRADE, lock->object, site, lock->class - 1,
	      FL_MODE_READ, me->nr_held - 1, 0, 0);
	lock_hand_on(lock);
}

/* ---- assertions: of the task that makes them, as lockdep's are ---- */

int faultline_is_held(const struct faultline_lock *lock)
{
	return held_here(lock, -1);
}

void faultline_assert_held(const struct faultline_lock *lock, int how,
			   const char *text)
{
	static const int modes[] = { -1, FL_MODE_WRITE, FL_MODE_READ };
	int is_right = how < 0 ? !held_here(lock, -1) :
				 held_here(lock, modes[how]);

	if (!is_right)
		run_warn(CALLER, "%s", text);
}
