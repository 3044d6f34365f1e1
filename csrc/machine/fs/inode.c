// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the VFS does for an inode: its size, its times, its place in the world.
 */
#include "fs/inode.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/freeze.h"
#include "fs/inode_dirty.h"
#include "fs/times.h"
#include "locks/preempt.h"
#include "storage/block.h"
#include "storage/cpu_cache.h"
#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/pagemap.h>
#include <linux/uio.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>

static void open_index(struct address_space *mapping)
{
#if HAVE_XARRAY
	xa_init_flags(&mapping->i_pages, XA_FLAGS_LOCK_IRQ | XA_FLAGS_ACCOUNT);
#elif HAVE_I_PAGES
	INIT_RADIX_TREE(&mapping->i_pages, GFP_ATOMIC);
	mapping->i_pages.object = mapping->object;
#else
	mapping->page_tree.object = mapping->object;
	INIT_RADIX_TREE(&mapping->page_tree, GFP_ATOMIC);
	spin_lock_init(&mapping->tree_lock);
#endif
}

int inode_open(struct inode *inode, struct super_block *sb)
{
	struct address_space *mapping = &inode->i_data;

	inode->i_sb = sb;
	inode->i_mapping = mapping;
	inode->i_blkbits = sb->s_blocksize_bits;
	set_nlink(inode, 1);
	inode->object = object_new(FL_OBJECT_INODE);
	init_rwsem(&inode->i_rwsem);
	spin_lock_init(&inode->i_lock);

	mapping->host = inode;
	mapping->gfp_mask = GFP_HIGHUSER_MOVABLE;
	mapping->object = object_new(FL_OBJECT_MAPPING);
	open_index(mapping);
	__init_rwsem(&mapping->invalidate_lock, "mapping.invalidate_lock",
		     NULL);
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
	if (size < inode->i_size)
		cpu_cache_forget(DIV_ROUND_UP((u64)size, PAGE_SIZE),
				 NO_PGOFF);
	WRITE_ONCE(inode->i_size, size);
}

void __mark_inode_dirty(struct inode *inode, int flags)
{
	freeze_check(inode->i_sb, "an inode is dirtied", CALLER);
	/* Whoever else does the same makes no difference: see inode_is_written(). */
	access_note_at(FL_THING_WORDS, &inode->i_state, 0);
	inode->i_state |= flags;
}

#if !SLICE_IS_EMBEDDED
int inode_needs_sync(struct inode *inode)
{
	return IS_SYNC(inode) ||
		(S_ISDIR(inode->i_mode) && IS_DIRSYNC(inode));
}
#endif

/*
 * The inode table is not modelled: an inode is written by being clean. It is
 * clean also when that fails; who is told the error knows that it is lost.
 */
int sync_inode_metadata(struct inode *inode, int wait)
{
	int error = 0;

	access_note_at(FL_THING_WORDS, &inode->i_state, FL_ACCESS_WRITE);
	if (inode->i_state & I_DIRTY_ALL) {
		might_sleep_at(CALLER);
		error = inject(FL_POINT_METADATA_WRITE, CALLER);
		trace(FL_EVENT_METADATA_WRITE, inode->object, CALLER, -1, 0, 0,
		      0, error);
	}
	inode->i_state &= ~I_DIRTY_ALL;
	inode_is_written(inode);
	return error;
}

int write_inode_now(struct inode *inode, int sync)
{
	return sync_inode_metadata(inode, sync);
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
	freeze_no_load("changes the times of a file", CALLER);
	freeze_check(file_inode(file)->i_sb, "an inode is dirtied", CALLER);
	times_mark(file_inode(file));
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

ssize_t generic_write_sync(struct kiocb *iocb, ssize_t count)
{
	int error = 0;

	if (iocb->ki_flags & IOCB_DSYNC)
		error = vfs_fsync_range(iocb->ki_filp, iocb->ki_pos - count,
					iocb->ki_pos - 1,
					!(iocb->ki_flags & IOCB_SYNC));
	return error ? error : count;
}

/* ---- attributes ---- */

/* Nobody looks inside. */
struct user_namespace {
	char unused;
} init_user_ns;
struct mnt_idmap {
	char unused;
} nop_mnt_idmap, invalid_mnt_idmap;

int inode_newsize_ok(const struct inode *inode, loff_t size)
{
	return (u64)size > inode->i_sb->s_maxbytes ? -EFBIG : 0;
}

int inode_change_ok(const struct inode *inode, struct iattr *attr)
{
	return attr->ia_valid & ATTR_SIZE ?
		inode_newsize_ok(inode, attr->ia_size) : 0;
}

int setattr_prepare(__SETATTR_FOR struct dentry *dentry, struct iattr *attr)
{
	return inode_change_ok(d_inode(dentry), attr);
}

void setattr_copy(__SETATTR_FOR struct inode *inode, const struct iattr *attr)
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
#if HAVE_XARRAY
	/* Since 5.4. */
	if (!xa_marked(&mapping->i_pages, PAGECACHE_TAG_DIRTY))
		return 0;
#endif
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
	access_note(FL_THING_INDEX, 0, 0, ~0ull, 0);
	if (mapping->nrpages || mapping->nrexceptional)
		error = filemap_fdatawrite_range(mapping, start, end);
	return error ? error : filemap_check_errors(mapping);
}

int filemap_write_and_wait(struct address_space *mapping)
{
	return filemap_write_and_wait_range(mapping, 0, LLONG_MAX);
}

/* There is one file: what it has not heard of yet, nobody has. */
int file_write_and_wait_range(struct file *file, loff_t start, loff_t end)
{
	return filemap_write_and_wait_range(file->f_mapping, start, end);
}

int file_check_and_advance_wb_err(struct file *file)
{
	return filemap_check_errors(file->f_mapping);
}

int __generic_file_fsync(struct file *file, loff_t start, loff_t end,
			 int datasync)
{
	struct inode *inode = file_inode(file);
	int error = file_write_and_wait_range(file, start, end);
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
	return block_flush(file_inode(file)->i_sb->s_bdev, CALLER);
}

/* The same without the inode's lock: buffers have their own. */
int generic_buffers_fsync_noflush(struct file *file, loff_t start, loff_t end,
				  bool datasync)
{
	struct inode *inode = file_inode(file);
	int error = file_write_and_wait_range(file, start, end);
	int later;

	if (error)
		return error;
	error = sync_mapping_buffers(inode->i_mapping);
	later = sync_inode_metadata(inode, 1);
	if (!error)
		error = later;
	later = file_check_and_advance_wb_err(file);
	return error ? error : later;
}

int generic_buffers_fsync(struct file *file, loff_t start, loff_t end,
			  bool datasync)
{
	int error = generic_buffers_fsync_noflush(file, start, end, datasync);

	if (error)
		return error;
	return block_flush(file_inode(file)->i_sb->s_bdev, CALLER);
}

int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync)
{
	return file->f_op->fsync(file, start, end, datasync);
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
