// SPDX-License-Identifier: GPL-2.0-only
/*
 * Freeze protection of a filesystem, and the freeze that it is against.
 *
 * Each level is a lock that many share and that a freeze takes alone: first the
 * one of system calls, then, once nobody is inside of one, that of page faults.
 * Who asks for a level that a freeze has, or waits for, waits until the thaw.
 * What changes a filesystem that is frozen has left its protection out.
 *
 * Runs in which nobody freezes pay nothing for it: protection is never denied
 * in them, and taking it is no scheduling point.
 */
#include "fs/freeze.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include "locks/held.h"
#include "locks/lock_class.h"
#include "locks/preempt.h"
#include <linux/errno.h>
#include <linux/fs.h>

static const char *const freeze_classes[] = {
	[SB_FREEZE_WRITE] = "sb_writers",
	[SB_FREEZE_PAGEFAULT] = "sb_pagefaults",
	[SB_FREEZE_FS] = "sb_internal",
};

static int somebody_freezes;

void freeze_reset(void)
{
	somebody_freezes = 0;
	for (uint32_t i = 0; i < run.asked->nr_ops; i++)
		somebody_freezes |= run.asked->ops[i].kind == FL_OP_FREEZE;
}

/* Looked up once a process: the numbers of lock classes never change. */
static uint32_t freeze_class(int level)
{
	static uint32_t known[SB_FREEZE_LEVELS + 1];
	static uint8_t is_known[SB_FREEZE_LEVELS + 1];

	if (!is_known[level]) {
		known[level] = lock_class(freeze_classes[level]);
		is_known[level] = 1;
	}
	return known[level];
}

static uint32_t freeze_object(const struct super_block *sb, int level)
{
	return FL_OBJECT(FL_OBJECT_DEVICE,
			 (sb->object & 0xffff) << 4 | (unsigned int)level);
}

/* ---- levels ---- */

static void note_access(const struct super_block *sb, int level,
			unsigned int flags)
{
	access_note_at(FL_THING_LOCK,
		       (const char *)&sb->s_writers.closed + level, flags);
}

static int is_closed(const struct super_block *sb, int level)
{
	return (int)(sb->s_writers.closed >> level & 1);
}

/* Everybody who waits at a level looks again. */
static void wake_level(const struct super_block *sb, int level)
{
	uint32_t object = freeze_object(sb, level);

	for (unsigned int slot = 0; slot < FL_TASKS_MAX; slot++)
		if (run.tasks[slot].state == TASK_PARKED &&
		    run.tasks[slot].why == PARK_FREEZE &&
		    run.tasks[slot].object == object)
			task_wake(slot);
}

static void wait_at(struct super_block *sb, int level, enum fl_mode mode,
		    uintptr_t site)
{
	uint32_t object = freeze_object(sb, level);

	held_order(freeze_class(level));
	trace(FL_EVENT_LOCK_WAIT, object, site, freeze_class(level), mode,
	      held_count(task_number()), 0, 0);
	note_access(sb, level, FL_ACCESS_WANT | FL_ACCESS_GUARD |
		    (mode == FL_MODE_READ ? FL_ACCESS_READER :
					    FL_ACCESS_WRITE));
	task_park(PARK_FREEZE, object, freeze_class(level), mode,
		  mode == FL_MODE_READ ? sb->s_writers.freezer : -1, site);
}

/* Until the level is open. */
static void pass(struct super_block *sb, int level, uintptr_t site)
{
	unsigned int guard = FL_ACCESS_GUARD;

	task_wants(&sb->s_writers.closed, (unsigned int)level + 1);
	schedule_point(freeze_object(sb, level));
	task_wants(NULL, 0);
	for (; is_closed(sb, level); guard = 0)
		wait_at(sb, level, FL_MODE_READ, site);
	note_access(sb, level, FL_ACCESS_TAKE | FL_ACCESS_READER | guard);
}

static void freeze_enter(struct super_block *sb, int level, uintptr_t site)
{
	uint32_t object = freeze_object(sb, level);

	might_sleep_at(site);
	if (__builtin_expect(somebody_freezes, 0))
		pass(sb, level, site);
	held_add(FL_HELD_FREEZE, object, freeze_class(level),
		 FL_MODE_READ, 0, site);
	trace(FL_EVENT_FREEZE_ENTER, object, site, level, 0, 0, 0, 0);
}

static void freeze_exit(struct super_block *sb, int level, uintptr_t site)
{
	uint32_t object = freeze_object(sb, level);

	if (held_take_off(FL_HELD_FREEZE, object, NULL, FL_MODE_READ) < 0)
		run_misuse(site, "freeze protection given back that was not "
				 "taken");
	trace(FL_EVENT_FREEZE_EXIT, object, site, level, 0, 0, 0, 0);
	if (__builtin_expect(somebody_freezes, 0)) {
		note_access(sb, level, FL_ACCESS_GIVE | FL_ACCESS_READER |
			    (is_closed(sb, level) ? FL_ACCESS_WRITE : 0));
		wake_level(sb, level);
	}
}

/* ---- who freezes ---- */

/* Nobody enters from here on; those who are inside are waited for. */
static void close_level(struct super_block *sb, int level)
{
	uint32_t object = freeze_object(sb, level);
	unsigned int guard = FL_ACCESS_GUARD;

	schedule_point(object);
	/* Only another freeze asks how far this one is: see freeze_begin(). */
	access_note_at(FL_THING_WORDS, &sb->s_writers.freezer, FL_ACCESS_WRITE);
	sb->s_writers.frozen = level;
	sb->s_writers.closed |= 1ul << level;
	for (; held_owner(FL_HELD_FREEZE, object) >= 0; guard = 0)
		wait_at(sb, level, FL_MODE_WRITE, 0);
	note_access(sb, level, FL_ACCESS_TAKE | FL_ACCESS_WRITE | guard);
	held_add(FL_HELD_FREEZE, object, freeze_class(level), FL_MODE_WRITE, 0,
		 0);
	trace(FL_EVENT_FREEZE_ENTER, object, 0, level, 1, 0, 0, 0);
}

static void open_level(struct super_block *sb, int level)
{
	uint32_t object = freeze_object(sb, level);

	held_take_off(FL_HELD_FREEZE, object, NULL, FL_MODE_WRITE);
	trace(FL_EVENT_FREEZE_EXIT, object, 0, level, 1, 0, 0, 0);
	sb->s_writers.closed &= ~(1ul << level);
	note_access(sb, level, FL_ACCESS_GIVE | FL_ACCESS_WRITE);
	wake_level(sb, level);
}

static void set_frozen(struct super_block *sb, int frozen)
{
	access_note_at(FL_THING_WORDS, &sb->s_writers.frozen, FL_ACCESS_WRITE);
	sb->s_writers.frozen = frozen;
}

int freeze_begin(struct super_block *sb)
{
	schedule_point(freeze_object(sb, SB_UNFROZEN));
	access_note_at(FL_THING_WORDS, &sb->s_writers.freezer, FL_ACCESS_WRITE);
	access_note_at(FL_THING_WORDS, &sb->s_writers.frozen, 0);
	if (sb->s_writers.frozen != SB_UNFROZEN)
		return -EBUSY;
	sb->s_writers.freezer = (int)task_number();
	close_level(sb, SB_FREEZE_WRITE);
	close_level(sb, SB_FREEZE_PAGEFAULT);
	return 0;
}

void freeze_complete(struct super_block *sb)
{
	close_level(sb, SB_FREEZE_FS);
	set_frozen(sb, SB_FREEZE_COMPLETE);
	/* As long as others like. */
	schedule_point(freeze_object(sb, SB_FREEZE_COMPLETE));
}

void freeze_thaw(struct super_block *sb)
{
	set_frozen(sb, SB_UNFROZEN);
	for (int level = SB_FREEZE_FS; level >= SB_FREEZE_WRITE; level--)
		if (is_closed(sb, level))
			open_level(sb, level);
}

void freeze_check_now(const struct super_block *sb, const char *what,
		      uintptr_t site)
{
	access_note_at(FL_THING_WORDS, &sb->s_writers.frozen, 0);
	if (sb->s_writers.frozen == SB_FREEZE_COMPLETE)
		run_misuse(site, "%s on a filesystem that is frozen", what);
}

int freeze_is_asked(void)
{
	return somebody_freezes;
}

/* ---- protection, as the kernel's callers name it ---- */

void __sb_start_write(struct super_block *sb, int level)
{
	freeze_enter(sb, level, CALLER);
}

void __sb_end_write(struct super_block *sb, int level)
{
	freeze_exit(sb, level, CALLER);
}

void sb_start_write(struct super_block *sb)
{
	freeze_enter(sb, SB_FREEZE_WRITE, CALLER);
}

void sb_end_write(struct super_block *sb)
{
	freeze_exit(sb, SB_FREEZE_WRITE, CALLER);
}

/* The current op is an access that stores nothing, anywhere. */
static int is_load(void)
{
	uint32_t op = task_me()->op;

	if (op >= run.asked->nr_ops)
		return 0;
	switch (run.asked->ops[op].kind) {
	case FL_OP_READ_FAULT:
	case FL_OP_PRIVATE_READ_FAULT:
	case FL_OP_PMD_READ_FAULT:
		return 1;
	default:
		return 0;
	}
}

void freeze_no_load(const char *what, uintptr_t site)
{
	if (is_load())
		run_warn(site, "a load %s", what);
}

void sb_start_pagefault(struct super_block *sb)
{
	freeze_no_load("waits for a freeze to end", CALLER);
	freeze_enter(sb, SB_FREEZE_PAGEFAULT, CALLER);
}

void sb_end_pagefault(struct super_block *sb)
{
	freeze_exit(sb, SB_FREEZE_PAGEFAULT, CALLER);
}

void file_start_write(struct file *file)
{
	freeze_enter(file_inode(file)->i_sb, SB_FREEZE_WRITE, CALLER);
}

void file_end_write(struct file *file)
{
	freeze_exit(file_inode(file)->i_sb, SB_FREEZE_WRITE, CALLER);
}
