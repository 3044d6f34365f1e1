/* SPDX-License-Identifier: GPL-2.0-only */
/* Files, inodes and filesystems, as far as a DAX file has them. */
#ifndef _LINUX_FS_H
#define _LINUX_FS_H

#include <linux/types.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/radix-tree.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/time.h>
#include <asm/byteorder.h>

struct address_space;
struct block_device;
struct dentry;
struct file;
struct iattr;
struct inode;
struct iov_iter;
struct kiocb;
struct page;
struct super_block;
struct vm_area_struct;
struct writeback_control;

#define S_IFMT		0170000
#define S_IFLNK		0120000
#define S_IFREG		0100000
#define S_IFDIR		0040000
#define S_ISLNK(mode)	(((mode) & S_IFMT) == S_IFLNK)
#define S_ISREG(mode)	(((mode) & S_IFMT) == S_IFREG)
#define S_ISDIR(mode)	(((mode) & S_IFMT) == S_IFDIR)

/* inode.i_flags */
#define S_SYNC		1
#define S_NOATIME	2
#define S_APPEND	4
#define S_IMMUTABLE	8
#define S_DIRSYNC	64
#define S_DAX		8192

#define IS_SYNC(inode)		((inode)->i_flags & S_SYNC)
#define IS_DIRSYNC(inode)	((inode)->i_flags & (S_SYNC | S_DIRSYNC))
#define IS_APPEND(inode)	((inode)->i_flags & S_APPEND)
#define IS_IMMUTABLE(inode)	((inode)->i_flags & S_IMMUTABLE)
#define IS_DAX(inode)		((inode)->i_flags & S_DAX)

/* super_block.s_flags */
#define MS_RDONLY	1
#define MS_SYNCHRONOUS	16

/* __mark_inode_dirty() */
#define I_DIRTY_SYNC		(1 << 0)
#define I_DIRTY_DATASYNC	(1 << 1)
#define I_DIRTY_PAGES		(1 << 2)
#define I_DIRTY_TIME		(1 << 11)
#define I_DIRTY		(I_DIRTY_SYNC | I_DIRTY_DATASYNC | I_DIRTY_PAGES)

/* iattr.ia_valid */
#define ATTR_MODE	(1 << 0)
#define ATTR_UID	(1 << 1)
#define ATTR_GID	(1 << 2)
#define ATTR_SIZE	(1 << 3)
#define ATTR_ATIME	(1 << 4)
#define ATTR_MTIME	(1 << 5)
#define ATTR_CTIME	(1 << 6)

/* iov_iter.type and the like */
#define READ	0
#define WRITE	1

#define SB_FREEZE_WRITE		1
#define SB_FREEZE_PAGEFAULT	2
#define SB_FREEZE_FS		3
#define SB_FREEZE_LEVELS	3

#define IOCB_APPEND	(1 << 1)
#define IOCB_DIRECT	(1 << 2)

/* address_space.flags */
#define AS_EIO		0
#define AS_ENOSPC	1

struct address_space_operations {
	int (*writepage)(struct page *page, struct writeback_control *wbc);
	int (*writepages)(struct address_space *mapping,
			  struct writeback_control *wbc);
	int (*set_page_dirty)(struct page *page);
};

struct address_space {
	struct inode		*host;
	struct radix_tree_root	page_tree;
	spinlock_t		tree_lock;
	struct rw_semaphore	i_mmap_rwsem;
	unsigned long		nrpages;
	unsigned long		nrexceptional;
	const struct address_space_operations *a_ops;
	unsigned long		flags;
	gfp_t			gfp_mask;
	spinlock_t		private_lock;
	struct list_head	private_list;
	unsigned int		object;	/* its name in the trace */
};

struct inode {
	umode_t			i_mode;
	unsigned int		i_flags;
	unsigned long		i_ino;
	unsigned int		i_blkbits;
	loff_t			i_size;
	blkcnt_t		i_blocks;
	struct timespec		i_atime, i_mtime, i_ctime;
	unsigned long		i_state;
	u64			i_version;
	u32			i_generation;
	struct rw_semaphore	i_rwsem;
	spinlock_t		i_lock;
	const struct inode_operations *i_op;
	const struct file_operations *i_fop;
	struct super_block	*i_sb;
	struct address_space	*i_mapping;
	struct address_space	i_data;
	void			*i_private;
	unsigned int		object;	/* its name in the trace */
};

struct dentry {
	struct inode		*d_inode;
};

struct path {
	struct dentry		*dentry;
};

struct file {
	struct path		f_path;
	struct inode		*f_inode;
	struct address_space	*f_mapping;
	const struct file_operations *f_op;
	unsigned int		f_flags;
	fmode_t			f_mode;
	loff_t			f_pos;
};

struct super_block {
	unsigned long		s_blocksize;
	unsigned char		s_blocksize_bits;
	u64			s_maxbytes;
	unsigned long		s_flags;
	const struct super_operations *s_op;
	struct block_device	*s_bdev;
	void			*s_fs_info;
	char			s_id[32];
	unsigned int		object;	/* of its freeze protection */
};

struct kiocb {
	struct file		*ki_filp;
	loff_t			ki_pos;
	int			ki_flags;
};

struct iattr {
	unsigned int		ia_valid;
	umode_t			ia_mode;
	loff_t			ia_size;
	struct timespec		ia_atime, ia_mtime, ia_ctime;
	struct file		*ia_file;
};

struct file_operations {
	ssize_t (*read_iter)(struct kiocb *iocb, struct iov_iter *to);
	ssize_t (*write_iter)(struct kiocb *iocb, struct iov_iter *from);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*fsync)(struct file *file, loff_t start, loff_t end, int datasync);
};

struct inode_operations {
	int (*setattr)(struct dentry *dentry, struct iattr *attr);
};

struct super_operations {
	struct inode *(*alloc_inode)(struct super_block *sb);
	void (*destroy_inode)(struct inode *inode);
	int (*write_inode)(struct inode *inode, struct writeback_control *wbc);
};

static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

static inline struct inode *d_inode(const struct dentry *dentry)
{
	return dentry->d_inode;
}

static inline loff_t i_size_read(const struct inode *inode)
{
	return READ_ONCE(*(const loff_t *)&inode->i_size);
}

void i_size_write(struct inode *inode, loff_t size);

static inline void inode_lock(struct inode *inode)
{
	down_write(&inode->i_rwsem);
}

static inline void inode_unlock(struct inode *inode)
{
	up_write(&inode->i_rwsem);
}

static inline void inode_lock_shared(struct inode *inode)
{
	down_read(&inode->i_rwsem);
}

static inline void inode_unlock_shared(struct inode *inode)
{
	up_read(&inode->i_rwsem);
}

static inline int inode_trylock(struct inode *inode)
{
	return down_write_trylock(&inode->i_rwsem);
}

static inline int inode_is_locked(struct inode *inode)
{
	return rwsem_is_locked(&inode->i_rwsem);
}

static inline void i_mmap_lock_write(struct address_space *mapping)
{
	down_write(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock_write(struct address_space *mapping)
{
	up_write(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_lock_read(struct address_space *mapping)
{
	down_read(&mapping->i_mmap_rwsem);
}

static inline void i_mmap_unlock_read(struct address_space *mapping)
{
	up_read(&mapping->i_mmap_rwsem);
}

void inode_init_once(struct inode *inode);
void __mark_inode_dirty(struct inode *inode, int flags);
#define mark_inode_dirty(inode)		__mark_inode_dirty(inode, I_DIRTY)
#define mark_inode_dirty_sync(inode)	__mark_inode_dirty(inode, I_DIRTY_SYNC)
int sync_inode_metadata(struct inode *inode, int wait);
int write_inode_now(struct inode *inode, int sync);
struct timespec current_time(struct inode *inode);
#define CURRENT_TIME_SEC	((struct timespec){ 0, 0 })
void inode_dio_wait(struct inode *inode);

void file_accessed(struct file *file);
int file_update_time(struct file *file);
int file_remove_privs(struct file *file);
ssize_t generic_write_checks(struct kiocb *iocb, struct iov_iter *from);
ssize_t generic_write_sync(struct kiocb *iocb, ssize_t count);
int generic_file_fsync(struct file *file, loff_t start, loff_t end,
		       int datasync);
int __generic_file_fsync(struct file *file, loff_t start, loff_t end,
			 int datasync);
int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync);

int setattr_prepare(struct dentry *dentry, struct iattr *attr);
int inode_change_ok(const struct inode *inode, struct iattr *attr);
int inode_newsize_ok(const struct inode *inode, loff_t size);
void setattr_copy(struct inode *inode, const struct iattr *attr);

int filemap_fdatawrite_range(struct address_space *mapping, loff_t start,
			     loff_t end);
int filemap_write_and_wait_range(struct address_space *mapping, loff_t start,
				 loff_t end);
int filemap_write_and_wait(struct address_space *mapping);

/* Freeze protection of a superblock; writers hold off a freeze. */
void __sb_start_write(struct super_block *sb, int level);
void __sb_end_write(struct super_block *sb, int level);
void sb_start_write(struct super_block *sb);
void sb_end_write(struct super_block *sb);
void sb_start_pagefault(struct super_block *sb);
void sb_end_pagefault(struct super_block *sb);
void file_start_write(struct file *file);
void file_end_write(struct file *file);

#endif
