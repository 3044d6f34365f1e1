// SPDX-License-Identifier: GPL-2.0-only
/*
 * Around dax.c: what the rest of a kernel's fuse does for a file with DAX, the
 * locks in its order. None of this is the tree's code, so none of it is judged.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "fuse/fuse.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/work.h"
#include "fs/world.h"
#include "memory/uaccess.h"
#include <linux/dax.h>
#include <linux/errno.h>
#include <linux/falloc.h>
#include <linux/iomap.h>
#include <linux/kernel.h>
#include <linux/pagemap.h>
#include <linux/uio.h>
#include <linux/writeback.h>

#define WRITE_MAX	(64u << 10)
#define I_FREEING	(1 << 5)

/* ---- read(), write(), fsync() ---- */

/* write() that makes the file longer: it goes by the server. */
ssize_t fuse_direct_io(struct fuse_io_priv *io, struct iov_iter *iter,
		       loff_t *ppos, int flags)
{
	static struct {
		struct fuse_write_in in;
		u8 bytes[WRITE_MAX];
	} request[FL_TASKS_MAX];
	struct fuse_write_in *in = &request[task_number()].in;
	size_t asked, copied;
	ssize_t done = 0;
	int error = 0;

	(void)io;
	(void)flags;
	while (iov_iter_count(iter)) {
		asked = min_t(size_t, iov_iter_count(iter), WRITE_MAX);
		copied = iter_copy_from(in + 1, asked, iter, CALLER);
		if (!copied) {
			error = -EFAULT;
			break;
		}
		in->offset = *ppos + done;
		error = fuse_ask(FUSE_WRITE, in, copied);
		if (error)
			break;
		done += copied;
		if (copied < asked)
			break;
	}
	if (done)
		*ppos += done;
	return done ? done : error;
}

bool fuse_write_update_attr(struct inode *inode, loff_t pos, ssize_t written)
{
	struct fuse_inode *fi = get_fuse_inode(inode);
	bool is_longer = written > 0 && pos > inode->i_size;

	spin_lock(&fi->lock);
	if (is_longer)
		i_size_write(inode, pos);
	spin_unlock(&fi->lock);
	return is_longer;
}

static int fuse_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	struct fuse_fsync_in in = { .fsync_flags = datasync };
	int error;

	inode_lock(inode);
	error = file_write_and_wait_range(file, start, end);
	if (!error)
		error = file_check_and_advance_wb_err(file);
	if (!error)
		error = sync_inode_metadata(inode, 1);
	if (!error)
		error = fuse_ask(FUSE_FSYNC, &in, 0);
	inode_unlock(inode);
	return error;
}

const struct file_operations fuse_file_operations = {
	.read_iter	= fuse_dax_read_iter,
	.write_iter	= fuse_dax_write_iter,
	.mmap		= fuse_dax_mmap,
	.fsync		= fuse_fsync,
};

/* ---- truncate(), fallocate(): no fault may come in between ---- */

static int change_size(struct inode *inode, loff_t size)
{
	struct fuse_inode *fi = get_fuse_inode(inode);
	struct fuse_setattr_in in = { .valid = FATTR_SIZE, .size = size };
	loff_t old;
	int error = fuse_dax_break_layouts(inode, 0, -1);

	if (!error)
		error = fuse_ask(FUSE_SETATTR, &in, 0);
	if (error)
		return error;
	spin_lock(&fi->lock);
	old = inode->i_size;
	i_size_write(inode, size);
	spin_unlock(&fi->lock);
	if (old != size) {
		truncate_pagecache(inode, size);
		invalidate_inode_pages2(inode->i_mapping);
	}
	return 0;
}

static int fuse_setattr(__SETATTR_FOR struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int error = inode_newsize_ok(inode, attr->ia_size);

	if (error)
		return error;
	filemap_invalidate_lock(inode->i_mapping);
	error = change_size(inode, attr->ia_size);
	filemap_invalidate_unlock(inode->i_mapping);
	return error;
}

const struct inode_operations fuse_inode_operations = {
	.setattr	= fuse_setattr,
};

static int change_range(struct inode *inode, u32 mode, loff_t pos,
			loff_t length)
{
	struct fuse_fallocate_in in = {
		.offset = pos, .length = length, .mode = mode,
	};
	int error = fuse_dax_break_layouts(inode, 0, -1);

	if (!error)
		error = filemap_write_and_wait_range(inode->i_mapping, pos,
						     LLONG_MAX);
	if (!error)
		error = fuse_ask(FUSE_FALLOCATE, &in, 0);
	if (!error)
		truncate_pagecache_range(inode, pos, pos + length - 1);
	return error;
}

int fuse_fallocate(struct inode *inode, uint32_t op_kind, loff_t pos,
		   loff_t length)
{
	u32 mode = FALLOC_FL_KEEP_SIZE | (op_kind == FL_OP_PUNCH_HOLE ?
		FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE);
	int error;

	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	/* Beyond the end nothing is asked of the server's file. */
	length = min_t(loff_t, length, i_size_read(inode) - pos);
	error = length > 0 ? change_range(inode, mode, pos, length) : 0;
	filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	return error;
}

/* ---- the inode's life ---- */

struct inode *igrab(struct inode *inode)
{
	struct inode *grabbed = NULL;

	spin_lock(&inode->i_lock);
	if (!(inode->i_state & I_FREEING)) {
		fuse_world->users++;
		grabbed = inode;
	}
	spin_unlock(&inode->i_lock);
	return grabbed;
}

static void evict(struct inode *inode)
{
#if HAVE_DAX_BREAK_LAYOUT_FINAL
	dax_break_layout_final(inode);
#endif
	truncate_inode_pages_final(&inode->i_data);
	fuse_dax_inode_cleanup(inode);
}

void iput(struct inode *inode)
{
	bool is_last;

	spin_lock(&inode->i_lock);
	is_last = !--fuse_world->users;
	if (is_last)
		inode->i_state |= I_FREEING;
	spin_unlock(&inode->i_lock);
	if (!is_last)
		return;
	evict(inode);
	spin_lock(&inode->i_lock);
	inode->i_state &= ~I_FREEING;
	spin_unlock(&inode->i_lock);
	wake_up_all(&fuse_world->gone);
}

/* Another task has the file open for as long as it has something to do. */
static bool is_last_user(void)
{
	for (unsigned int slot = 0; slot < FL_TASKS_MAX; slot++)
		if ((int)slot != run.slot && slot != work_slot() &&
		    (run.tasks[slot].state == TASK_READY ||
		     run.tasks[slot].state == TASK_PARKED))
			return false;
	return true;
}

/* Who opens the file again waits for an inode that is on its way out. */
int fuse_evict(struct inode *inode)
{
	if (!is_last_user())
		return 0;
	iput(inode);
	wait_event(fuse_world->gone, igrab(inode));
	return 0;
}

bool inode_wrong_type(const struct inode *inode, umode_t mode)
{
	return (inode->i_mode ^ mode) & S_IFMT;
}
#endif
