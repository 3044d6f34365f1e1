// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata that is not durable yet: which blocks a crash would take away from
 * the file again.
 *
 * It matters where a mapping is MAP_SYNC. A store through such a mapping is
 * durable as soon as it has left the caches, with no fsync(), and so nothing may
 * be mapped for it before fsync() has committed the block that it goes to.
 * Without such a mapping nothing is noted.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "strict.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/schedule.h"
#include "core/trace.h"

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
	access_note(FL_THING_BLOCKS, 0, 0, 0, 0);
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
	access_note(FL_THING_BLOCKS, 0, 0, 0, FL_ACCESS_WRITE);
	if (!error)
		memset(sbi->uncommitted, 0, sizeof(sbi->uncommitted));
	trace(FL_EVENT_METADATA_WRITE, FL_OBJECT(FL_OBJECT_DEVICE, 0), CALLER,
	      0, 0, 0, 0, error);
	return error;
}
