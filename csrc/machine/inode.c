// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the VFS does for an inode: its size, its times, its place in the world,
 * and freeze protection, which nothing here ever denies but which must be given
 * back like a lock.
 */
#include "machine.h"
#include "memory.h"
#include <linux/buffer_head.h>
#include <linux/pagemap.h>
#include <linux/uio.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>

int inode_open(struct inode *inode, struct super_block *sb)
{
	struct address_space *mapping = &inode->i_data;

	inode->i_sb = sb;
	inode->i_mapping = mapping;
	inode->i_blkbits = sb->s_blocksize_bits;
	inode->object = object_new(FL_OBJECT_INODE);
	init_rwsem(&inode->i_rwsem);
	spin_lock_init(&inode->i_lock);

	mapping->host = inode;
	mapping->gfp_mask = GFP_HIGHUSER_MOVABLE;
	mapping->object = object_new(FL_OBJECT_MAPPING);
	mapping->page_tree.object = mapping->object;
	INIT_RADIX_TREE(&mapping->page_tree, GFP_ATOMIC);
	spin_lock_init(&mapping->tree_lock);
	init_rwsem(&mapping->i_mmap_rwsem);
	spin_lock_init(&mapping->private_lock);
	INIT_LIST_HEAD(&mapping->private_list);
	return 0;
}

/* For slab constructors: inode_open() does what there is to do. */
void inode_init_once(struct inode *inode)
{
}

void i_size_write(struct inode *inode, loff_t size)
{
	schedule_point(inode->object);
	trace(FL_EVENT_SIZE, inode->object, CALLER, inode->i_size, size, 0, 0,
	      0);
	WRITE_ONCE(inode->i_size, size);
}

void __mark_inode_dirty(struct inode *inode, int flags)
{
	inode->i_state |= flags;
}

/* The inode table is not modelled: an inode is written by being clean. */
int sync_inode_metadata(struct inode *inode, int wait)
{
	inode->i_state &= ~I_DIRTY;
	return 0;
}

int write_inode_now(struct inode *inode, int sync)
{
	return sync_inode_metadata(inode, sync);
}

struct timespec current_time(struct inode *inode)
{
	return (struct timespec){ 0, 0 };
}

/* No direct I/O bypasses the page cache of a DAX file. */
void inode_dio_wait(struct inode *inode)
{
	might_sleep_at(CALLER);
}

void file_accessed(struct file *file)
{
}

int file_update_time(struct file *file)
{
	might_sleep_at(CALLER);
	mark_inode_dirty_sync(file_inode(file));
	return 0;
}

int file_remove_privs(struct file *file)
{
	return 0;
}

ssize_t generic_write_checks(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (!iov_iter_count(from))
		return 0;
	if (iocb->ki_flags & IOCB_APPEND)
		iocb->ki_pos = i_size_read(inode);
	if ((u64)iocb->ki_pos >= inode->i_sb->s_maxbytes)
		return -EFBIG;
	iov_iter_truncate(from, inode->i_sb->s_maxbytes - iocb->ki_pos);
	return iov_iter_count(from);
}

/* No file here is opened with O_SYNC. */
ssize_t generic_write_sync(struct kiocb *iocb, ssize_t count)
{
	return count;
}

/* ---- attributes ---- */

int inode_newsize_ok(const struct inode *inode, loff_t size)
{
	return (u64)size > inode->i_sb->s_maxbytes ? -EFBIG : 0;
}

int inode_change_ok(const struct inode *inode, struct iattr *attr)
{
	return attr->ia_valid & ATTR_SIZE ?
		inode_newsize_ok(inode, attr->ia_size) : 0;
}

int setattr_prepare(struct dentry *dentry, struct iattr *attr)
{
	return inode_change_ok(d_inode(dentry), attr);
}

void setattr_copy(struct inode *inode, const struct iattr *attr)
{
	if (attr->ia_valid & ATTR_MTIME)
		inode->i_mtime = attr->ia_mtime;
	if (attr->ia_valid & ATTR_CTIME)
		inode->i_ctime = attr->ia_ctime;
	if (attr->ia_valid & ATTR_MODE)
		inode->i_mode = attr->ia_mode;
}

/* ---- writing back ---- */

int filemap_fdatawrite_range(struct address_space *mapping, loff_t start,
			     loff_t end)
{
	struct writeback_control wbc = {
		.sync_mode = WB_SYNC_ALL,
		.nr_to_write = LONG_MAX,
		.range_start = start,
		.range_end = end,
	};

	if (!mapping->a_ops || !mapping->a_ops->writepages)
		return 0;
	return mapping->a_ops->writepages(mapping, &wbc);
}

int filemap_fdatawait_range(struct address_space *mapping, loff_t start,
			    loff_t end)
{
	return 0;
}

int filemap_check_errors(struct address_space *mapping)
{
	int error = 0;

	if (test_and_clear_bit(AS_ENOSPC, &mapping->flags))
		error = -ENOSPC;
	if (test_and_clear_bit(AS_EIO, &mapping->flags))
		error = -EIO;
	return error;
}

int filemap_write_and_wait_range(struct address_space *mapping, loff_t start,
				 loff_t end)
{
	int error = 0;

	might_sleep_at(CALLER);
	touch(FL_THING_INDEX, 0, 0, ~0ull, 0);
	if (mapping->nrpages || mapping->nrexceptional)
		error = filemap_fdatawrite_range(mapping, start, end);
	return error ? error : filemap_check_errors(mapping);
}

int filemap_write_and_wait(struct address_space *mapping)
{
	return filemap_write_and_wait_range(mapping, 0, LLONG_MAX);
}

int __generic_file_fsync(struct file *file, loff_t start, loff_t end,
			 int datasync)
{
	struct inode *inode = file_inode(file);
	int error = filemap_write_and_wait_range(inode->i_mapping, start, end);
	int later;

	if (error)
		return error;
	inode_lock(inode);
	error = sync_mapping_buffers(inode->i_mapping);
	later = sync_inode_metadata(inode, 1);
	inode_unlock(inode);
	return error ? error : later;
}

int generic_file_fsync(struct file *file, loff_t start, loff_t end,
		       int datasync)
{
	int error = __generic_file_fsync(file, start, end, datasync);

	if (error)
		return error;
	return blkdev_issue_flush(file_inode(file)->i_sb->s_bdev, GFP_KERNEL,
				  NULL);
}

int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync)
{
	return file->f_op->fsync(file, start, end, datasync);
}

/* ---- freeze protection ---- */

static const char *const freeze_classes[] = {
	[SB_FREEZE_WRITE] = "sb_writers",
	[SB_FREEZE_PAGEFAULT] = "sb_pagefaults",
	[SB_FREEZE_FS] = "sb_internal",
};

/* Looked up once a process: the numbers of lock classes never change. */
static uint32_t freeze_class(int level)
{
	static uint32_t known[SB_FREEZE_LEVELS + 1];
	static uint8_t is_known[SB_FREEZE_LEVELS + 1];

	if (!is_known[level]) {
		known[level] = lock_class(freeze_classes[level]);
		is_known[level] = 1;
	}
	return known[level];
}

static uint32_t freeze_object(const struct super_block *sb, int level)
{
	return FL_OBJECT(FL_OBJECT_DEVICE,
			 (sb->object & 0xffff) << 4 | (unsigned int)level);
}

static void freeze_enter(struct super_block *sb, int level, uintptr_t site)
{
	uint32_t object = freeze_object(sb, level);

	might_sleep_at(site);
	held_add(FL_HELD_FREEZE, object, freeze_class(level),
		 FL_MODE_READ, 0, site);
	trace(FL_EVENT_FREEZE_ENTER, object, site, level, 0, 0, 0, 0);
}

static void freeze_exit(struct super_block *sb, int level, uintptr_t site)
{
	uint32_t object = freeze_object(sb, level);

	if (!held_remove(FL_HELD_FREEZE, object))
		run_misuse(site, "freeze protection given back that was not "
				 "taken");
	trace(FL_EVENT_FREEZE_EXIT, object, site, level, 0, 0, 0, 0);
}

void __sb_start_write(struct super_block *sb, int level)
{
	freeze_enter(sb, level, CALLER);
}

void __sb_end_write(struct super_block *sb, int level)
{
	freeze_exit(sb, level, CALLER);
}

void sb_start_write(struct super_block *sb)
{
	freeze_enter(sb, SB_FREEZE_WRITE, CALLER);
}

void sb_end_write(struct super_block *sb)
{
	freeze_exit(sb, SB_FREEZE_WRITE, CALLER);
}

void sb_start_pagefault(struct super_block *sb)
{
	freeze_enter(sb, SB_FREEZE_PAGEFAULT, CALLER);
}

void sb_end_pagefault(struct super_block *sb)
{
	freeze_exit(sb, SB_FREEZE_PAGEFAULT, CALLER);
}

void file_start_write(struct file *file)
{
	freeze_enter(file_inode(file)->i_sb, SB_FREEZE_WRITE, CALLER);
}

void file_end_write(struct file *file)
{
	freeze_exit(file_inode(file)->i_sb, SB_FREEZE_WRITE, CALLER);
}

/* ---- counters ---- */

void count_vm_event(enum vm_event_item item)
{
	int64_t event = item == PGMAJFAULT ? FL_VM_PGMAJFAULT :
			item == THP_FAULT_FALLBACK ? FL_VM_THP_FAULT_FALLBACK :
						     0;

	if (event)
		trace(FL_EVENT_COUNT_EVENT, 0, CALLER, event, 0, 0, 0, 0);
}
