// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mounted virtiofs with a window, and one file that is open and mapped.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "fuse/fuse.h"
#include "core/outcome.h"
#include "fs/filesystem.h"
#include "fs/inode.h"
#include "fs/world.h"
#include "locks/held.h"
#include "memory/arena.h"
#include "memory/slab.h"
#include "storage/dax_device.h"
#include "storage/device.h"
#include <linux/kernel.h>

struct fuse_world *fuse_world;

static const char *lay_out(const struct fl_geometry *geometry)
{
	u32 next = 0;

	for (u32 i = 0; i < geometry->nr_extents; i++) {
		const struct fl_extent *extent = &geometry->extents[i];

		if (extent->flags)
			return "extents of the server's file have no flags";
		if (!extent->count || extent->block < next ||
		    extent->count > STORE_PAGES ||
		    extent->block > STORE_PAGES - extent->count)
			return "the extents do not fit into the file";
		server_lay_out(extent->block, extent->count, extent->fill,
			       geometry->size);
		next = extent->block + extent->count;
	}
	return NULL;
}

static const char *connect(void)
{
	struct fuse_conn *fc = slab_take(sizeof(*fc), "fuse_conn", 0);
	struct fuse_mount *fm = slab_take(sizeof(*fm), "fuse_mount", 0);

	fuse_world->fc = fc;
	fuse_world->fm = fm;
	fm->fc = fc;
	fuse_world->is_connected = true;
	world->sb.s_fs_info = fm;
	return fuse_dax_conn_alloc(fc, FUSE_DAX_ALWAYS, block_dax_device()) ?
		"no window" : NULL;
}

static const char *open_inode(const struct fl_geometry *geometry)
{
	struct fuse_inode *fi = slab_take(sizeof(*fi), "fuse_inode", 0);
	struct inode *inode = &fi->inode;

	fuse_world->fi = fi;
	fuse_world->users = 1;
	inode_init_once(inode);
	if (inode_open(inode, &world->sb) ||
	    !fuse_dax_inode_alloc(&world->sb, fi))
		return "no memory for an inode";
	spin_lock_init(&fi->lock);
	fi->nodeid = NODE_ID;
	inode->i_ino = NODE_ID;
	inode->i_size = geometry->size;
	inode->i_op = &fuse_inode_operations;
	inode->i_fop = &fuse_file_operations;
	fuse_dax_inode_init(inode, 0);
	world->inode = inode;
	return NULL;
}

static const char *make(const struct fl_geometry *geometry)
{
	u32 nr_ranges = geometry->device_blocks / RANGE_PAGES;
	const char *refused;

	if (!nr_ranges || nr_ranges > RANGES_MAX ||
	    geometry->device_blocks % RANGE_PAGES)
		return "the window has 1 to 4 ranges of 512 blocks";
	if (geometry->size > STORE_SIZE)
		return "the server's file has at most 8 MiB";
	if (geometry->flags)
		return "unknown flags of a geometry";
	fuse_world = arena_take(sizeof(*fuse_world), 8);
	init_waitqueue_head(&fuse_world->gone);
	server_open(nr_ranges, geometry->size);
	refused = lay_out(geometry);
	/* What a page has is looked at to say whose it is. */
	device_settle();
	if (!refused)
		refused = connect();
	return refused ? refused : open_inode(geometry);
}

static int supports(uint32_t op_kind)
{
	switch (op_kind) {
	case FL_OP_ZERO_RANGE:
	case FL_OP_PUNCH_HOLE:
	case FL_OP_EVICT:
		return 1;
	default:
		return 0;
	}
}

static uint32_t free_blocks(void)
{
	return STORE_PAGES - server_list_blocks(NULL, 0);
}

/*
 * A fault locks its entry first, and the file's ranges in it; reclaim has them
 * locked when it writes entries back. It keeps faults out meanwhile.
 */
static int has_entries_alone(void)
{
	return held_here(&world->inode->i_mapping->invalidate_lock.lock,
			 FL_MODE_WRITE);
}

const struct filesystem fuse_filesystem = {
	.has_worker	= 1,
	.is_coherent	= 1,
	.make		= make,
	.supports	= supports,
	.free_blocks	= free_blocks,
	.list_blocks	= server_list_blocks,
	.find_leaks	= ranges_audit,
	.watch		= ranges_watch,
	.has_entries_alone = has_entries_alone,
	.fallocate	= fuse_fallocate,
	.evict		= fuse_evict,
};
#endif
