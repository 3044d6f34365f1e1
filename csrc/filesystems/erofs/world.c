// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mounted erofs with DAX, and one file that is open and mapped.
 */
#include "core/base.h"
#if HAVE_EROFS_DAX
#include "erofs/erofs.h"
#include "core/schedule.h"
#include "fs/filesystem.h"
#include "fs/inode.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/slab.h"
#include "storage/dax_device.h"
#include "storage/device.h"
#include "storage/device_cache.h"
#include <linux/dax.h>
#include <linux/kernel.h>

#define GAP	16u	/* so that no device is where another would be */

struct erofs_world *erofs_world;

static bool has_flag(u32 flag)
{
	return world->geometry->flags & flag;
}

unsigned int erofs_device_of(unsigned int extent)
{
	static const unsigned int devices[] = { SECOND, PRIMARY, THIRD };

	return has_flag(FL_GEOMETRY_DEVICES) ? devices[extent % DEVICES] :
		PRIMARY;
}

static bool is_flat(void)
{
	return HAVE_EROFS_FLATDEV && has_flag(FL_GEOMETRY_FLAT);
}

/* As many as its extents have; where chunks are huge, they are not together. */
static u32 blocks_of(unsigned int device)
{
	const struct fl_geometry *geometry = world->geometry;
	u32 blocks = 0;

	if (has_flag(FL_GEOMETRY_HUGE_CHUNKS))
		return geometry->device_blocks / 2;
	for (u32 i = 0; i < geometry->nr_extents; i++)
		if (erofs_device_of(i) == device)
			blocks += geometry->extents[i].count;
	return blocks;
}

static void divide_medium(void)
{
	struct erofs_part *parts = erofs_world->parts;
	u32 middle = world->geometry->device_blocks / 2;

	parts[PRIMARY].first = PRIMARY_FIRST + FS_FIRST;
	parts[PRIMARY].blocks = middle;
	parts[PRIMARY].next = DATA_BLOCK;
	for (unsigned int i = SECOND; i < DEVICES; i++) {
		parts[i].blocks = blocks_of(i);
		parts[i].address = parts[i - 1].address + parts[i - 1].blocks;
		parts[i].first = is_flat() ?
			parts[PRIMARY].first + parts[i].address :
			middle + parts[i - 1].blocks % middle + i * GAP;
	}
}

static struct erofs_device_info *new_device(const struct erofs_part *part)
{
	struct erofs_device_info *device =
		slab_take(sizeof(*device), "erofs_device_info", 0);
	/* Who names a device need not say where it would be otherwise. */
	u32 address = has_flag(FL_GEOMETRY_INDEXES) && !is_flat() ? 0 :
		part->address;

	device->blocks = part->blocks;
#if HAVE_EROFS_48BIT
	device->uniaddr = address;
#else
	device->mapped_blkaddr = address;
#endif
	if (is_flat())
		return device;
	device->dax_dev = block_dax_device();
	device->dax_part_off = (u64)part->first * BLOCK_SIZE;
	return device;
}

static struct erofs_dev_context *add_devices(struct erofs_sb_info *sbi)
{
	struct erofs_dev_context *devs =
		slab_take(sizeof(*devs), "erofs_dev_context", 0);

	init_rwsem(&devs->rwsem);
	if (!has_flag(FL_GEOMETRY_DEVICES))
		return devs;
	devs->extra_devices = DEVICES - 1;
	sbi->device_id_mask = DEVICES;
#if HAVE_EROFS_FLATDEV
	devs->flatdev = is_flat();
#endif
	for (unsigned int i = SECOND; i < DEVICES; i++)
		devs->tree.entries[i - 1] = new_device(&erofs_world->parts[i]);
	return devs;
}

static void mount_it(void)
{
	struct erofs_sb_info *sbi = slab_take(sizeof(*sbi), "erofs_sb_info", 0);
	u64 offset = (u64)PRIMARY_FIRST * BLOCK_SIZE;

	world->bdev.bd_first = PRIMARY_FIRST;
	world->sb.s_bdev = &world->bdev;
	world->sb.s_flags |= SB_RDONLY;
	world->sb.s_fs_info = sbi;
	sbi->blkszbits = BLOCK_SHIFT;
	sbi->meta_blkaddr = META_BLOCK;
#if HAVE_EROFS_DIF0
	sbi->dif0.dax_dev = block_dax_device();
	sbi->dif0.dax_part_off = offset;
#else
	sbi->dax_dev = block_dax_device();
	sbi->dax_part_off = offset;
#endif
#if HAVE_EROFS_FSOFF
	sbi->dif0.fsoff = (u64)FS_FIRST * BLOCK_SIZE;
#endif
	sbi->devs = add_devices(sbi);
}

static const char *make(const struct fl_geometry *geometry)
{
	const u32 known = FL_GEOMETRY_CHUNKS | FL_GEOMETRY_INDEXES |
		FL_GEOMETRY_HUGE_CHUNKS | FL_GEOMETRY_DEVICES |
		FL_GEOMETRY_FLAT;
	struct erofs_inode *vi = slab_take(sizeof(*vi), "erofs_inode", 0);
	struct inode *inode = &vi->vfs_inode;
	const char *refused;

	if (geometry->flags & ~known)
		return "unknown flags of a geometry";
	erofs_world = arena_take(sizeof(*erofs_world), 8);
	erofs_world->inode = vi;
	device_cache_open();
	inode_init_once(inode);
	if (inode_open(inode, &world->sb))
		return "no memory for an inode";
	world->inode = inode;
	inode->i_ino = 1;
	inode->i_size = (loff_t)geometry->size;
	inode->i_fop = &erofs_file_fops;
	divide_medium();
	mount_it();
	refused = erofs_lay_out();
	device_settle();
	return refused;
}

static int supports(uint32_t op_kind)
{
	return op_kind == FL_OP_EVICT;
}

/* Nobody can take one. */
static uint32_t free_blocks(void)
{
	return 0;
}

static uint32_t list_blocks(struct fl_block *blocks, uint32_t max)
{
	const struct fl_geometry *geometry = world->geometry;
	uint32_t nr = 0;

	for (u32 i = 0; i < geometry->nr_extents; i++) {
		const struct fl_extent *extent = &geometry->extents[i];
		u32 first = erofs_world->blocks[i] +
			erofs_world->parts[erofs_device_of(i)].first;

		for (u32 k = 0; k < extent->count && nr < max; k++)
			blocks[nr++] = (struct fl_block) {
				.file_block = extent->block + k,
				.device_block = first + k,
			};
	}
	return nr;
}

/* What a kernel's super.c, or before that the VFS, does as an inode goes. */
static int evict(struct inode *inode)
{
	if (!run_has_one_task())
		return 0;
#if HAVE_DAX_BREAK_LAYOUT_FINAL
	dax_break_layout_final(inode);
#endif
	truncate_inode_pages_final(&inode->i_data);
	return 0;
}

const struct filesystem erofs_filesystem = {
	.least_blocks	= 2 * PRIMARY_FIRST,
	.is_read_only	= 1,
	.has_static_table = 1,
	.make		= make,
	.supports	= supports,
	.free_blocks	= free_blocks,
	.list_blocks	= list_blocks,
	.evict		= evict,
};
#endif
