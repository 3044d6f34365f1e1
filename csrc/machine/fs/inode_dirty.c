// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an inode has on the device: size, count of blocks, map, times. The
 * inode table is not modelled, so this is a copy of what was last written. Who
 * changes any of it marks the inode dirty, or the change is lost.
 */
#include "fs/inode_dirty.h"
#include "core/access_set.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "fs/filesystem.h"
#include "fs/times.h"
#include "fs/world.h"
#include <linux/fs.h>
#include <linux/string.h>

struct on_device {
	loff_t size;
	blkcnt_t blocks;
	u8 map[MAP_ON_DEVICE];
	struct file_times times;
};

static struct on_device written;

static struct on_device now(const struct inode *inode)
{
	struct on_device now;

	memset(&now, 0, sizeof(now));
	now.size = inode->i_size;
	now.blocks = inode->i_blocks;
	if (run_has_one_task())
		now.times = times_of(inode);
	if (world->filesystem->map_on_device)
		memcpy(now.map, world->filesystem->map_on_device(),
		       sizeof(now.map));
	return now;
}

/* What another task changes of it before this is written, and later is not. */
static void note_accesses(const struct inode *inode)
{
	access_watched(&inode->i_size, sizeof(inode->i_size), 0);
	access_note_at(FL_THING_WORDS, &inode->i_blocks, FL_ACCESS_WRITE);
	if (world->filesystem->map_on_device)
		access_watched(world->filesystem->map_on_device(),
			       sizeof(written.map), 0);
}

void inode_is_written(const struct inode *inode)
{
	if (inode != world->inode)
		return;
	if (accesses_are_noted)
		note_accesses(inode);
	written = now(inode);
}

int inode_is_on_device(const struct inode *inode)
{
	struct on_device at_end = now(inode);

	at_end.times = written.times;
	return !memcmp(&at_end, &written, sizeof(written));
}

void inode_find_changes(const struct inode *inode)
{
	struct on_device at_end = now(inode);

	if (inode->i_state & I_DIRTY)
		return;
	/* New times alone may be dirty for themselves. */
	if (inode->i_state & I_DIRTY_TIME)
		at_end.times = written.times;
	if (memcmp(&at_end, &written, sizeof(written)))
		leak_add(FL_LEAK_CHANGE, inode->object, sizeof(written), 0,
			 "the inode");
}
