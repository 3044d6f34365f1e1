// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounting once more, where nobody opens a file then.
 *
 * What must hold: all of the window is in ranges that are free, or the mount
 * fails and keeps nothing. How it is mounted says which inodes have DAX: none,
 * all, or those of which the server says so; and none without a window.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "fuse/fuse.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/run.h"
#include "fs/inode.h"
#include "fs/world.h"
#include "memory/slab.h"
#include "storage/dax_device.h"
#include <linux/kernel.h>
#include <linux/slab.h>

void d_mark_dontcache(struct inode *inode)
{
	(void)inode;
	fuse_world->is_dropped_soon = true;
}

static bool should_have_dax(const struct fuse_conn *fc, bool is_flagged)
{
	switch (fc->dax_mode) {
	case FUSE_DAX_NEVER:
		return false;
	case FUSE_DAX_ALWAYS:
		return fc->dax;
	default:
		return fc->dax && fc->inode_dax && is_flagged;
	}
}

/* The server says of an inode that has been read in what it is to have. */
static void look_up(struct fuse_conn *fc, struct inode *inode, bool is_flagged)
{
	unsigned int flags = is_flagged ? FUSE_ATTR_DAX : 0;
	bool is_asked = fc->dax_mode != FUSE_DAX_ALWAYS &&
		fc->dax_mode != FUSE_DAX_NEVER;

	inode->i_flags = 0;
	inode->i_data.a_ops = NULL;
	fuse_dax_inode_init(inode, flags);
	if (!!IS_DAX(inode) != should_have_dax(fc, is_flagged))
		run_misuse(0, "an inode %s DAX, which the mount and the server "
			   "say otherwise", IS_DAX(inode) ? "has" : "lacks");
	if (!!IS_DAX(inode) != !!inode->i_data.a_ops)
		run_misuse(0, "an inode's operations are not those of DAX");
	/* It is told otherwise: who comes next is to read it in again. */
	for (unsigned int says = 0; says < 2; says++) {
		bool is_other = is_asked && !!IS_DAX(inode) != says;

		fuse_world->is_dropped_soon = false;
		fuse_dax_dontcache(inode, says ? FUSE_ATTR_DAX : 0);
		if (fuse_world->is_dropped_soon != is_other)
			run_misuse(0, is_other ?
				   "an inode is kept that has DAX otherwise" :
				   "an inode is not kept, and nothing is new");
	}
}

static void look_up_all(struct fuse_conn *fc, struct inode *inode)
{
	static const enum fuse_dax_mode modes[] = {
		FUSE_DAX_NEVER, FUSE_DAX_ALWAYS, FUSE_DAX_INODE_DEFAULT,
		FUSE_DAX_INODE_USER,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++)
		for (unsigned int bits = 0; bits < 4; bits++) {
			fc->dax_mode = modes[i];
			fc->inode_dax = bits & 1;
			look_up(fc, inode, bits & 2);
		}
}

static int use(struct fuse_conn *fc)
{
	struct fuse_inode *fi = slab_take(sizeof(*fi), "fuse_inode", CALLER);
	int error = 0;

	inode_init_once(&fi->inode);
	if (inode_open(&fi->inode, &world->sb) ||
	    !fuse_dax_inode_alloc(&world->sb, fi))
		error = -ENOMEM;
	else if (!fi->dax != !fc->dax)
		run_misuse(0, "an inode %s a tree of ranges",
			   fi->dax ? "has" : "lacks");
	if (!error)
		look_up_all(fc, &fi->inode);
	kfree(fi->dax);
	slab_give(fi, CALLER);
	return error;
}

/* The server's alignment, as a power of 2, has to let ranges be mapped. */
static void try_alignments(struct fuse_conn *fc)
{
	for (unsigned int align = RANGE_SHIFT; align < RANGE_SHIFT + 2; align++)
		if (fuse_dax_check_alignment(fc, align) !=
		    (!fc->dax || align <= RANGE_SHIFT))
			run_misuse(0, "an alignment of 2^%u is taken for what "
				   "it is not", align);
}

static int try_connection(struct fuse_conn *fc, struct dax_device *device)
{
	int error = fuse_dax_conn_alloc(fc, FUSE_DAX_ALWAYS, device);

	if (!fc->dax != (error || !device)) {
		run_misuse(0, "a mount that returns %d %s a window", error,
			   fc->dax ? "has" : "lacks");
		return error;
	}
	if (error)
		return error;
	if (fc->dax_mode != FUSE_DAX_ALWAYS)
		run_misuse(0, "a mount forgets how it was asked for");
	ranges_audit();
	try_alignments(fc);
	error = use(fc);
	fuse_dax_cancel_work(fc);
	return error;
}

static int mount(struct dax_device *device)
{
	struct fuse_conn *fc = slab_take(sizeof(*fc), "fuse_conn", CALLER);
	struct fuse_conn *before = fuse_world->fc;
	int error;

	fuse_world->fc = fuse_world->fm->fc = fc;
	error = try_connection(fc, device);
	fuse_dax_conn_free(fc);
	fuse_world->fc = fuse_world->fm->fc = before;
	slab_give(fc, CALLER);
	return error;
}

int fuse_mount_again(void)
{
	int error = mount(block_dax_device());

	/* A bad medium is told as dax.c tells it. */
	if (error == BAD_MEDIUM)
		error = -EIO;
	return error ? error : mount(NULL);
}
#endif
