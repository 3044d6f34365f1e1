/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inode_dirty.c: whether what was changed in the file's inode will be written.
 */
#ifndef FS_INODE_DIRTY_H
#define FS_INODE_DIRTY_H

struct inode;

/* The inode is as it is on the device: at first, and when it is written. */
void inode_is_written(const struct inode *inode);
/* Whether size, blocks and map are there as they are now; times may differ. */
int inode_is_on_device(const struct inode *inode);
/* It has changed since, and is not dirty: a leak. */
void inode_find_changes(const struct inode *inode);

#endif
