/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the machine offer each other. No kernel type appears here,
 * so that host.c (libc) and the kernel-facing parts can share it.
 *
 * There is one current world a process; everything that a run changes lives in
 * it, in the arena, or in the slice's own statics, and all three are put back
 * before the next run.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include "../include/faultline.h"
#include <interfaces.h>

/*
 * A file of the machine includes this before any kernel header: its statics
 * then stay out of the slice's. uninstrumented.txt keeps the compiler from
 * shadow-checking and counting it.
 */

/* The site of a machine call: where in the slice it was made. */
#define CALLER	((uintptr_t)__builtin_return_address(0))

/* ---- arena.c: memory of a world, at fixed addresses ---- */

/*
 * ARENA_BASE	slab objects	(never reused within a world: a freed
 *		object stays poisoned, so a late access is seen)
 * PAGES_BASE	struct page array, RAM pages first, then the device's: laid
 *		out and put back by page.c; all zero when arena_reset() says so
 * RAM_BASE	RAM pages
 * DEVICE_BASE	persistent memory
 */
#define ARENA_BASE	0x200000000000ul
#define ARENA_SIZE	(8ul << 20)
#define PAGES_BASE	0x200008000000ul
#define PAGES_SIZE	(1ul << 20)
#define RAM_BASE	0x200010000000ul
#define RAM_PAGES	4096u		/* limit, not what is touched */
#define DEVICE_BASE	0x200020000000ul
#define DEVICE_PAGES	4096u
#define STACKS_BASE	0x200030000000ul
#define STACK_SIZE	(64ul << 10)	/* with a guard page below each */

void arena_open(void);		/* once a process */
/*
 * Before each run: puts back what was touched. Returns 1 if another image of
 * this process had used the arena, in which case all of it (the page array,
 * RAM and device too) is as fresh from the host: all zero.
 */
int arena_reset(void);
int arena_was_foreign(void);	/* what arena_reset() last returned */
void *arena_take(size_t size, size_t align);	/* zeroed, unpoisoned */
void shadow_poison(const void *at, size_t size, uint8_t why);
void shadow_unpoison(const void *at, size_t size);
int shadow_is_clean(const void *at, size_t size);
#define SHADOW_BASE	0x7fff8000ul
static inline uint8_t *shadow_of(const void *at)
{
	return (uint8_t *)(((uintptr_t)at >> 3) + SHADOW_BASE);
}

void shadow_check_range(const void *at, size_t size, int write,
			uintptr_t site);
/* Checks an access made on the slice's behalf; ends the run if it is bad. */
static inline void shadow_check(const void *at, size_t size, int write,
				uintptr_t site)
{
	/* A whole word, all of it accessible. */
	if (size <= 8 && !((uintptr_t)at & 7) &&
	    (uintptr_t)at < 1ul << 47 && !*shadow_of(at))
		return;
	shadow_check_range(at, size, write, site);
}
#define SHADOW_REDZONE	0xfa
#define SHADOW_FREED	0xfd
/* Fine to access, but somebody wants to know: see footprint.c. */
#define SHADOW_WATCHED	0xf1

/* RAM pages (page frames): zeroed on demand by the caller; indices count up. */
int ram_page_take(void);			/* index, or -1: limit */
void *ram_page_address(unsigned int index);

/* ---- device.c: the medium ---- */

/* Before each run; @foreign: another image may have written to all of it. */
void device_reset(int foreign);
/* Lays out a world: @size bytes from @block on are @byte, the rest of the last
 * block is zero. Blocks that are not mentioned are zero once it settles. */
void device_fill(unsigned int block, uint8_t byte, size_t size);
void device_settle(void);
void *device_address(unsigned int block);
/* To be called for whatever a run may write. */
void device_touch(unsigned int block, unsigned int count);
void device_written(const void *at, size_t size);	/* device or not */
/* The byte that the block is full of if nobody has written to it, else -1. */
int device_uniform(unsigned int block);

/* ---- host.c: signals, protection of slice statics, libc ---- */

void host_open(void);		/* once a process: handlers, shadow, statics */
void host_enter(void);		/* before each run: the signal stack */
void statics_snapshot(void);	/* once: after the initcalls */
void statics_reset(void);	/* the slice's statics as after start-up */

/* ---- task.c, schedule.c: coroutines and who runs ---- */

struct task_struct;
/* The kernel's view of a task, e.g. to give it an mm in world_make(). */
struct task_struct *task_struct_of(unsigned int task);

enum park_reason { PARK_LOCK = 1, PARK_WAIT, PARK_ENTRY, PARK_PAGE_LOCK,
		   PARK_FREEZE };

unsigned int task_number(void);		/* current task; 0 in set-up */
int task_is_alone(void);		/* no other task was released */
int task_in_setup(void);		/* between worlds or in SETUP ops */
/* A scheduling point before an operation on an object. */
void schedule_point(uint32_t object);
/* What the current task goes on to take behind the next scheduling point: a
 * lock, or (@bit is its number plus one) a lock in a bit of a word. */
void task_wants(const void *what, unsigned int bit);
/* Parks the current task until task_wake(). @owner: task in the way or -1. */
void task_park(enum park_reason why, uint32_t object, uint32_t lock_class,
	       enum fl_mode mode, int owner, uintptr_t site);
void task_wake(unsigned int task);
/*
 * index.c: the current task looked up a slot and found the entry locked (or,
 * with 0, found one that is not). If it goes to sleep next, it waits for the
 * holder of that entry.
 */
void task_saw_locked_entry(uint32_t object, uint64_t index);
void might_sleep_at(uintptr_t site);	/* warns if atomic */
void preempt_add(int delta, uintptr_t site);
int preempt_depth(void);

/* ---- outcome.c: the end of a run ---- */

/* Ends the run at once; does not return. The current task is abandoned. */
void run_end(enum fl_end how, uintptr_t site, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
/* Notes a WARN (or misuse of a machine rule) with its call chain; goes on. */
void run_warn(uintptr_t site, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void run_misuse(uintptr_t site, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- trace.c ---- */

struct fl_event *trace_record(enum fl_event_kind kind, uint32_t object,
			      uintptr_t site, int64_t a0, int64_t a1,
			      int64_t a2, int64_t a3, int64_t result);
extern int trace_is_off;			/* FL_RUN_QUIET */
extern struct fl_event trace_unrecorded;	/* what quiet runs write to */

static inline struct fl_event *trace(enum fl_event_kind kind, uint32_t object,
				     uintptr_t site, int64_t a0, int64_t a1,
				     int64_t a2, int64_t a3, int64_t result)
{
	return trace_is_off ? &trace_unrecorded :
		trace_record(kind, object, site, a0, a1, a2, a3, result);
}

uint32_t object_new(enum fl_object_kind kind);	/* next number of its kind */

/* ---- footprint.c ---- */

extern int touches_are_on;			/* FL_RUN_STEPS */
void touch_add(enum fl_thing thing, uint32_t object, uint64_t first,
	       uint64_t last, unsigned int flags);
uint32_t touch_object(const void *at);

/* Notes what the current step touches, if anybody wants to know. */
static inline void touch(enum fl_thing thing, uint32_t object, uint64_t first,
			 uint64_t last, unsigned int flags)
{
	if (__builtin_expect(touches_are_on, 0))
		touch_add(thing, object, first, last, flags);
}

static inline void touch_at(enum fl_thing thing, const void *at,
			    unsigned int flags)
{
	if (__builtin_expect(touches_are_on, 0))
		touch_add(thing, touch_object(at), 0, 0, flags);
}

/* Bytes of a frame, of RAM or of the device, by what it is numbered as. */
static inline void touch_frames(uint64_t pfn, uint64_t count,
				unsigned int flags)
{
	touch(FL_THING_DATA, 0, pfn, pfn + count - 1, flags);
}

/* The same for what decides about nothing but whether a call can fail: it makes
 * no difference where none does. */
void touch_failing(enum fl_thing thing, uint32_t object);

/* Slice memory that is read and written without a machine call: touches of it
 * are seen through its shadow. Nothing to be done for it afterwards. */
void touch_watch(const void *at, size_t size, enum fl_thing thing);

/* ---- seen.c ---- */

/* Bytes that a read or a load saw; appended for the current op. */
void seen_add(uint64_t pos, uint64_t length, const void *bytes);
/* How many of @max bytes, at least one, are like the first one. */
uint64_t equal_bytes(const unsigned char *bytes, uint64_t max);

/* ---- inject.c ---- */

/* What a bad medium is to whoever asks for its memory. */
#if HAVE_DAX_MEM2BLK
#define BAD_MEDIUM	(-EHWPOISON)
#else
#define BAD_MEDIUM	(-EIO)
#endif

/* Passes an injection point: 0, or the error with which the call must fail. */
int inject(enum fl_point point, uintptr_t site);

/* ---- lock.c: what holds what ---- */

uint32_t lock_class(const char *name);	/* interned; stable in the process */
/* Lock-like things (entries, page locks, freeze protection) join the lock
 * graph and the held list through these two. */
void held_add(enum fl_held_kind kind, uint32_t object, uint32_t lock_class,
	      enum fl_mode mode, int trylock, uintptr_t site);
/* A wait for such a thing is about to begin: the order counts already. */
void held_order(uint32_t lock_class);
/* Takes it off whichever task holds it; 0 if nobody did. */
int held_remove(enum fl_held_kind kind, uint32_t object);
int held_owner(enum fl_held_kind kind, uint32_t object);	/* task or -1 */
int held_count(unsigned int task);	/* how many things it holds */
int held_by_me(enum fl_held_kind kind);	/* whether the current task has one */
/* Whether the current task holds a lock that lies in this memory. */
int held_in(const void *at, size_t size);

/* ---- slab.c ---- */

/*
 * Memory on behalf of a cache, zeroed. It cannot fail: who calls it has passed
 * its own injection point. kmalloc() and friends are built on it.
 */
void *slab_take(size_t size, const char *cache, uintptr_t site);
void slab_give(void *object, uintptr_t site);
/*
 * Audit: this object is still in use by rights (a node of the index, a buffer
 * of the cache, an inode); what an op allocated and nobody vouches for is a
 * leak.
 */
void slab_vouch(const void *object);
uint32_t slab_object(const void *object);	/* FL_OBJECT of an allocation */

/* ---- leak bookkeeping, for the audit ---- */
void leak_add(enum fl_leak_kind kind, uint32_t object, uint64_t size,
	      uintptr_t site, const char *what);

/* ---- image.c: tests ---- */

/*
 * If set, called in place of op_drive() for every op, on the op's task: a test
 * runs a C function of its own as a task's body. Not used outside tests.
 */
extern void (*op_override)(const struct fl_op *op, struct fl_op_result *result);
/* If set, called in place of world_make(). */
extern const char *(*world_override)(const struct fl_geometry *geometry);

/* ---- contract.c ---- */

/* Before the first run, and before the slice's statics are saved. */
void contract_open(void);

/* ---- drive.c, world.c: provided by the filesystem-facing half ---- */

/* Builds the filesystem and file that the geometry asks for; on a task's stack
 * (it may crash or end the run), in set-up. Returns NULL, or why the geometry
 * is refused. */
const char *world_make(const struct fl_geometry *geometry);
/* Carries out one op on the current task; fills in the result. */
void op_drive(const struct fl_op *op, struct fl_op_result *result);
/* After a finished run: blocks, contents, mappings, entries, leaks. */
void world_audit(struct fl_outcome *outcome);
/* Whether a world of this filesystem has been made in this process. */
int world_is_known(uint32_t fs);
/* What such worlds can do. */
int world_supports(uint32_t fs, uint32_t op_kind);

#endif
