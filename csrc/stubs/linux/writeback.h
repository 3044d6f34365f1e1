/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be written back, and how thoroughly. */
#ifndef _LINUX_WRITEBACK_H
#define _LINUX_WRITEBACK_H

#include <linux/fs.h>

enum writeback_sync_modes { WB_SYNC_NONE, WB_SYNC_ALL };

struct writeback_control {
	long nr_to_write;
	loff_t range_start, range_end;	/* bytes, the end inclusive */
	enum writeback_sync_modes sync_mode;
};

void tag_pages_for_writeback(struct address_space *mapping, pgoff_t start,
			     pgoff_t end);

#endif
