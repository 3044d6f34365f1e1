// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mounted ext2, with one file as the geometry says.
 *
 * The first blocks are the filesystem's own: super block, group descriptors,
 * both bitmaps, the inode table. The file's data follows in the order of its
 * extents, then the blocks of numbers that lead to it. Metadata is made where
 * it will be read, in the buffer cache, as if it had just been read from the
 * device.
 *
 * With two groups the file begins with the last two blocks of the first one. Of
 * that group few blocks are free then, and behind the file as many and in such
 * pieces as the geometry says; other files have the rest.
 */
#include "ext2/mkfs.h"
#include "ext2/super.h"
#include "ext2/groups.h"
#include "fs/inode.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/slab.h"
#include "storage/buffer.h"
#include "storage/dax_device.h"
#include "storage/device.h"
#include "storage/pmem.h"
#include <linux/bitops.h>
#include <linux/blockgroup_lock.h>
#include <linux/buffer_head.h>
#include <linux/iomap.h>
#include <linux/kernel.h>
#include <linux/string.h>
#if HAVE_EXT2_DAX
#include "fs/ext2/ext2.h"

#define SUPER_BLOCK		0u
#define DESCRIPTOR_BLOCK	1u
#define FIRST_DATA_BLOCK	5u

/* Of two groups: blocks of the first one at its end that are the file's; and
 * those in front of them that are free. */
#define FILE_IN_FIRST_GROUP	2u
#define FREE_IN_FIRST_GROUP	10u

#define WILD_NUMBER		5u	/* file block */
#define NEARLY_FULL		3u	/* free blocks */
#define NUMBERS_BITS		10
#define NUMBERS			(1u << NUMBERS_BITS)	/* in a block */
#define INODE_NUMBER		12

/* While a filesystem is made: the next block not yet used. */
struct layout {
	struct ext2_inode_info *ei;
	u32 next, end;
};

static u32 take_block(struct layout *layout)
{
	while (layout->next < layout->end && groups_have(layout->next))
		layout->next++;
	return layout->next < layout->end ? layout->next++ : 0;
}

/*
 * The number at @at, which leads to a block of numbers: made if it is not
 * there. NULL if the device is full.
 */
static __le32 *numbers_below(struct layout *layout, __le32 *at)
{
	struct buffer_head *bh;
	u32 block = le32_to_cpu(*at);

	if (!block) {
		block = take_block(layout);
		if (!block)
			return NULL;
		*at = cpu_to_le32(block);
		layout->ei->vfs_inode.i_blocks += BLOCK_SIZE / 512;
	}
	bh = buffer_make(block);
	brelse(bh);
	return (__le32 *)bh->b_data;
}

/* Where the number of a file block is to be put, or NULL. */
static __le32 *number_of(struct layout *layout, u32 block)
{
	__le32 *at = layout->ei->i_data;
	unsigned int level;

	if (block < EXT2_NDIR_BLOCKS)
		return at + block;
	block -= EXT2_NDIR_BLOCKS;
	if (block < NUMBERS) {
		at = numbers_below(layout, at + EXT2_IND_BLOCK);
		return at ? at + block : NULL;
	}
	block -= NUMBERS;
	if (block >= NUMBERS * NUMBERS)
		return NULL;
	at += EXT2_DIND_BLOCK;
	for (level = 1; level <= 2; level++) {
		at = numbers_below(layout, at);
		if (!at)
			return NULL;
		at += level == 1 ? block >> NUMBERS_BITS : block % NUMBERS;
	}
	return at;
}

/* The bytes of an extent that lie inside the file; the rest stays zero. */
static void fill(const struct fl_extent *extent, u32 device_block, u64 size)
{
	u64 start = (u64)extent->block << BLOCK_SHIFT;
	u64 bytes = (u64)extent->count << BLOCK_SHIFT;

	if (!extent->fill || size <= start)
		return;
	device_fill(device_block, extent->fill, min(bytes, size - start));
}

static const char *add_extent(struct layout *layout,
			      const struct fl_extent *extent, u32 device_block)
{
	u32 i;

	for (i = 0; i < extent->count; i++) {
		__le32 *at = number_of(layout, extent->block + i);

		if (!at)
			return "the block map does not fit on the device";
		*at = cpu_to_le32(device_block + i);
	}
	layout->ei->vfs_inode.i_blocks +=
		(blkcnt_t)extent->count << SECTORS_SHIFT;
	return NULL;
}

static const char *check_extent(const struct layout *layout,
				const struct fl_geometry *geometry, u32 i)
{
	const struct fl_extent *extent = &geometry->extents[i];
	u32 free_from = 0;

	if (i)
		free_from = extent[-1].block + extent[-1].count;
	if (extent->flags & ~FL_EXTENT_BAD)
		return "an ext2 extent cannot be unwritten or aligned";
	if (extent->block < free_from || extent->block > U32_MAX / 4)
		return "the extents overlap, or are out of order or of reach";
	if (!extent->count || extent->count > layout->end - layout->next)
		return "the extents do not fit on the device";
	for (u32 at = 0; at < extent->count; at++)
		if (groups_have(layout->next + at))
			return "the extents do not fit between the groups";
	return NULL;
}

/* A number that no file can have. Its block is not counted as one. */
static const char *add_wild_number(struct layout *layout, u32 flags)
{
	__le32 *at;

	if (!(flags & (FL_GEOMETRY_WILD_METADATA | FL_GEOMETRY_WILD_BEHIND)))
		return NULL;
	at = number_of(layout, WILD_NUMBER);
	if (*at)
		return "there is no room for a wild number";
	*at = cpu_to_le32(flags & FL_GEOMETRY_WILD_BEHIND ?
			  layout->end + 5 : group_metadata(0));
	return NULL;
}

/* All data first, in one piece, then the map. */
static const char *lay_out_file(struct layout *layout,
				const struct fl_geometry *geometry)
{
	u32 data = layout->next, i;
	const char *refused;

	for (i = 0; i < geometry->nr_extents; i++) {
		const struct fl_extent *extent = &geometry->extents[i];

		refused = check_extent(layout, geometry, i);
		if (refused)
			return refused;
		fill(extent, layout->next, geometry->size);
		if (extent->flags & FL_EXTENT_BAD)
			pmem_mark_bad(layout->next, extent->count);
		layout->next += extent->count;
	}
	for (i = 0; i < geometry->nr_extents; i++) {
		refused = add_extent(layout, &geometry->extents[i], data);
		if (refused)
			return refused;
		data += geometry->extents[i].count;
	}
	return add_wild_number(layout, geometry->flags);
}

/* ---- who has the blocks ---- */

/* All of the first group but two blocks, up to where the file begins. */
static void fill_first_group(struct layout *layout)
{
	u32 block;

	layout->next = group_start(1) - FILE_IN_FIRST_GROUP;
	for (block = FIRST_DATA_BLOCK; block < layout->next; block++)
		if (block != FREE_IN_FIRST_GROUP &&
		    block != FREE_IN_FIRST_GROUP + 2)
			groups_give_away(block);
}

/* What is behind the file. */
static void fill_rest(const struct layout *layout, u32 flags)
{
	u32 left = flags & FL_GEOMETRY_NEARLY_FULL ? NEARLY_FULL : U32_MAX;
	bool is_free = true;
	u32 block;

	if (!(flags & (FL_GEOMETRY_NEARLY_FULL | FL_GEOMETRY_FRAGMENTED)))
		return;
	for (block = layout->next; block < layout->end; block++) {
		if (groups_have(block))
			continue;
		is_free = !(flags & FL_GEOMETRY_FRAGMENTED) || !is_free;
		if (is_free && left > 1)
			left--;
		else if (!left || block + 1 < layout->end)
			groups_give_away(block);
	}
}

/* A block of the filesystem that the bitmap does not have; 0: none. */
static u32 lost_block(void)
{
	u32 flags = world->geometry->flags, first = group_metadata(0);

	return flags & FL_GEOMETRY_LOST_BITMAP ? first :
	       flags & FL_GEOMETRY_LOST_INODE_BITMAP ? first + 1 :
	       flags & FL_GEOMETRY_LOST_TABLE ? first + 2 : 0;
}

/* The bits of [@from, @to) in the word of a bitmap that begins with @block. */
static u64 bits_between(u32 block, u32 from, u32 to)
{
	from = max(from, block);
	to = min(to, block + 64);
	return from < to ? ~0ull >> (64 - (to - from)) << (from - block) : 0;
}

/* Returns how many blocks of the group are free. */
static u32 make_bitmap(const struct layout *layout, u32 group, u32 first)
{
	struct buffer_head *bh = buffer_make(group_metadata(group));
	u32 start = group_start(group), end = group_start(group + 1);
	u32 lost = lost_block(), block, nr = 0;
	u64 *words = (u64 *)bh->b_data;

	memset(words, 0xff, BLOCK_SIZE);
	for (block = start; block < end; block += 64) {
		u64 used = groups_have_word(block) |
			bits_between(block, first, layout->next) |
			~bits_between(block, block, end);

		if (lost)
			used &= ~bits_between(block, lost, lost + 1);
		words[(block - start) / 64] = used;
		nr += 64 - (u32)hweight64(used);
	}
	brelse(bh);
	return nr;
}

/* ---- the mount ---- */

static void make_super(struct ext2_sb_info *sbi, const struct layout *layout,
		       u32 nr_free)
{
	struct ext2_super_block *es;

	sbi->s_sbh = buffer_make(SUPER_BLOCK);
	es = (struct ext2_super_block *)sbi->s_sbh->b_data;
	es->s_blocks_count = cpu_to_le32(layout->end);
	es->s_free_blocks_count = cpu_to_le32(nr_free);
	if (world->geometry->flags & FL_GEOMETRY_RESERVED)
		es->s_r_blocks_count = es->s_free_blocks_count;
	if (world->geometry->flags & FL_GEOMETRY_HALF_RESERVED)
		es->s_r_blocks_count = cpu_to_le32(nr_free / 2);
	es->s_blocks_per_group = cpu_to_le32(groups_length());
	es->s_log_block_size = cpu_to_le32(BLOCK_SHIFT - 10);
	es->s_magic = cpu_to_le16(EXT2_SUPER_MAGIC);
	es->s_state = cpu_to_le16(EXT2_VALID_FS);
	sbi->s_es = es;
}

/* Descriptors and bitmaps; returns how many blocks are free. */
static u32 make_groups(struct ext2_sb_info *sbi, const struct layout *layout,
		       u32 first)
{
	struct buffer_head *bh = buffer_make(DESCRIPTOR_BLOCK);
	struct ext2_group_desc *desc = (struct ext2_group_desc *)bh->b_data;
	u32 group, nr, nr_free = 0;

	for (group = 0; group < groups_count(); group++, desc++) {
		u32 metadata = group_metadata(group);

		nr = make_bitmap(layout, group, first);
		nr_free += nr;
		desc->bg_block_bitmap = cpu_to_le32(metadata);
		desc->bg_inode_bitmap = cpu_to_le32(metadata + 1);
		desc->bg_inode_table = cpu_to_le32(metadata + 2);
		desc->bg_free_blocks_count = cpu_to_le16((u16)nr);
	}
	sbi->s_group_desc = arena_take(sizeof(bh), sizeof(bh));
	sbi->s_group_desc[0] = bh;
	return nr_free;
}

#if HAVE_EXT2_RESERVATION
/* Windows of other files, with a few blocks between them that are nobody's. */
static void add_windows(struct super_block *sb, u32 first)
{
	u32 i;

	for (i = 0; i < 3; i++) {
		struct ext2_reserve_window_node *node =
			arena_take(sizeof(*node), 8);

		node->rsv_start = first + 4 + i * 12;
		node->rsv_end = node->rsv_start + 7;
		node->rsv_goal_size = 8;
		ext2_rsv_window_add(sb, node);
	}
}
#endif

/*
 * What only a tree has: a device to ask for addresses, and an allocator with
 * windows of blocks, kept for the file that is about to grow into them. They
 * are on by default.
 */
static void mount_tree(struct ext2_sb_info *sbi, const struct layout *layout)
{
#if HAVE_EXT2_RESERVATION
	struct ext2_reserve_window_node *head = &sbi->s_rsv_window_head;

	sbi->s_mount_opt |= EXT2_MOUNT_RESERVATION | EXT2_MOUNT_DAX;
	sbi->s_rsv_window_root = RB_ROOT;
	spin_lock_init(&sbi->s_rsv_window_lock);
	head->rsv_start = EXT2_RESERVE_WINDOW_NOT_ALLOCATED;
	head->rsv_end = EXT2_RESERVE_WINDOW_NOT_ALLOCATED;
	ext2_rsv_window_add(&world->sb, head);
	if (world->geometry->flags & FL_GEOMETRY_OTHER_WINDOWS)
		add_windows(&world->sb, layout->next);
#endif
#if HAVE_EXT2_DAXDEV
	sbi->s_daxdev = block_dax_device();
#endif
}

static void mount(struct ext2_sb_info *sbi, const struct layout *layout,
		  u32 first)
{
	u32 nr_free;

	sbi->s_blocks_per_group = groups_length();
	sbi->s_groups_count = groups_count();
	sbi->s_itb_per_group = 1;
	sbi->s_desc_per_block = BLOCK_SIZE / sizeof(struct ext2_group_desc);
	sbi->s_desc_per_block_bits = ilog2(sbi->s_desc_per_block);
#if SLICE_IS_EMBEDDED
	sbi->s_addr_per_block = NUMBERS;
#endif
	sbi->s_addr_per_block_bits = NUMBERS_BITS;
	sbi->s_sb_block = 1;
	sbi->s_mount_opt = EXT2_MOUNT_ERRORS_CONT;
	sbi->s_mount_state = EXT2_VALID_FS;
	spin_lock_init(&sbi->s_lock);
	sbi->s_blockgroup_lock =
		arena_take(sizeof(*sbi->s_blockgroup_lock), 8);
	bgl_lock_init(sbi->s_blockgroup_lock);
	nr_free = make_groups(sbi, layout, first);
	percpu_counter_init(&sbi->s_freeblocks_counter, nr_free, GFP_KERNEL);
	make_super(sbi, layout, nr_free);
	mount_tree(sbi, layout);
}

/* Not everywhere a function; then there is one table for all files. */
extern void ext2_set_file_ops(struct inode *inode) __attribute__((weak));

static void set_tables(struct inode *inode)
{
	inode->i_mode = S_IFREG | 0644;
	inode->i_flags |= S_DAX;
	if (ext2_set_file_ops) {
		ext2_set_file_ops(inode);
		return;
	}
	inode->i_op = &ext2_file_inode_operations;
	inode->i_fop = &ext2_file_operations;
	inode->i_mapping->a_ops = &ext2_aops;
}

const char *ext2_make(const struct fl_geometry *geometry)
{
	struct ext2_sb_info *sbi = arena_take(sizeof(*sbi), 8);
	struct layout layout = {
		.ei = slab_take(sizeof(*layout.ei), "ext2_inode_cache", 0),
		.next = FIRST_DATA_BLOCK,
		.end = geometry->device_blocks,
	};
	struct inode *inode = &layout.ei->vfs_inode;
	const char *refused;
	u32 first;

	groups_open(geometry);
	if (groups_count() > 1)
		fill_first_group(&layout);
	first = layout.next;
	ext2_open_inode(layout.ei);
	if (inode_open(inode, &world->sb))
		return "no memory for an inode";
	world->inode = inode;
	world->sb.s_fs_info = sbi;
#if SLICE_IS_EMBEDDED
	world->sb.s_op = &ext2_sops;
#endif
	inode->i_ino = INODE_NUMBER;
	inode->i_size = (loff_t)geometry->size;
	set_tables(inode);
	refused = lay_out_file(&layout, geometry);
	if (refused)
		return refused;
	fill_rest(&layout, geometry->flags);
	mount(sbi, &layout, first);
	return NULL;
}

#else

const char *ext2_make(const struct fl_geometry *geometry)
{
	(void)geometry;
	return "ext2 of this tree has no DAX";
}

#endif
