// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops: what a system call does before and after the filesystem's own function.
 * Which function that is, the tables of the file say, so a patch that replaces
 * one is driven like the rest.
 */
#include "fs/syscalls.h"
#include "fs/filesystem.h"
#include "fs/freeze.h"
#include "fs/times.h"
#include "fs/world.h"
#include "memory/load_store.h"
#include "memory/memory_failure.h"
#include "memory/page_table_remove.h"
#include "memory/pin.h"
#include "memory/uaccess.h"
#include "storage/cpu_cache.h"
#include "strict.h"
#include <linux/errno.h>
#include <linux/uio.h>

static struct kiocb new_kiocb(loff_t pos)
{
	return (struct kiocb){ .ki_filp = &world->file, .ki_pos = pos };
}

static ssize_t do_write(const struct fl_op *op)
{
	struct kiocb iocb = new_kiocb(op->pos);
	struct iov_iter from;
	ssize_t ret;

	iter_open(&from, WRITE, op->pos, op->length, op->fill);
	sb_start_write(&world->sb);
	ret = world->file.f_op->write_iter(&iocb, &from);
	sb_end_write(&world->sb);
	return ret;
}

static ssize_t do_read(const struct fl_op *op)
{
	struct kiocb iocb = new_kiocb(op->pos);
	struct iov_iter to;

	iter_open(&to, READ, op->pos, op->length, 0);
	return world->file.f_op->read_iter(&iocb, &to);
}

static int change_size(struct inode *inode, struct iattr *attr)
{
	struct dentry *dentry = &world->dentry;

	if (!inode->i_op || !inode->i_op->setattr)
		return strict_setsize(inode, attr->ia_size);
#if HAVE_SETATTR_IDMAP
	return inode->i_op->setattr(&nop_mnt_idmap, dentry, attr);
#elif HAVE_SETATTR_USERNS
	return inode->i_op->setattr(&init_user_ns, dentry, attr);
#else
	return inode->i_op->setattr(dentry, attr);
#endif
}

static int do_truncate(const struct fl_op *op)
{
	struct inode *inode = world->inode;
	struct iattr attr = {
		.ia_valid = ATTR_SIZE,
		.ia_size = op->pos,
	};
	int error;

	/*
	 * truncate() to whole pages, ftruncate() else. The first leaves the
	 * times to who changes the size, the second asks for them as well.
	 */
	if (op->pos % PAGE_SIZE) {
		attr.ia_valid |= ATTR_MTIME | ATTR_CTIME;
		attr.ia_mtime = current_time(inode);
		attr.ia_ctime = attr.ia_mtime;
	}

	sb_start_write(&world->sb);
	inode_lock(inode);
	error = change_size(inode, &attr);
	inode_unlock(inode);
	sb_end_write(&world->sb);
	return error;
}

static int do_unmap(const struct fl_op *op)
{
	pgoff_t first = op->pos >> PAGE_SHIFT;
	pgoff_t end = (op->pos + op->length + PAGE_SIZE - 1) >> PAGE_SHIFT;

	down_read(&world->mm.mmap_sem);
	page_table_zap(&world->vma[VMA_SHARED], first, end, 1);
	page_table_zap(&world->vma[VMA_PRIVATE], first, end, 1);
	up_read(&world->mm.mmap_sem);
	return 0;
}

static int do_fsync(loff_t first, loff_t last)
{
	int error;

	cpu_cache_sync_begins((uint64_t)first >> PAGE_SHIFT,
			      (uint64_t)last >> PAGE_SHIFT);
	error = world->file.f_op->fsync(&world->file, first, last, 0);
	cpu_cache_sync_ends(!error);
	return error;
}

/* What changes a range of the file; only the strict filesystem does. */
static int do_range(const struct fl_op *op,
		    int (*change)(struct inode *, loff_t, loff_t))
{
	struct inode *inode = world->inode;
	int error;

	sb_start_write(&world->sb);
	inode_lock(inode);
	error = change(inode, op->pos, op->length);
	inode_unlock(inode);
	sb_end_write(&world->sb);
	return error;
}

/* Those of which the filesystem's own function takes the locks. */
static int do_fallocate(const struct fl_op *op,
			int (*strict)(struct inode *, loff_t, loff_t))
{
	int error;

	if (!world->filesystem)
		return do_range(op, strict);
	sb_start_write(&world->sb);
	error = world->filesystem->fallocate(world->inode, op->kind, op->pos,
					     op->length);
	sb_end_write(&world->sb);
	return error;
}

static int do_map_sync(void)
{
	struct vm_area_struct *vma = &world->vma[VMA_SHARED];

	down_write(&world->mm.mmap_sem);
	page_table_zap(vma, 0, ~0ul, 1);
	vma->vm_flags |= VM_SYNC;
	strict_sync_begins(&world->sb);
	up_write(&world->mm.mmap_sem);
	return 0;
}

static int do_evict(void)
{
	int error;

	down_write(&world->mm.mmap_sem);
	page_table_zap(&world->vma[VMA_SHARED], 0, ~0ul, 1);
	page_table_zap(&world->vma[VMA_PRIVATE], 0, ~0ul, 1);
	up_write(&world->mm.mmap_sem);
	error = filemap_write_and_wait(world->inode->i_mapping);
	if (!error && world->filesystem)
		return world->filesystem->evict(world->inode);
	if (!error)
		strict_evict(world->inode);
	return error;
}

/* The one file is all that there is to be written. */
static int do_freeze(void)
{
	int error = freeze_begin(&world->sb);

	if (error)
		return error;
	error = do_fsync(0, LLONG_MAX);
	if (!error)
		freeze_complete(&world->sb);
	freeze_thaw(&world->sb);
	return error;
}

/* A wait that a signal ended. */
static int64_t to_user(int64_t value)
{
	return value == -ERESTARTSYS ? -EINTR : value;
}

static void do_once(const struct fl_op *op, struct fl_op_result *result)
{
	switch (op->kind) {
	case FL_OP_WRITE:
		result->value = do_write(op);
		break;
	case FL_OP_READ:
		result->value = do_read(op);
		break;
	case FL_OP_TRUNCATE:
		result->value = do_truncate(op);
		break;
	case FL_OP_FSYNC:
		result->value = do_fsync(op->pos, op->length ?
					 op->pos + op->length - 1 : LLONG_MAX);
		break;
	case FL_OP_FREEZE:
		result->value = do_freeze();
		break;
	case FL_OP_UNMAP:
		result->value = do_unmap(op);
		break;
	case FL_OP_PIN:
		result->value = pin_take(op, result);
		break;
	case FL_OP_UNPIN:
		pin_give(op);
		break;
	case FL_OP_MAP_SYNC:
		result->value = do_map_sync();
		break;
	case FL_OP_ZERO_RANGE:
		result->value = do_fallocate(op, strict_zero);
		break;
	case FL_OP_PUNCH_HOLE:
		result->value = do_fallocate(op, strict_punch_hole);
		break;
	case FL_OP_REFLINK:
		result->value = do_range(op, strict_reflink);
		break;
	case FL_OP_UNSHARE:
		result->value = do_range(op, strict_unshare);
		break;
	case FL_OP_MEMORY_FAILURE:
		memory_failure(op->pos >> PAGE_SHIFT);
		break;
	case FL_OP_MAPPING_FAILURE:
		mapping_failure(op->pos >> PAGE_SHIFT);
		break;
	case FL_OP_EVICT:
		result->value = do_evict();
		break;
	default:
		load_store(op, result);
	}
	result->value = to_user(result->value);
}

void syscall_make(const struct fl_op *op, struct fl_op_result *result)
{
	bool is_access = op->kind < FL_OP_WRITE;
	struct file_times before = times_of(world->inode);

	do_once(op, result);
	for (u32 done = 1; done < op->repeat; done++) {
		if (is_access)
			do_unmap(op);
		do_once(op, result);
	}
	times_note(world->inode, before);
}
