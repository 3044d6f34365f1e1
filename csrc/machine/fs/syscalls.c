// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops: what a system call does before and after the filesystem's own function.
 * Which function that is, the tables of the file say, so a patch that replaces
 * one is driven like the rest.
 */
#include "fs/syscalls.h"
#include "core/outcome.h"
#include "fs/filesystem.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/freeze.h"
#include "fs/inode_dirty.h"
#include "fs/times.h"
#include "fs/world.h"
#include "memory/load_store.h"
#include "memory/memory_failure.h"
#include "memory/other_mappings.h"
#include "memory/page_table_remove.h"
#include "memory/pin.h"
#include "memory/uaccess.h"
#include "storage/buffer.h"
#include "storage/cpu_cache.h"
#include <linux/errno.h>
#include <linux/uio.h>

static struct kiocb new_kiocb(const struct fl_op *op)
{
	bool nowait = op->kind == FL_OP_READ_NOWAIT ||
		      op->kind == FL_OP_WRITE_NOWAIT;
	int flags = nowait ? IOCB_NOWAIT : 0;

	/* As iocb_flags() has it, which every system call asks. */
	if (IS_SYNC(world->inode))
		flags |= IOCB_DSYNC;
	return (struct kiocb){
		.ki_filp = &world->file,
		.ki_pos = op->pos,
		.ki_flags = flags,
	};
}

/*
 * A synchronous file is written when the call that has changed it returns: the
 * map, and the size. Bitmaps are not, and times need not be. What could not be
 * written is for the call to tell.
 */
static void sync_ends(void)
{
	int block;

	if (!IS_SYNC(world->inode) || !run_has_one_task())
		return;
	buffer_sync_begins();
	block = buffer_sync_ends();
	if (block >= 0)
		trace(FL_EVENT_UNFLUSHED, 0, 0, -1, block, 0, 0, 0);
	else if (!inode_is_on_device(world->inode))
		trace(FL_EVENT_UNFLUSHED, 0, 0, -1, -1, 0, 0, 0);
}

/* The same where somebody else keeps the file, and has to be told. */
static void told_ends(void)
{
	if (IS_SYNC(world->inode) && run_has_one_task() &&
	    world->filesystem->is_synced && !world->filesystem->is_synced())
		trace(FL_EVENT_UNFLUSHED, 0, 0, -1, -1, 0, 0, 0);
}

static ssize_t do_write(const struct fl_op *op)
{
	struct kiocb iocb = new_kiocb(op);
	struct iov_iter from;
	ssize_t ret;

	iter_open(&from, WRITE, op->pos, op->length, op->fill);
	sb_start_write(&world->sb);
	ret = world->file.f_op->write_iter(&iocb, &from);
	if (ret > 0) {
		sync_ends();
		told_ends();
	}
	sb_end_write(&world->sb);
	return ret;
}

static ssize_t do_read(const struct fl_op *op)
{
	struct kiocb iocb = new_kiocb(op);
	struct iov_iter to;

	iter_open(&to, READ, op->pos, op->length, 0);
	return world->file.f_op->read_iter(&iocb, &to);
}

static int change_size(struct inode *inode, struct iattr *attr)
{
	struct dentry *dentry = &world->dentry;

	if (!inode->i_op || !inode->i_op->setattr)
		return world->filesystem->set_size(inode, attr->ia_size);
#if HAVE_SETATTR_IDMAP
	return inode->i_op->setattr(&nop_mnt_idmap, dentry, attr);
#elif HAVE_SETATTR_USERNS
	return inode->i_op->setattr(&init_user_ns, dentry, attr);
#else
	return inode->i_op->setattr(dentry, attr);
#endif
}

static int do_open_truncating(void)
{
	int error;

	sb_start_write(&world->sb);
	error = world->filesystem->open_truncating(world->inode);
	sb_end_write(&world->sb);
	return error;
}

static int do_truncate(const struct fl_op *op)
{
	struct inode *inode = world->inode;
	struct iattr attr = {
		.ia_valid = ATTR_SIZE,
		.ia_size = op->pos,
	};
	int error;

	if (op->length && !op->pos && world->filesystem->open_truncating)
		return do_open_truncating();
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
	if (!error)
		sync_ends();
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

/* fallocate() and its kin: the filesystem's own function takes the locks. */
static loff_t do_range(const struct fl_op *op)
{
	loff_t ret;

	sb_start_write(&world->sb);
	ret = world->filesystem->change_range(world->inode, op->kind, op->pos,
					      op->length);
	sb_end_write(&world->sb);
	return ret;
}

static int do_map_sync(void)
{
	struct vm_area_struct *vma = &world->vma[VMA_SHARED];

	down_write(&world->mm.mmap_sem);
	page_table_zap(vma, 0, ~0ul, 1);
	vma->vm_flags |= VM_SYNC;
	world->filesystem->sync_begins(&world->sb);
	up_write(&world->mm.mmap_sem);
	return 0;
}

static int do_evict(const struct fl_op *op)
{
	int error;

	if (op->pos == FL_EVICT_OTHER) {
		if (!(world->geometry->flags & FL_GEOMETRY_OTHER_FILE))
			run_end(FL_END_REFUSED, 0, "there is no other file");
		world->filesystem->evict_other();
		return 0;
	}
	if (op->pos && !world->filesystem->unmount)
		run_end(FL_END_REFUSED, 0, "nothing that can be unmounted");
	down_write(&world->mm.mmap_sem);
	page_table_zap(&world->vma[VMA_SHARED], 0, ~0ul, 1);
	page_table_zap(&world->vma[VMA_PRIVATE], 0, ~0ul, 1);
	up_write(&world->mm.mmap_sem);
	error = filemap_write_and_wait(world->inode->i_mapping);
	if (error)
		return error;
	if (!op->pos)
		return world->filesystem->evict(world->inode);
	error = world->filesystem->unmount();
	if (!error && op->pos == FL_EVICT_AND_MOUNT && run_has_one_task())
		error = world->filesystem->mount_again();
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
	case FL_OP_WRITE_NOWAIT:
		result->value = do_write(op);
		break;
	case FL_OP_READ:
	case FL_OP_READ_NOWAIT:
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
	case FL_OP_PUNCH_HOLE:
	case FL_OP_COLLAPSE_RANGE:
	case FL_OP_DEDUPE:
	case FL_OP_REFLINK:
	case FL_OP_UNSHARE:
		result->value = do_range(op);
		break;
	case FL_OP_MEMORY_FAILURE:
		memory_failure(op->pos >> PAGE_SHIFT);
		break;
	case FL_OP_MAPPING_FAILURE:
		if (run_has_one_task())
			other_mappings_ask();
		mapping_failure(op->pos >> PAGE_SHIFT);
		break;
	case FL_OP_EVICT:
		if (run_has_one_task())
			other_mappings_ask();
		result->value = do_evict(op);
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
