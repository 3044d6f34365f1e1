/* SPDX-License-Identifier: GPL-2.0-only */
/* Quota has no limits here; what is charged still shows in i_blocks. */
#ifndef _LINUX_QUOTAOPS_H
#define _LINUX_QUOTAOPS_H

#include <linux/types.h>
#include <linux/fs.h>

int dquot_initialize(struct inode *inode);
int dquot_file_open(struct inode *inode, struct file *file);
int dquot_alloc_block(struct inode *inode, s64 nr);
int dquot_alloc_block_nodirty(struct inode *inode, s64 nr);
void dquot_free_block(struct inode *inode, s64 nr);
void dquot_free_block_nodirty(struct inode *inode, s64 nr);

/* Who they are charged to is nobody's concern. */
#define dquot_drop(inode)		((void)(inode))
#define dquot_transfer(...)		0
#define is_quota_modification(...)	0

#endif
