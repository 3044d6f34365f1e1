/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inode.c: what the VFS does for an inode.
 */
#ifndef FS_INODE_H
#define FS_INODE_H

#include "core/base.h"

struct inode;
struct super_block;

/* Makes what is common to all filesystems; 0 or a negative errno. */
int inode_open(struct inode *inode, struct super_block *sb);

#endif
