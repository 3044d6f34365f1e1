// SPDX-License-Identifier: GPL-2.0-only
/*
 * The blocks of an ext2 file, found without the slice's help: the block map is
 * walked here once more, by this file's own idea of it, and blocks that are
 * owned are compared with the bitmap, in both directions.
 */
#include "ext2/audit.h"
#include "core/outcome.h"
#include "ext2/groups.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/slab.h"
#include "storage/buffer.h"
#include <linux/bitops.h>
#include <linux/buffer_head.h>
#include <linux/kernel.h>
#include <linux/string.h>
#if HAVE_EXT2_DAX
#include <linux/iomap.h>
#include "fs/ext2/ext2.h"

#define LEVELS_MAX	3

struct walk {
	u64 seen[DEVICE_PAGES / 64];
	const u8 *bitmap;
	struct fl_block *blocks;
	u32 nr, max;
};

static const struct ext2_group_desc *descriptors(void)
{
	const struct ext2_sb_info *sbi = world->sb.s_fs_info;

	return (const void *)sbi->s_group_desc[0]->b_data;
}

static const u8 *bitmap_of(u32 group)
{
	u32 block = le32_to_cpu(descriptors()[group].bg_block_bitmap);

	return buffer_contents(block);
}

/* Of all groups, one behind the other. */
static const u8 *ext2_bitmap(void)
{
	static u8 joined[DEVICE_PAGES / 8];
	u32 length = groups_length() / 8, group;

	if (groups_count() == 1)
		return bitmap_of(0);
	for (group = 0; group < groups_count(); group++)
		memcpy(joined + group * length, bitmap_of(group),
		       (group_start(group + 1) - group_start(group) + 7) / 8);
	return joined;
}

/* A number in the map leads to a block. 0: not to one that can be looked at. */
static int note_block(struct walk *walk, int64_t file_block, u32 block)
{
	int is_inside = block < world->bdev.bd_blocks;
	u32 flags = 0;

	if (walk->nr == walk->max)
		run_end(FL_END_LIMIT, 0, "a file of more than %u blocks",
			walk->max);
	if (!is_inside || !test_bit_le((int)block, walk->bitmap))
		flags |= FL_BLOCK_NOT_IN_BITMAP;
	if (is_inside && walk->seen[block / 64] >> block % 64 & 1)
		flags |= FL_BLOCK_TWICE;
	if (is_inside)
		walk->seen[block / 64] |= 1ull << block % 64;
	walk->blocks[walk->nr++] = (struct fl_block){
		.file_block = file_block,
		.device_block = block,
		.flags = flags,
	};
	return is_inside && !(flags & FL_BLOCK_TWICE);
}

/*
 * Data (@indirect 0) or blocks of numbers (1) under @number, @levels above
 * data, whose first file block is @first.
 */
static void walk_below(struct walk *walk, u32 number, unsigned int levels,
		       u64 first, int indirect)
{
	u64 covered = 1ull << 10 * (levels ? levels - 1 : 0);
	const __le32 *numbers;
	unsigned int i;

	if (!number)
		return;
	if (!levels) {
		if (!indirect)
			note_block(walk, (int64_t)first, number);
		return;
	}
	if (indirect && !note_block(walk, -1, number))
		return;
	if (number >= world->bdev.bd_blocks || (indirect && levels == 1))
		return;
	numbers = buffer_contents(number);
	for (i = 0; i < BLOCK_SIZE / sizeof(*numbers); i++)
		if (numbers[i])
			walk_below(walk, le32_to_cpu(numbers[i]), levels - 1,
				   first + i * covered, indirect);
}

static void walk_map(struct walk *walk, int indirect)
{
	const struct ext2_inode_info *ei = EXT2_I(world->inode);
	u64 first = EXT2_NDIR_BLOCKS;
	unsigned int i;

	for (i = 0; i < EXT2_NDIR_BLOCKS; i++)
		walk_below(walk, le32_to_cpu(ei->i_data[i]), 0, i, indirect);
	for (i = 1; i <= LEVELS_MAX; i++) {
		walk_below(walk,
			   le32_to_cpu(ei->i_data[EXT2_NDIR_BLOCKS + i - 1]),
			   i, first, indirect);
		first += 1ull << 10 * i;
	}
}

/* 64 bits of a bitmap, those past the device's last block clear. */
static u64 bitmap_word(const u8 *bitmap, u32 block)
{
	u64 left = world->bdev.bd_blocks - block, word;

	memcpy(&word, bitmap + block / 8, sizeof(word));
	return left < 64 ? word & ((1ull << left) - 1) : word;
}

/* One leak for blocks that lie next to each other: there can be thousands. */
static void note_lost_blocks(u32 first, u32 behind)
{
	if (first < behind)
		leak_add(FL_LEAK_BLOCK, FL_OBJECT(FL_OBJECT_DEVICE, first),
			 (u64)(behind - first) * BLOCK_SIZE, 0, "block");
}

/* In use by the bitmap, but neither this file's nor anybody else's. */
static u32 find_lost_blocks(const struct walk *walk)
{
	u32 block, first = 0, behind = 0, nr = 0;

	for (block = 0; block < world->bdev.bd_blocks; block += 64) {
		u64 lost = bitmap_word(walk->bitmap, block) &
			~walk->seen[block / 64] & ~groups_have_word(block);

		for (; lost; lost &= lost - 1) {
			u32 at = block + (u32)__builtin_ctzll(lost);

			if (at != behind) {
				note_lost_blocks(first, behind);
				first = at;
			}
			behind = at + 1;
			nr++;
		}
	}
	note_lost_blocks(first, behind);
	return nr;
}

static void note_count(u64 counted, u64 there, const char *what)
{
	if (counted != there)
		leak_add(FL_LEAK_COUNT, world->inode->object,
			 counted > there ? counted - there : there - counted, 0,
			 what);
}

static u32 free_in(const u8 *bitmap, u32 block, u32 end)
{
	u32 nr = 0;

	for (; block < end; block += 64)
		nr += min(64u, end - block) -
			(u32)hweight64(bitmap_word(bitmap, block));
	return nr;
}

/*
 * What is counted besides the bitmap. The super block has its own count only
 * when it is written. Blocks that are lost are charged to the inode still.
 */
static void audit_counts(const struct walk *walk, u32 nr_lost)
{
	struct ext2_sb_info *sbi = world->sb.s_fs_info;
	u32 group;

	for (group = 0; group < groups_count(); group++)
		note_count(le16_to_cpu(descriptors()[group].bg_free_blocks_count),
			   free_in(walk->bitmap, group_start(group),
				   group_start(group + 1)),
			   "free blocks of the group");
	note_count((u64)percpu_counter_sum(&sbi->s_freeblocks_counter),
		   ext2_free_blocks_left(), "free blocks of the filesystem");
	if (!nr_lost)
		note_count(world->inode->i_blocks,
			   (u64)walk->nr << SECTORS_SHIFT, "i_blocks");
}

#define LOST	(FL_GEOMETRY_LOST_BITMAP | FL_GEOMETRY_LOST_INODE_BITMAP | \
		 FL_GEOMETRY_LOST_TABLE)

/* Who has changed a bitmap that cannot be right, has said so. */
static void audit_lost(void)
{
	const struct ext2_sb_info *sbi = world->sb.s_fs_info;

	if (!SLICE_IS_EMBEDDED && world->geometry->flags & LOST &&
	    buffer_is_to_be_written(group_metadata(0)) &&
	    !(sbi->s_mount_state & EXT2_ERROR_FS))
		run_misuse(0, "a bitmap without a block of the filesystem is "
			      "used, and nothing is said of it");
}

/* What the mount and the inode had all the time, by rights. */
static void let_go_of_mount(void)
{
	const struct ext2_sb_info *sbi = world->sb.s_fs_info;

#if HAVE_EXT2_RESERVATION
	if (EXT2_I(world->inode)->i_block_alloc_info)
		slab_vouch(EXT2_I(world->inode)->i_block_alloc_info);
#endif
	brelse(sbi->s_group_desc[0]);
	brelse(sbi->s_sbh);
}

u32 ext2_audit(struct fl_block *blocks, u32 max)
{
	struct walk walk = {
		.bitmap = ext2_bitmap(),
		.blocks = blocks,
		.max = max,
	};
	u32 nr_lost;

	/* Blocks of numbers first: they have no place in the file. */
	walk_map(&walk, 1);
	walk_map(&walk, 0);
	nr_lost = find_lost_blocks(&walk);
	audit_counts(&walk, nr_lost);
	audit_lost();
	let_go_of_mount();
	return walk.nr;
}

u32 ext2_free_blocks_left(void)
{
	return free_in(ext2_bitmap(), 0, (u32)world->bdev.bd_blocks);
}

#else

u32 ext2_audit(struct fl_block *blocks, u32 max)
{
	(void)blocks;
	(void)max;
	return 0;
}

u32 ext2_free_blocks_left(void)
{
	return 0;
}

#endif
