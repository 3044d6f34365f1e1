/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * super.c: what is left of a tree's super.c.
 */
#ifndef EXT2_SUPER_H
#define EXT2_SUPER_H

#include "core/base.h"

struct ext2_inode_info;

/* What holds for an inode before it is any file's. */
void ext2_open_inode(struct ext2_inode_info *ei);

#endif
