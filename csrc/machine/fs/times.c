// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clock of a run is the number of the op: it stands still inside of one, as
 * the kernel's coarse clock does for a system call, and each op finds a later
 * time than those before it. Between tasks it says nothing, so where there
 * are several, time stands still.
 *
 * Times are written lazily (SB_LAZYTIME): a new time alone makes the inode dirty
 * for nobody but its own writing, so who changes more has to say so.
 */
#include "fs/times.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"

struct timespec64 current_time(struct inode *inode)
{
	uint32_t op = task_me()->op;

	(void)inode;
	if (op >= run.asked->nr_ops || !run_has_one_task())
		op = 0;
	else
		op++;
	return (struct timespec64){ op, 0 };
}

struct file_times times_of(const struct inode *inode)
{
	return (struct file_times){ inode->i_mtime.tv_sec,
				    inode->i_ctime.tv_sec };
}

void times_mark(struct inode *inode)
{
	if (!run_has_one_task())
		return;
	inode->i_mtime = current_time(inode);
	inode->i_ctime = inode->i_mtime;
	inode->i_state |= I_DIRTY_TIME;
}

void times_note(const struct inode *inode, struct file_times before)
{
	struct file_times now = times_of(inode);

	if (now.mtime != before.mtime || now.ctime != before.ctime)
		trace(FL_EVENT_TIMES, inode->object, 0, before.mtime, now.mtime,
		      before.ctime, now.ctime, 0);
}
