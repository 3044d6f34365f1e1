// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata that is not durable yet: which blocks a crash would take away from
 * the file again.
 *
 * It matters where a mapping is MAP_SYNC. A store through such a mapping is
 * durable as soon as it has left the caches, with no fsync(), so nothing may be
 * mapped for it before the block that it goes to is committed. Until somebody
 * maps a file so, nobody asks, and all that was there before is committed.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "strict.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/schedule.h"
#include "core/trace.h"

/* Stores through MAP_SYNC look without the extent lock. */
static void note_access(const struct strict_sb_info *sbi, unsigned int flags)
{
	access_note_at(FL_THING_WORDS, sbi->uncommitted, flags);
}

/**
 * strict_sync_begins - somebody maps the file with MAP_SYNC
 * @sb: the filesystem
 */
void strict_sync_begins(struct super_block *sb)
{
	STRICT_SB(sb)->has_sync = true;
}

/**
 * strict_note_change - blocks have become a file's
 * @sb:		  the filesystem
 * @device_block: the first
 * @count:	  how many
 */
void strict_note_change(struct super_block *sb, u32 device_block, u32 count)
{
	struct strict_sb_info *sbi = STRICT_SB(sb);

	if (!sbi->has_sync)
		return;
	note_access(sbi, FL_ACCESS_WRITE);
	for (; count; count--, device_block++)
		sbi->uncommitted[device_block / 64] |=
			1ull << device_block % 64;
}

/**
 * strict_is_committed - whether blocks are a file's for good
 * @sb:		  the filesystem
 * @device_block: the first
 * @count:	  how many
 */
bool strict_is_committed(const struct super_block *sb, u32 device_block,
			 u32 count)
{
	const struct strict_sb_info *sbi = STRICT_SB(sb);

	if (!sbi->has_sync)
		return true;
	note_access(sbi, 0);
	for (; count; count--, device_block++)
		if (sbi->uncommitted[device_block / 64] >> device_block % 64 &
		    1)
			return false;
	return true;
}

/**
 * strict_commit - make all of it durable
 * @sb: the filesystem
 *
 * Return: 0, or -EIO with nothing committed.
 */
int strict_commit(struct super_block *sb)
{
	struct strict_sb_info *sbi = STRICT_SB(sb);
	int error;

	if (!sbi->has_sync)
		return 0;
	schedule_point(sb->object);
	error = inject(FL_POINT_METADATA_WRITE, CALLER);
	note_access(sbi, FL_ACCESS_WRITE);
	if (!error)
		memset(sbi->uncommitted, 0, sizeof(sbi->uncommitted));
	trace(FL_EVENT_METADATA_WRITE, FL_OBJECT(FL_OBJECT_DEVICE, 0), CALLER,
	      0, 0, 0, 0, error);
	return error;
}
