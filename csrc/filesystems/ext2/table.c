// SPDX-License-Identifier: GPL-2.0-only
/*
 * ext2, as the machine sees it: the code under test does what it does, and the
 * audit walks its block map once more.
 */
#include "fs/filesystem.h"
#if HAVE_EXT2_DAX
#include "core/access_set.h"
#include "ext2/audit.h"
#include "ext2/groups.h"
#include "ext2/mkfs.h"
#include "fs/world.h"
#include "storage/buffer.h"
#include <linux/iomap.h>
#include "fs/ext2/ext2.h"

/* The second one exists only where a patch made it. */
extern const struct iomap_ops ext2_iomap_ops __attribute__((weak));
extern const struct iomap_ops ext2_write_iomap_ops __attribute__((weak));

static int supports(uint32_t op_kind)
{
	return op_kind == FL_OP_FREEZE;
}

static void watch(void)
{
	access_watch(EXT2_I(world->inode)->i_data,
		     sizeof(EXT2_I(world->inode)->i_data), FL_THING_WORDS);
	buffer_watch();
}

static const void *map_on_device(void)
{
	return EXT2_I(world->inode)->i_data;
}

const struct filesystem ext2_filesystem = {
	.tables		= { &ext2_iomap_ops, &ext2_write_iomap_ops },
	.least_blocks	= 64,
	.make		= ext2_make,
	.supports	= supports,
	.free_blocks	= ext2_free_blocks_left,
	.list_blocks	= ext2_audit,
	.watch		= watch,
	.map_on_device	= map_on_device,
	.is_others	= groups_have,
};
#endif
