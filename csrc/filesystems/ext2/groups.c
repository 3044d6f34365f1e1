// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the block groups of an ext2 are. There is one, or two (a flag of the
 * geometry). The second has its bitmaps some blocks behind its first one, so
 * that a file can go on from the first group into it without a gap.
 */
#include "ext2/groups.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "storage/buffer.h"
#include <linux/kernel.h>
#include <linux/string.h>

#define FIRST_METADATA	2u	/* behind super block and descriptors */
#define LATER_METADATA	16u

static struct {
	u32 count, length, end;
	u64 taken[DEVICE_PAGES / 64];
} groups;

static void take(u32 block)
{
	groups.taken[block / 64] |= 1ull << block % 64;
}

void groups_open(const struct fl_geometry *geometry)
{
	u32 i, group;

	memset(&groups, 0, sizeof(groups));
	groups.end = geometry->device_blocks;
	groups.count = geometry->flags & FL_GEOMETRY_TWO_GROUPS ? 2 : 1;
	groups.length = groups.count == 1 ? BLOCK_SIZE * 8 :
		round_up(groups.end / 2, 64);
	for (i = 0; i < FIRST_METADATA; i++)
		take(i);
	for (group = 0; group < groups.count; group++)
		for (i = 0; i < GROUP_METADATA; i++)
			take(group_metadata(group) + i);
}

uint32_t groups_count(void)
{
	return groups.count;
}

uint32_t groups_length(void)
{
	return groups.length;
}

uint32_t group_start(uint32_t group)
{
	return min(group * groups.length, groups.end);
}

uint32_t group_metadata(uint32_t group)
{
	return group ? group_start(group) + LATER_METADATA : FIRST_METADATA;
}

uint32_t groups_first_block_of(const void *bitmap)
{
	u32 group = groups.count - 1;

	while (group && buffer_contents(group_metadata(group)) != bitmap)
		group--;
	return group_start(group);
}

int groups_have(uint32_t block)
{
	return groups.taken[block / 64] >> block % 64 & 1;
}

uint64_t groups_have_word(uint32_t block)
{
	return groups.taken[block / 64];
}

void groups_give_away(uint32_t block)
{
	take(block);
}
