// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock of a run is the number of the op: it stands still inside of one, as
 * the kernel's coarse clock does for a system call, and each op finds a later
 * time than those before it. Between tasks it says nothing, so what tasks do to
 * each other's times is not noted.
 *
 * Times are written lazily (SB_LAZYTIME): a new time alone makes the inode dirty
 * for nobody but its own writing, so who changes more has to say so.
 */
#include "fs/times.h"
#include "core/run.h"
#include "core/trace.h"

struct timespec64 current_time(struct inode *inode)
{
	uint32_t op = task_me()->op;

	(void)inode;
	return (struct timespec64){ op < run.asked->nr_ops ? op + 1 : 0, 0 };
}

struct file_times times_of(const struct inode *inode)
{
	return (struct file_times){ inode->i_mtime.tv_sec,
				    inode->i_ctime.tv_sec };
}

void times_mark(struct inode *inode)
{
	inode->i_mtime = current_time(inode);
	inode->i_ctime = inode->i_mtime;
	inode->i_state |= I_DIRTY_TIME;
}

static int is_alone(void)
{
	for (uint32_t i = 1; i < run.asked->nr_ops; i++)
		if (run.asked->ops[i].task != run.asked->ops[0].task)
			return 0;
	return 1;
}

void times_note(const struct inode *inode, struct file_times before)
{
	struct file_times now = times_of(inode);

	if ((now.mtime != before.mtime || now.ctime != before.ctime) &&
	    is_alone())
		trace(FL_EVENT_TIMES, inode->object, 0, before.mtime, now.mtime,
		      before.ctime, now.ctime, 0);
}
