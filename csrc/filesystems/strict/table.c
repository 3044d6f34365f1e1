// SPDX-License-Identifier: GPL-2.0-only
/*
 * The strict filesystem, as the machine sees it.
 */
#include "fs/filesystem.h"
#include "fs/inode.h"
#include "fs/world.h"
#include "memory/pin.h"
#include "memory/slab.h"
#include <linux/errno.h>
#include <linux/iomap.h>
#include "strict.h"

extern const struct iomap_ops strict_iomap_ops __attribute__((weak));
extern const struct iomap_ops strict_fault_iomap_ops __attribute__((weak));

static const char *make(const struct fl_geometry *geometry)
{
	struct inode *inode = slab_take(sizeof(*inode), "strict_inode_cache",
					0);

	inode_init_once(inode);
	if (inode_open(inode, &world->sb))
		return "no memory for an inode";
	world->inode = inode;
	inode->i_ino = 2;
	return strict_make(&world->sb, inode, geometry);
}

/* All that there is, where the kernel has it. */
static int supports(uint32_t op_kind)
{
	switch (op_kind) {
	case FL_OP_FREEZE:
		return 1;
	case FL_OP_PIN:
	case FL_OP_UNPIN:
		return PINS_COUNT;
	case FL_OP_MAP_SYNC:
		return HAVE_DAX_SYNC_FAULT;
	case FL_OP_READ_NOWAIT:
	case FL_OP_WRITE_NOWAIT:
		return HAVE_DAX_NOWAIT;
	case FL_OP_ZERO_RANGE:
	case FL_OP_PUNCH_HOLE:
	case FL_OP_COLLAPSE_RANGE:
		return HAVE_DAX_DEVICE && HAVE_DAX_INVALIDATE;
	case FL_OP_MEMORY_FAILURE:
		return HAVE_DAX_LOCK_FOLIO || HAVE_DAX_LOCK_PAGE;
	case FL_OP_MAPPING_FAILURE:
		return HAVE_DAX_LOCK_MAPPING;
	case FL_OP_REFLINK:
	case FL_OP_UNSHARE:
	case FL_OP_DEDUPE:
		return HAVE_DAX_SHARED;
	case FL_OP_EVICT:
		return HAVE_XARRAY;
	default:
		return 0;
	}
}

static uint32_t free_blocks(void)
{
	return strict_free_blocks(&world->sb);
}

static uint32_t list_blocks(struct fl_block *blocks, uint32_t max)
{
	return strict_list_blocks(world->inode, blocks, max);
}

static void find_leaks(void)
{
	strict_find_leaks(world->inode);
}

static loff_t change(struct inode *inode, uint32_t op_kind, loff_t pos,
		     loff_t length)
{
	switch (op_kind) {
	case FL_OP_ZERO_RANGE:
		return strict_zero(inode, pos, length);
	case FL_OP_PUNCH_HOLE:
		return strict_punch_hole(inode, pos, length);
	case FL_OP_COLLAPSE_RANGE:
		return strict_collapse(inode, pos, length);
	case FL_OP_DEDUPE:
		return strict_dedupe(inode, pos, length);
	case FL_OP_REFLINK:
		return strict_reflink(inode, pos, length);
	case FL_OP_UNSHARE:
		return strict_unshare(inode, pos, length);
	default:
		return -EOPNOTSUPP;
	}
}

static loff_t change_range(struct inode *inode, uint32_t op_kind, loff_t pos,
			   loff_t length)
{
	loff_t ret;

	inode_lock(inode);
	ret = change(inode, op_kind, pos, length);
	inode_unlock(inode);
	return ret;
}

static int evict(struct inode *inode)
{
	strict_evict(inode);
	return 0;
}

const struct filesystem strict_filesystem = {
	.tables		= { &strict_iomap_ops, &strict_fault_iomap_ops },
	.least_blocks	= 64,
	.make		= make,
	.supports	= supports,
	.free_blocks	= free_blocks,
	.list_blocks	= list_blocks,
	.find_leaks	= find_leaks,
	.set_size	= strict_setsize,
	.change_range	= change_range,
	.sync_begins	= strict_sync_begins,
	.evict		= evict,
};
