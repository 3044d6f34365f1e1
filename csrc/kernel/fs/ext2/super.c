// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of the super block the block map and the allocator call on: inodes in
 * memory, and what is to be done about a filesystem that contradicts itself.
 *
 * Mounting is left to whoever has the device.
 */
#include <linux/kernel.h>
#include <linux/buffer_head.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "ext2.h"

/**
 * ext2_error - the filesystem contradicts itself
 * @sb:	      which
 * @function: that noticed
 * @fmt:      what it noticed
 *
 * Noted in the super block, so that the next check is a thorough one; then as
 * the mount options say.
 */
void ext2_error(struct super_block *sb, const char *function, const char *fmt,
		...)
{
	struct ext2_sb_info *sbi = EXT2_SB(sb);
	struct va_format message;
	va_list args;

	if (!(sb->s_flags & MS_RDONLY)) {
		spin_lock(&sbi->s_lock);
		sbi->s_mount_state |= EXT2_ERROR_FS;
		sbi->s_es->s_state |= cpu_to_le16(EXT2_ERROR_FS);
		spin_unlock(&sbi->s_lock);
		mark_buffer_dirty(sbi->s_sbh);
	}

	va_start(args, fmt);
	message.fmt = fmt;
	message.va = &args;
	pr_crit("EXT2-fs (%s): error: %s: %pV\n", sb->s_id, function, &message);
	va_end(args);

	if (sbi->s_mount_opt & EXT2_MOUNT_ERRORS_PANIC)
		panic("EXT2-fs: panic from previous error\n");
	if (sbi->s_mount_opt & EXT2_MOUNT_ERRORS_RO)
		sb->s_flags |= MS_RDONLY;
}

/**
 * ext2_msg - say something about a filesystem
 * @sb:	    which
 * @prefix: KERN_*
 * @fmt:    what
 */
void ext2_msg(struct super_block *sb, const char *prefix, const char *fmt, ...)
{
	struct va_format message;
	va_list args;

	va_start(args, fmt);
	message.fmt = fmt;
	message.va = &args;
	printk("%sEXT2-fs (%s): %pV\n", prefix, sb->s_id, &message);
	va_end(args);
}

static struct kmem_cache *ext2_inode_cachep;

/**
 * ext2_init_inode_info - what holds for an inode before it is any file's
 * @ei: the inode
 */
void ext2_init_inode_info(struct ext2_inode_info *ei)
{
	rwlock_init(&ei->i_meta_lock);
	mutex_init(&ei->truncate_mutex);
	init_rwsem(&ei->dax_sem);
	inode_init_once(&ei->vfs_inode);
}

static void init_once(void *object)
{
	ext2_init_inode_info(object);
}

static struct inode *ext2_alloc_inode(struct super_block *sb)
{
	struct ext2_inode_info *ei =
		kmem_cache_alloc(ext2_inode_cachep, GFP_KERNEL);

	return ei ? &ei->vfs_inode : NULL;
}

static void ext2_destroy_inode(struct inode *inode)
{
	kmem_cache_free(ext2_inode_cachep, EXT2_I(inode));
}

const struct super_operations ext2_sops = {
	.alloc_inode	= ext2_alloc_inode,
	.destroy_inode	= ext2_destroy_inode,
};

static int __init init_inodecache(void)
{
	ext2_inode_cachep = kmem_cache_create(
		"ext2_inode_cache", sizeof(struct ext2_inode_info), 0,
		SLAB_RECLAIM_ACCOUNT | SLAB_MEM_SPREAD | SLAB_ACCOUNT,
		init_once);
	return ext2_inode_cachep ? 0 : -ENOMEM;
}

static int __init init_ext2_fs(void)
{
	return init_inodecache();
}
module_init(init_ext2_fs);
