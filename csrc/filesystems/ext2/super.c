// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the block map and the allocator of a tree's ext2 expect of its super.c,
 * which is not compiled: inodes in memory, and what is to be done about a
 * filesystem that contradicts itself. It is mounted with the default options,
 * and so goes on after an error.
 *
 * The embedded slice has a super.c of its own.
 */
#include "ext2/super.h"
#include "fs/world.h"
#if HAVE_EXT2_DAX
#include <linux/buffer_head.h>
#include <linux/iomap.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include "fs/ext2/ext2.h"

#if !SLICE_IS_EMBEDDED

/* Also what the kernel names their classes after. */
void ext2_open_inode(struct ext2_inode_info *ei)
{
	rwlock_init(&ei->i_meta_lock);
	mutex_init(&ei->truncate_mutex);
#if HAVE_EXT2_DAX_SEM
	init_rwsem(&ei->dax_sem);
#endif
	inode_init_once(&ei->vfs_inode);
#if HAVE_EXT2_METADATA_BHS
	mmb_init(&ei->i_metadata_bhs, &ei->vfs_inode.i_data);
#endif
}

void ext2_sync_super(struct super_block *sb, struct ext2_super_block *es,
		     int wait)
{
	(void)es;
	mark_buffer_dirty(EXT2_SB(sb)->s_sbh);
	if (wait)
		sync_dirty_buffer(EXT2_SB(sb)->s_sbh);
}

/* Says it, and notes it in the super block. */
void ext2_error(struct super_block *sb, const char *function, const char *fmt,
		...)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct va_format message;
	__builtin_va_list arguments;

	__builtin_va_start(arguments, fmt);
	message.fmt = fmt;
	message.va = &arguments;
	printk(KERN_CRIT "EXT2-fs (%s): error: %s: %pV\n", sb->s_id, function,
	       &message);
	__builtin_va_end(arguments);
	if (sb_rdonly(sb))
		return;
	spin_lock(&sbi->s_lock);
	sbi->s_mount_state |= EXT2_ERROR_FS;
	sbi->s_es->s_state |= cpu_to_le16(EXT2_ERROR_FS);
	spin_unlock(&sbi->s_lock);
	ext2_sync_super(sb, sbi->s_es, 1);
}

void ext2_msg(struct super_block *sb, const char *prefix, const char *fmt, ...)
{
	struct va_format message;
	__builtin_va_list arguments;

	__builtin_va_start(arguments, fmt);
	message.fmt = fmt;
	message.va = &arguments;
	printk("%sEXT2-fs (%s): %pV\n", prefix, sb->s_id, &message);
	__builtin_va_end(arguments);
}

#else

void ext2_open_inode(struct ext2_inode_info *ei)
{
	ext2_init_inode_info(ei);
}

#endif
#endif
