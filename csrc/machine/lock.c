// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks: rwsem, mutex, spinlock, rwlock and bit spinlock over one core.
 *
 * All are fair. A lock that is given back goes to the task at the head of its
 * queue (and, if that one reads, to the readers right behind it), so a reader
 * that arrives after a waiting writer waits, even if it already holds the lock
 * for read. That recursion deadlocks in the kernel as it does here.
 * A task that spins is parked like one that sleeps: it cannot go on either.
 */
#include "run.h"
#include <linux/atomic.h>
#include <linux/bit_spinlock.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define WANTS_READ	0x80

_Static_assert(sizeof(struct faultline_lock) == 32, "four bytes of shadow");

enum how { SLEEPS, SPINS };

static void lock_begin(struct faultline_lock *lock, const char *name)
{
	*lock = (struct faultline_lock){ .name = name };
}

void faultline_lock_rename(struct faultline_lock *lock, const char *name)
{
	lock->name = name;
	lock->class = 0;
}

/* Numbers a lock when it is first used, and refuses what was never one. */
static void lock_meet(struct faultline_lock *lock, uintptr_t site)
{
	/* A lock's shadow is one word; what is wrong, if it is, can take time. */
	if (__builtin_expect(*(const u32 *)shadow_of(lock), 0))
		shadow_check(lock, sizeof(*lock), 1, site);
	if (__builtin_expect(lock->object && lock->class, 1))
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

static uint32_t class_of(struct faultline_lock *lock, int subclass)
{
	char text[64];

	if (!subclass)
		return lock->class - 1;
	subclass_name(text, sizeof(text), lock->name, subclass);
	return lock_class(text);
}

static int lock_free_for(const struct faultline_lock *lock, enum fl_mode mode)
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

uint32_t lock_blockers(const void *where, unsigned int slot, enum fl_mode mode)
{
	const struct faultline_lock *lock = where;
	uint32_t mask = lock->writer ? 1u << (lock->writer - 1) : 0;
	unsigned int task;

	(void)mode;
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

static void lock_hold(struct faultline_lock *lock, uint32_t class,
		      enum fl_mode mode, enum how how, uintptr_t site)
{
	struct held held = {
		.kind = FL_HELD_LOCK,
		.object = lock->object,
		.lock_class = class,
		.mode = mode,
		.spins = how == SPINS,
		.in_graph = 1,
		.site = site,
		.where = lock,
	};

	held_push(&held);
}

static void lock_wait(struct faultline_lock *lock, uint32_t class,
		      enum fl_mode mode, uintptr_t site)
{
	unsigned int task = task_number();

	trace(FL_EVENT_LOCK_WAIT, lock->object, site, class, mode,
	      task_me()->nr_held, 0, 0);
	if (lock->nr_waiting == FL_TASKS_MAX)
		run_end(FL_END_LIMIT, site, "lock memory was overwritten");
	lock->waiting[lock->nr_waiting++] =
		(u8)(task | (mode == FL_MODE_READ ? WANTS_READ : 0));
	task_me()->where = lock;
	task_park(PARK_LOCK, lock->object, class, mode, -1, site);
}

static void lock_take(struct faultline_lock *lock, enum fl_mode mode,
		      enum how how, int subclass, uintptr_t site)
{
	uint32_t class;

	lock_meet(lock, site);
	if (how == SLEEPS)
		might_sleep_at(site);
	schedule_point(lock->object);
	class = class_of(lock, subclass);
	held_order(class);
	if (how == SPINS) {
		preempt_add(1, site);
		task_me()->spins++;
	}
	if (lock_free_for(lock, mode))
		lock_grant(lock, task_number(), mode);
	else
		lock_wait(lock, class, mode, site);
	lock_hold(lock, class, mode, how, site);
	trace(FL_EVENT_LOCK, lock->object, site, class, mode,
	      task_me()->nr_held - 1, 0, 0);
}

static int lock_try(struct faultline_lock *lock, enum fl_mode mode,
		    enum how how, uintptr_t site)
{
	int taken;

	lock_meet(lock, site);
	schedule_point(lock->object);
	taken = lock_free_for(lock, mode);
	if (taken) {
		if (how == SPINS) {
			preempt_add(1, site);
			task_me()->spins++;
		}
		lock_grant(lock, task_number(), mode);
		lock_hold(lock, lock->class - 1, mode, how, site);
	}
	trace(FL_EVENT_TRYLOCK, lock->object, site, lock->class - 1, mode,
	      task_me()->nr_held - (unsigned int)taken, 0, taken);
	return taken;
}

static void lock_give(struct faultline_lock *lock, enum fl_mode mode,
		      enum how how, uintptr_t site)
{
	const char *name = lock->name;
	struct task *holder;
	unsigned int task;
	int slot;

	lock_meet(lock, site);
	slot = held_take_off(FL_HELD_LOCK, lock->object, lock, mode);
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
	lock_hand_on(lock);
	if (how == SPINS) {
		holder->spins--;
		holder->preempt--;
	}
}

/* ---- rwsem ---- */

static void sem_count(struct rw_semaphore *sem)
{
	long count = sem->lock.nr_readers;

	if (sem->lock.writer || sem->lock.nr_waiting)
		count -= 1l << 32;
	atomic_long_set(&sem->count, count);
}

void __init_rwsem(struct rw_semaphore *sem, const char *name,
		  struct lock_class_key *key)
{
	(void)key;
	atomic_long_set(&sem->count, 0);
	lock_begin(&sem->lock, name);
}

static void sem_take(struct rw_semaphore *sem, enum fl_mode mode, int subclass,
		     uintptr_t site)
{
	/* Who looks inside while we wait sees that somebody does. */
	if (!lock_free_for(&sem->lock, mode))
		atomic_long_add(-(1l << 32), &sem->count);
	lock_take(&sem->lock, mode, SLEEPS, subclass, site);
	sem_count(sem);
}

static int sem_try(struct rw_semaphore *sem, enum fl_mode mode, uintptr_t site)
{
	int taken = lock_try(&sem->lock, mode, SLEEPS, site);

	sem_count(sem);
	return taken;
}

static void sem_give(struct rw_semaphore *sem, enum fl_mode mode,
		     uintptr_t site)
{
	lock_give(&sem->lock, mode, SLEEPS, site);
	sem_count(sem);
}

void down_read(struct rw_semaphore *sem)
{
	sem_take(sem, FL_MODE_READ, 0, CALLER);
}

void down_read_nested(struct rw_semaphore *sem, int subclass)
{
	sem_take(sem, FL_MODE_READ, subclass, CALLER);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return sem_try(sem, FL_MODE_READ, CALLER);
}

void down_write(struct rw_semaphore *sem)
{
	sem_take(sem, FL_MODE_WRITE, 0, CALLER);
}

void down_write_nested(struct rw_semaphore *sem, int subclass)
{
	sem_take(sem, FL_MODE_WRITE, subclass, CALLER);
}

int down_write_killable(struct rw_semaphore *sem)
{
	sem_take(sem, FL_MODE_WRITE, 0, CALLER);
	return 0;
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return sem_try(sem, FL_MODE_WRITE, CALLER);
}

void up_read(struct rw_semaphore *sem)
{
	sem_give(sem, FL_MODE_READ, CALLER);
}

void up_write(struct rw_semaphore *sem)
{
	sem_give(sem, FL_MODE_WRITE, CALLER);
}

void downgrade_write(struct rw_semaphore *sem)
{
	struct faultline_lock *lock = &sem->lock;
	struct task *me = task_me();
	unsigned int i;

	lock_meet(lock, CALLER);
	for (i = 0; i < me->nr_held; i++)
		if (me->held[i].where == lock &&
		    me->held[i].mode == FL_MODE_WRITE)
			break;
	if (i == me->nr_held) {
		run_misuse(CALLER, "downgrade of %s, which is not held for write",
			   lock->name);
		return;
	}
	me->held[i].mode = FL_MODE_READ;
	lock->writer = 0;
	lock_grant(lock, task_number(), FL_MODE_READ);
	trace(FL_EVENT_DOWNGRADE, lock->object, CALLER, lock->class - 1,
	      FL_MODE_READ, me->nr_held - 1, 0, 0);
	lock_hand_on(lock);
	sem_count(sem);
}

int rwsem_is_locked(struct rw_semaphore *sem)
{
	shadow_check(sem, sizeof(*sem), 0, CALLER);
	return atomic_long_read(&sem->count) != 0;
}

int rwsem_is_contended(struct rw_semaphore *sem)
{
	return sem->lock.nr_waiting != 0;
}

/* ---- mutex ---- */

void __mutex_init(struct mutex *mutex, const char *name,
		  struct lock_class_key *key)
{
	(void)key;
	lock_begin(&mutex->lock, name);
}

void mutex_lock(struct mutex *mutex)
{
	lock_take(&mutex->lock, FL_MODE_WRITE, SLEEPS, 0, CALLER);
}

void mutex_lock_nested(struct mutex *mutex, unsigned int subclass)
{
	lock_take(&mutex->lock, FL_MODE_WRITE, SLEEPS, (int)subclass, CALLER);
}

int mutex_lock_interruptible(struct mutex *mutex)
{
	lock_take(&mutex->lock, FL_MODE_WRITE, SLEEPS, 0, CALLER);
	return 0;
}

int mutex_lock_killable(struct mutex *mutex)
{
	lock_take(&mutex->lock, FL_MODE_WRITE, SLEEPS, 0, CALLER);
	return 0;
}

int mutex_trylock(struct mutex *mutex)
{
	return lock_try(&mutex->lock, FL_MODE_WRITE, SLEEPS, CALLER);
}

void mutex_unlock(struct mutex *mutex)
{
	lock_give(&mutex->lock, FL_MODE_WRITE, SLEEPS, CALLER);
}

int mutex_is_locked(struct mutex *mutex)
{
	return mutex->lock.writer != 0;
}

void mutex_destroy(struct mutex *mutex)
{
	lock_freed(mutex, sizeof(*mutex), CALLER);
}

/* ---- spinlocks ---- */

void __spin_lock_init(spinlock_t *lock, const char *name)
{
	lock_begin(&lock->lock, name);
}

void spin_lock(spinlock_t *lock)
{
	lock_take(&lock->lock, FL_MODE_WRITE, SPINS, 0, CALLER);
}

void spin_lock_nested(spinlock_t *lock, int subclass)
{
	lock_take(&lock->lock, FL_MODE_WRITE, SPINS, subclass, CALLER);
}

int spin_trylock(spinlock_t *lock)
{
	return lock_try(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
}

void spin_unlock(spinlock_t *lock)
{
	lock_give(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
}

int spin_is_locked(spinlock_t *lock)
{
	return lock->lock.writer != 0;
}

void assert_spin_locked(spinlock_t *lock)
{
	if (!lock->lock.writer)
		run_end(FL_END_BUG, CALLER, "assert_spin_locked(%s)",
			lock->lock.name ? lock->lock.name : "");
}

void __rwlock_init(rwlock_t *lock, const char *name)
{
	lock_begin(&lock->lock, name);
}

void read_lock(rwlock_t *lock)
{
	lock_take(&lock->lock, FL_MODE_READ, SPINS, 0, CALLER);
}

void read_unlock(rwlock_t *lock)
{
	lock_give(&lock->lock, FL_MODE_READ, SPINS, CALLER);
}

void write_lock(rwlock_t *lock)
{
	lock_take(&lock->lock, FL_MODE_WRITE, SPINS, 0, CALLER);
}

void write_unlock(rwlock_t *lock)
{
	lock_give(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
}

int read_trylock(rwlock_t *lock)
{
	return lock_try(&lock->lock, FL_MODE_READ, SPINS, CALLER);
}

int write_trylock(rwlock_t *lock)
{
	return lock_try(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
}

int atomic_dec_and_lock(atomic_t *count, spinlock_t *lock)
{
	if (atomic_add_unless(count, -1, 1))
		return 0;
	lock_take(&lock->lock, FL_MODE_WRITE, SPINS, 0, CALLER);
	if (atomic_dec_and_test(count))
		return 1;
	lock_give(&lock->lock, FL_MODE_WRITE, SPINS, CALLER);
	return 0;
}

/* ---- the explorer's reference scenario ---- */

static struct mutex toy = __MUTEX_INITIALIZER(&toy);

void toy_mutex_reset(void)
{
	mutex_init(&toy);
}

void toy_mutex_section(void)
{
	lock_take(&toy.lock, FL_MODE_WRITE, SLEEPS, 0, 0);
	schedule_point(toy.lock.object);
	lock_give(&toy.lock, FL_MODE_WRITE, SLEEPS, 0);
}
