// SPDX-License-Identifier: GPL-2.0-only
/*
 * Freeze protection of a filesystem. Nothing here ever denies it, but it must
 * be given back like a lock.
 */
#include "machine.h"
#include <linux/fs.h>

static const char *const freeze_classes[] = {
	[SB_FREEZE_WRITE] = "sb_writers",
	[SB_FREEZE_PAGEFAULT] = "sb_pagefaults",
	[SB_FREEZE_FS] = "sb_internal",
};

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

static void freeze_enter(struct super_block *sb, int level, uintptr_t site)
{
	uint32_t object = freeze_object(sb, level);

	might_sleep_at(site);
	held_add(FL_HELD_FREEZE, object, freeze_class(level),
		 FL_MODE_READ, 0, site);
	trace(FL_EVENT_FREEZE_ENTER, object, site, level, 0, 0, 0, 0);
}

static void freeze_exit(struct super_block *sb, int level, uintptr_t site)
{
	uint32_t object = freeze_object(sb, level);

	if (!held_remove(FL_HELD_FREEZE, object))
		run_misuse(site, "freeze protection given back that was not "
				 "taken");
	trace(FL_EVENT_FREEZE_EXIT, object, site, level, 0, 0, 0, 0);
}

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

void sb_start_pagefault(struct super_block *sb)
{
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
