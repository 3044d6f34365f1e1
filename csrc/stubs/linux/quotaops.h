/* SPDX-License-Identifier: GPL-2.0-only */
/* Quota has no limits here; what is charged still shows in i_blocks. */
#ifndef _LINUX_QUOTAOPS_H
#define _LINUX_QUOTAOPS_H

#include <linux/types.h>

struct inode;

int dquot_initialize(struct inode *inode);
int dquot_alloc_block(struct inode *inode, s64 nr);
int dquot_alloc_block_nodirty(struct inode *inode, s64 nr);
void dquot_free_block(struct inode *inode, s64 nr);
void dquot_free_block_nodirty(struct inode *inode, s64 nr);

#endif
