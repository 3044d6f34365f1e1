// SPDX-License-Identifier: GPL-2.0-only
/*
 * Around dax.c: what the rest of a kernel's fuse does for a file with DAX, the
 * locks in its order. None of this is the tree's code, so none of it is judged.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "fuse/fuse.h"
#include "core/schedule.h"
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
#define O_TRUNC		01000

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

int fuse_read_other(void)
{
	struct inode *inode = &fuse_world->files[OTHER_FILE].fi->inode;
	struct file file = { .f_inode = inode, .f_mapping = inode->i_mapping };
	struct kiocb iocb = { .ki_filp = &file };
	struct iov_iter to;

	iter_open(&to, READ, 0, 1, 0);
	return fuse_dax_read_iter(&iocb, &to) == 1 ? 0 : -EIO;
}

const struct file_operations fuse_file_operations = {
	.read_iter	= fuse_dax_read_iter,
	.write_iter	= fuse_dax_write_iter,
	.mmap		= fuse_dax_mmap,
	.fsync		= fuse_fsync,
};

/* ---- truncate(), fallocate(): no fault may come in between ---- */

static loff_t set_size(struct inode *inode, loff_t size)
{
	struct fuse_inode *fi = get_fuse_inode(inode);
	loff_t old;

	spin_lock(&fi->lock);
	old = inode->i_size;
	i_size_write(inode, size);
	spin_unlock(&fi->lock);
	return old;
}

static int change_size(struct inode *inode, loff_t size)
{
	struct fuse_setattr_in in = { .valid = FATTR_SIZE, .size = size };
	int error = fuse_dax_break_layouts(inode, 0, -1);

	if (!error)
		error = fuse_ask(FUSE_SETATTR, &in, 0);
	if (error)
		return error;
	if (set_size(inode, size) != size) {
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

/* What the server has cut off when it opened the file is cut off here, too. */
static int cut_to_nothing(struct inode *inode, bool asks)
{
	struct fuse_open_in in = { .flags = O_TRUNC };
	int error;

	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	error = fuse_dax_break_layouts(inode, 0, -1);
	if (!error && asks)
		error = fuse_ask(FUSE_OPEN, &in, 0);
	if (!error) {
		set_size(inode, 0);
		truncate_pagecache(inode, 0);
	}
	filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	return error;
}

/* The filesystem's own open, and then what the VFS does with every such one. */
int fuse_open_truncating(struct inode *inode)
{
	int error = cut_to_nothing(inode, true);

	return error ? error : cut_to_nothing(inode, false);
}

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

loff_t fuse_fallocate(struct inode *inode, uint32_t op_kind, loff_t pos,
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

bool inode_wrong_type(const struct inode *inode, umode_t mode)
{
	return (inode->i_mode ^ mode) & S_IFMT;
}
#endif
