// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mounted virtiofs with a window, and one file that is open and mapped.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX
#include "fuse/fuse.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/trace.h"
#include "fs/filesystem.h"
#include "fs/inode.h"
#include "fs/world.h"
#include "locks/held.h"
#include "memory/arena.h"
#include "memory/index.h"
#include "memory/pin.h"
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

/* Nothing was made to fail: so nobody could mount it. */
static void cannot_mount(const char *why)
{
	run_end(FL_END_BUG, 0, "the filesystem cannot be mounted: %s", why);
}

static void connect(void)
{
	struct fuse_conn *fc = slab_take(sizeof(*fc), "fuse_conn", 0);
	struct fuse_mount *fm = slab_take(sizeof(*fm), "fuse_mount", 0);

	fuse_world->fc = fc;
	fuse_world->fm = fm;
	fm->fc = fc;
	fuse_world->is_connected = true;
	world->sb.s_fs_info = fm;
	if (fuse_dax_conn_alloc(fc, FUSE_DAX_ALWAYS, block_dax_device()))
		cannot_mount("no window");
	if (!fc->dax)
		cannot_mount("a window that is not there");
}

/* Numbers begin behind that of the root. */
static u64 number_of(const struct fuse_file_state *file)
{
	return 2 + (file - fuse_world->files);
}

struct fuse_file_state *fuse_file_of(const struct inode *inode)
{
	for (unsigned int i = 0; i < FILES; i++)
		if (fuse_world->files[i].fi &&
		    inode == &fuse_world->files[i].fi->inode)
			return &fuse_world->files[i];
	return NULL;
}

struct fuse_file_state *fuse_file_numbered(u64 nodeid)
{
	for (unsigned int i = 0; i < FILES; i++)
		if (fuse_world->files[i].fi &&
		    nodeid == number_of(&fuse_world->files[i]))
			return &fuse_world->files[i];
	return NULL;
}

static void open_inode(struct fuse_file_state *file, u64 size)
{
	struct fuse_inode *fi = slab_take(sizeof(*fi), "fuse_inode", 0);
	struct inode *inode = &fi->inode;

	file->fi = fi;
	file->users = 1;
	inode_init_once(inode);
	if (inode_open(inode, &world->sb) ||
	    !fuse_dax_inode_alloc(&world->sb, fi) || !fi->dax)
		cannot_mount("an inode without a tree of ranges");
	spin_lock_init(&fi->lock);
	fi->nodeid = number_of(file);
	inode->i_ino = fi->nodeid;
	inode->i_size = size;
	inode->i_op = &fuse_inode_operations;
	inode->i_fop = &fuse_file_operations;
	fuse_dax_inode_init(inode, 0);
}

/* Nothing of this is an op's: it leaves no events. */
static const char *open_other(void)
{
	struct fuse_file_state *other = &fuse_world->files[OTHER_FILE];
	const char *refused = NULL;

	other->part = OTHER_PART;
	other->parts = 1;
	open_inode(other, PAGE_SIZE);
	index_open(other->fi->inode.i_mapping);
	run.quiet = trace_is_off = 1;
	if (fuse_read_other())
		refused = "the other file cannot be read";
	run.quiet = trace_is_off = run.asked->flags & FL_RUN_QUIET;
	server_lay_out_other();
	return refused;
}

static const char *make(const struct fl_geometry *geometry)
{
	u32 nr_ranges = geometry->device_blocks / RANGE_PAGES;
	const char *refused;

	if (!nr_ranges || nr_ranges > RANGES_MAX ||
	    geometry->device_blocks % RANGE_PAGES)
		return "the window has 1 to 3 ranges of 512 blocks";
	if (geometry->size > STORE_SIZE)
		return "the server's file has at most 8 MiB";
	if (geometry->flags & ~(FL_GEOMETRY_OTHER_FILE | FL_GEOMETRY_SYNC))
		return "unknown flags of a geometry";
	fuse_world = arena_take(sizeof(*fuse_world), 8);
	init_waitqueue_head(&fuse_world->gone);
	server_open(nr_ranges, geometry->size);
	fuse_world->files[THE_FILE].parts = STORE_PAGES / RANGE_PAGES;
	refused = lay_out(geometry);
	/* What a page has is looked at to say whose it is. */
	device_settle();
	if (refused)
		return refused;
	connect();
	open_inode(&fuse_world->files[THE_FILE], geometry->size);
	world->inode = &fuse_world->files[THE_FILE].fi->inode;
	return geometry->flags & FL_GEOMETRY_OTHER_FILE ? open_other() : NULL;
}

static int supports(uint32_t op_kind)
{
	switch (op_kind) {
	case FL_OP_ZERO_RANGE:
	case FL_OP_PUNCH_HOLE:
	case FL_OP_EVICT:
	case FL_OP_READ_NOWAIT:
	case FL_OP_WRITE_NOWAIT:
		return 1;
	case FL_OP_PIN:
	case FL_OP_UNPIN:
		return PINS_COUNT;
	default:
		return 0;
	}
}

static void find_leaks(void)
{
	ranges_audit();
	if (fuse_world->files[OTHER_FILE].fi)
		server_audit_other();
}

static uint32_t free_blocks(void)
{
	return STORE_PAGES - server_list_blocks(NULL, 0);
}

static int is_synced(void)
{
	bool was = fuse_world->is_synced;

	fuse_world->is_synced = false;
	return was;
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
	.least_blocks	= RANGE_PAGES,
	.has_worker	= 1,
	.is_coherent	= 1,
	.is_window	= 1,
	.has_static_table = 1,
	.make		= make,
	.supports	= supports,
	.free_blocks	= free_blocks,
	.list_blocks	= server_list_blocks,
	.find_leaks	= find_leaks,
	.watch		= ranges_watch,
	.has_entries_alone = has_entries_alone,
	.change_range	= fuse_fallocate,
	.open_truncating = fuse_open_truncating,
	.is_synced	= is_synced,
	.evict		= fuse_evict,
	.evict_other	= fuse_evict_other,
	.unmount	= fuse_unmount,
	.mount_again	= fuse_mount_again,
};
#endif
