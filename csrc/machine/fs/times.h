/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * times.c: mtime and ctime of the file, and the clock that they are read off.
 *
 * What must hold: every op has a time of its own, so what an op sets differs
 * from all that was set before it.
 */
#ifndef FS_TIMES_H
#define FS_TIMES_H

#include <linux/fs.h>

/* The two times that an op can set. */
struct file_times {
	time64_t mtime, ctime;
};

struct file_times times_of(const struct inode *inode);
/* Sets both, as file_update_time() does where time is written lazily. */
void times_mark(struct inode *inode);
/* Notes in the trace what has changed of them since @before. */
void times_note(const struct inode *inode, struct file_times before);

#endif
