/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the machine asks of a filesystem, in one table. Whoever adds one fills
 * it in, in a folder of its own (csrc/filesystems/), and enters it in
 * filesystem.c. ext2 and strict are older than this and are not in it yet.
 */
#ifndef FS_FILESYSTEM_H
#define FS_FILESYSTEM_H

#include "core/base.h"
#include <linux/fs.h>

/**
 * struct filesystem - one filesystem
 * @has_worker:	 it queues work for later, which one task more does
 * @is_coherent: its storage is memory that nobody has to flush
 * @make:	 sets world->inode up, and the super block, for the world's
 *		 geometry; why it is refused, or NULL
 * @supports:	 whether it does what only some filesystems do, by enum
 *		 fl_op_kind
 * @free_blocks: how many blocks its files could still take
 * @list_blocks: writes the file's blocks, ascending; how many there are
 * @find_leaks:	 notes what is lost at the end
 * @watch:	 notes memory of its that is read without a lock
 * @has_entries_alone: whether the current task holds a lock for writing that
 *		 everybody else needs to lock an entry of the index
 * @fallocate:	 FL_OP_PUNCH_HOLE and FL_OP_ZERO_RANGE, with all locks
 * @evict:	 the last user of the inode goes, and the next one comes
 */
struct filesystem {
	int has_worker;
	int is_coherent;
	const char *(*make)(const struct fl_geometry *geometry);
	int (*supports)(uint32_t op_kind);
	uint32_t (*free_blocks)(void);
	uint32_t (*list_blocks)(struct fl_block *blocks, uint32_t max);
	void (*find_leaks)(void);
	void (*watch)(void);
	int (*has_entries_alone)(void);
	int (*fallocate)(struct inode *inode, uint32_t op_kind, loff_t pos,
			 loff_t length);
	int (*evict)(struct inode *inode);
};

/* By enum fl_fs; NULL for one that has no table, or is not in this image. */
const struct filesystem *filesystem_of(uint32_t fs);

#endif
