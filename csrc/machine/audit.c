// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is true at the end of a run, found out without the slice's help.
 *
 * The block map is walked here once more, by this file's own idea of it;
 * blocks that are owned are compared with the bitmap, in both directions; the
 * bytes are read from the medium. What is written down here is what the
 * filesystem would be after a clean unmount.
 */
#include "world.h"
#include <linux/bitops.h>
#include <linux/buffer_head.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "../kernel/fs/ext2/ext2.h"
#include "../strictfs/strict.h"

#define BLOCKS_MAX	(DEVICE_PAGES + 1024)
#define RUNS_MAX	8192
#define MAPPINGS_MAX	(2 * 16 * 512)
#define ENTRIES_MAX	16384
#define LEVELS_MAX	3

static struct fl_block blocks[BLOCKS_MAX];
static struct fl_data_run runs[RUNS_MAX];
static struct fl_mapping mappings[MAPPINGS_MAX];
static struct fl_entry entries[ENTRIES_MAX];

/* ---- blocks of an ext2 file ---- */

struct walk {
	u64 seen[DEVICE_PAGES / 64];
	const u8 *bitmap;
	u32 nr;
};

static const u8 *ext2_bitmap(void)
{
	const struct ext2_sb_info *sbi = world->sb.s_fs_info;
	const struct ext2_group_desc *desc =
		(const void *)sbi->s_group_desc[0]->b_data;

	return buffer_contents(le32_to_cpu(desc->bg_block_bitmap));
}

/* A number in the map leads to a block. 0: not to one that can be looked at. */
static int note_block(struct walk *walk, int64_t file_block, u32 block)
{
	int is_inside = block < world->bdev.bd_blocks;
	u32 flags = 0;

	if (walk->nr == BLOCKS_MAX)
		run_end(FL_END_LIMIT, 0, "a file of more than %d blocks",
			BLOCKS_MAX);
	if (!is_inside || !test_bit_le((int)block, walk->bitmap))
		flags |= FL_BLOCK_NOT_IN_BITMAP;
	if (is_inside && walk->seen[block / 64] >> block % 64 & 1)
		flags |= FL_BLOCK_TWICE;
	if (is_inside)
		walk->seen[block / 64] |= 1ull << block % 64;
	blocks[walk->nr++] = (struct fl_block){
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

/* In use by the bitmap, but neither the file's nor the filesystem's. */
static void find_lost_blocks(const struct walk *walk)
{
	u64 own = (1ull << mkfs_first_block()) - 1;
	u32 block, first = 0, behind = 0;

	for (block = 0; block < world->bdev.bd_blocks; block += 64) {
		u64 lost = bitmap_word(walk->bitmap, block) &
			~walk->seen[block / 64] & ~own;

		for (own = 0; lost; lost &= lost - 1) {
			u32 at = block + (u32)__builtin_ctzll(lost);

			if (at != behind) {
				note_lost_blocks(first, behind);
				first = at;
			}
			behind = at + 1;
		}
	}
	note_lost_blocks(first, behind);
}

static u32 audit_ext2(void)
{
	const struct ext2_sb_info *sbi = world->sb.s_fs_info;
	struct walk walk = { .bitmap = ext2_bitmap() };

	/* Blocks of numbers first: they have no place in the file. */
	walk_map(&walk, 1);
	walk_map(&walk, 0);
	find_lost_blocks(&walk);
	/* What the mount held all the time. */
	brelse(sbi->s_group_desc[0]);
	brelse(sbi->s_sbh);
	return walk.nr;
}

static u32 audit_strict(void)
{
	u32 nr = strict_list_blocks(world->inode, blocks, BLOCKS_MAX);

	if (nr > BLOCKS_MAX)
		run_end(FL_END_LIMIT, 0, "a file of more than %d blocks",
			BLOCKS_MAX);
	strict_find_leaks(world->inode);
	return nr;
}

u32 world_free_blocks(void)
{
	const u8 *bitmap;
	u32 block, used = 0;

	if (world->fs == FL_FS_STRICT)
		return strict_free_blocks(&world->sb);
	bitmap = ext2_bitmap();
	for (block = 0; block < world->bdev.bd_blocks; block += 64)
		used += (u32)hweight64(bitmap_word(bitmap, block));
	return (u32)world->bdev.bd_blocks - used;
}

/* ---- bytes ---- */

static u32 add_run(u32 nr, u64 pos, u32 length, u32 byte)
{
	struct fl_data_run *last = nr ? &runs[nr - 1] : NULL;

	if (last && last->byte == byte && last->pos + last->length == pos) {
		last->length += length;
		return nr;
	}
	if (nr == RUNS_MAX)
		run_end(FL_END_LIMIT, 0, "a file of more than %d runs of bytes",
			RUNS_MAX);
	runs[nr] = (struct fl_data_run){ pos, length, byte };
	return nr + 1;
}

static u32 audit_bytes(u32 nr_blocks)
{
	u32 nr = 0, i, at, length;

	for (i = 0; i < nr_blocks; i++) {
		u64 pos = (u64)blocks[i].file_block << BLOCK_SHIFT;
		u32 block = blocks[i].device_block;
		const u8 *bytes;
		int uniform;

		if (blocks[i].file_block < 0 ||
		    block >= world->bdev.bd_blocks)
			continue;
		uniform = device_uniform(block);
		if (uniform >= 0) {
			nr = add_run(nr, pos, BLOCK_SIZE, (u32)uniform);
			continue;
		}
		bytes = device_address(block);
		for (at = 0; at < BLOCK_SIZE; at += length) {
			length = equal_bytes(bytes + at, BLOCK_SIZE - at);
			nr = add_run(nr, pos + at, length, bytes[at]);
		}
	}
	return nr;
}

/* ---- all of it ---- */

static u32 no_more_than(u32 nr, u32 max, const char *what)
{
	if (nr > max)
		run_end(FL_END_LIMIT, 0, "more than %u %s", max, what);
	return nr;
}

void world_audit(struct fl_outcome *outcome)
{
	struct inode *inode = world->inode;

	outcome->size = (uint64_t)inode->i_size;
	outcome->inode_blocks = inode->i_blocks;
	outcome->free_blocks_before = world->free_blocks_before;
	outcome->free_blocks = world_free_blocks();
	outcome->blocks = blocks;
	outcome->nr_blocks = world->fs == FL_FS_EXT2 ? audit_ext2() :
		audit_strict();
	outcome->contents = runs;
	outcome->nr_contents = audit_bytes(outcome->nr_blocks);
	outcome->mappings = mappings;
	outcome->nr_mappings = no_more_than(
		page_table_list(mappings, MAPPINGS_MAX), MAPPINGS_MAX,
		"page table entries");
	outcome->entries = entries;
	outcome->nr_entries = no_more_than(
		index_list(inode->i_mapping, entries, ENTRIES_MAX),
		ENTRIES_MAX, "slots of an index");
	page_find_leaks();
	buffer_find_leaks();
}
