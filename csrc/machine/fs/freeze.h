/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * freeze.c: freezing a filesystem.
 */
#ifndef FS_FREEZE_H
#define FS_FREEZE_H

#include "core/base.h"

struct super_block;

void freeze_reset(void);
/* 0 once all who write or fault are outside, and -EBUSY if it is frozen. */
int freeze_begin(struct super_block *sb);
void freeze_complete(struct super_block *sb);	/* all is on the medium */
void freeze_thaw(struct super_block *sb);
int freeze_is_asked(void);			/* by some op of the run */
void freeze_check_now(const struct super_block *sb, const char *what,
		      uintptr_t site);

/* The filesystem is about to be changed: it must not be frozen. */
static inline void freeze_check(const struct super_block *sb, const char *what,
				uintptr_t site)
{
	if (__builtin_expect(freeze_is_asked(), 0))
		freeze_check_now(sb, what, site);
}

/* WARN that a load does @what, if the current op is one. */
void freeze_no_load(const char *what, uintptr_t site);

#endif
