/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the machine asks of a filesystem, in one table. Whoever adds one fills
 * it in, in a folder of its own (csrc/filesystems/), and enters it in
 * filesystem.c. Nothing else of the machine knows which filesystems there are.
 */
#ifndef FS_FILESYSTEM_H
#define FS_FILESYSTEM_H

#include "core/base.h"
#include <linux/fs.h>

struct iomap_ops;

#define FILESYSTEM_TABLES	2

/**
 * struct filesystem - one filesystem
 * @tables:	 of begin and end, where they have names; NULL: no such table
 * @least_blocks: of the smallest device that has room for an empty file
 * @has_worker:	 it queues work for later, which one task more does
 * @is_coherent: its storage is memory that nobody has to flush
 * @is_window:	 its device is a window; the file's blocks can lie behind it
 * @is_read_only: its files cannot be opened for writing; it is asked for a
 *		 shared mapping that can be written to all the same, and has to
 *		 refuse that
 * @has_static_table: its table of begin and end has no name that leads to it
 * @make:	 sets world->inode up, and the super block, for the world's
 *		 geometry; why it is refused, or NULL
 * @supports:	 whether it does what only some filesystems do, by enum
 *		 fl_op_kind
 * @free_blocks: how many blocks its files could still take
 * @list_blocks: writes the file's blocks, ascending; how many there are
 *
 * All that follow can be NULL:
 *
 * @find_leaks:	 notes what is lost at the end
 * @watch:	 notes memory of its that is read without a lock
 * @map_on_device: the part of the inode, MAP_ON_DEVICE bytes, that is lost if
 *		 nobody marks it dirty
 * @is_others:	 whether a block of the device is not the file's, but the
 *		 filesystem's own or other files'; asked of what is in the
 *		 buffer cache
 * @has_entries_alone: whether the current task holds a lock for writing that
 *		 everybody else needs to lock an entry of the index
 * @set_size:	 what truncate() calls if ->setattr is not there
 * @change_range: FL_OP_PUNCH_HOLE and others, with all locks
 * @open_truncating: an open with O_TRUNC that is the filesystem's own
 * @is_synced:	 whether who keeps the file was told to write it since this was
 *		 asked last; asked when a synchronous write() has returned
 * @sync_begins: somebody maps the file with MAP_SYNC
 * @evict:	 the last user of the inode goes, and the next one comes
 * @evict_other: the last user of the other file goes
 * @unmount:	 nobody uses any file of it, or the call does nothing
 * @mount_again: it has been unmounted, and is mounted; nobody opens a file
 */
struct filesystem {
	const struct iomap_ops *tables[FILESYSTEM_TABLES];
	uint32_t least_blocks;
	int has_worker;
	int is_coherent;
	int is_window;
	int is_read_only;
	int has_static_table;
	const char *(*make)(const struct fl_geometry *geometry);
	int (*supports)(uint32_t op_kind);
	uint32_t (*free_blocks)(void);
	uint32_t (*list_blocks)(struct fl_block *blocks, uint32_t max);
	void (*find_leaks)(void);
	void (*watch)(void);
	const void *(*map_on_device)(void);
	int (*is_others)(uint32_t block);
	int (*has_entries_alone)(void);
	int (*set_size)(struct inode *inode, loff_t size);
	loff_t (*change_range)(struct inode *inode, uint32_t op_kind,
			       loff_t pos, loff_t length);
	int (*open_truncating)(struct inode *inode);
	int (*is_synced)(void);
	void (*sync_begins)(struct super_block *sb);
	int (*evict)(struct inode *inode);
	void (*evict_other)(void);
	int (*unmount)(void);
	int (*mount_again)(void);
};
#define MAP_ON_DEVICE	60

/* By enum fl_fs; NULL for one without a file, or that this image lacks. */
const struct filesystem *filesystem_of(uint32_t fs);

#endif
