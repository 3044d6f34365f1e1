// SPDX-License-Identifier: GPL-2.0-only
/*
 * What mkfs.erofs would have written: a file's bytes, and behind its inode where
 * its chunks are. The inode is where the list of chunks begins in one block of
 * metadata and goes on in the next.
 */
#include "core/base.h"
#if HAVE_EROFS_DAX
#include "erofs/erofs.h"
#include "fs/world.h"
#include "storage/device.h"
#include <linux/kernel.h>

#define INODE_SIZE	64u
#define XATTR_SIZE	12u	/* the head of attributes, and none */
#define SLOT_BITS	5
#define NODE		125u	/* 96 bytes before the end of its block */
#define META_BLOCKS	2u
/* Of a device's number, and of an address: bits that say nothing. */
#define DEVICE_UNUSED	0x100u
#define HIGH_UNUSED	0x5a5au

static bool has_flag(u32 flag)
{
	return world->geometry->flags & flag;
}

static bool has_chunks(void)
{
	return has_flag(FL_GEOMETRY_CHUNKS | FL_GEOMETRY_INDEXES);
}

static u32 chunk_blocks(void)
{
	return has_flag(FL_GEOMETRY_HUGE_CHUNKS) ? HUGE_BLOCKS : 1;
}

/* ---- bytes of the file ---- */

/* 2 MiB of a file that are together can be mapped at once. */
static u32 place(unsigned int nth, const struct fl_extent *extent)
{
	struct erofs_part *part = &erofs_world->parts[erofs_device_of(nth)];
	u32 block = part->next;

	if (extent->count >= HUGE_BLOCKS || has_flag(FL_GEOMETRY_HUGE_CHUNKS))
		block += (extent->block - part->first - block) % HUGE_BLOCKS;
	part->next = block + extent->count;
	return block;
}

static const char *put_extent(unsigned int nth)
{
	const struct fl_extent *extent = &world->geometry->extents[nth];
	u64 pos = (u64)extent->block * BLOCK_SIZE;
	u64 size = world->geometry->size;
	u32 block = place(nth, extent);
	u32 first = erofs_world->parts[erofs_device_of(nth)].first;

	if (pos >= size || !extent->count || extent->flags ||
	    extent->block % chunk_blocks())
		return "an extent of erofs is whole chunks inside of the file";
	if (first + block + extent->count > world->geometry->device_blocks)
		return "the extents do not fit on the device";
	erofs_world->blocks[nth] = block;
	device_fill(first + block, extent->fill,
		    min_t(u64, (u64)extent->count * BLOCK_SIZE, size - pos));
	return NULL;
}

/* ---- where they are ---- */

/* Of a chunk; -1 for a hole. */
static int extent_of(u32 chunk)
{
	const struct fl_geometry *geometry = world->geometry;
	u32 block = chunk * chunk_blocks();

	for (u32 i = 0; i < geometry->nr_extents; i++)
		if (block - geometry->extents[i].block <
		    geometry->extents[i].count)
			return (int)i;
	return -1;
}

/* The address of a block that does not name its device. */
static u32 unified(unsigned int nth, u32 block)
{
	return erofs_world->parts[erofs_device_of(nth)].address + block;
}

static u32 block_of(unsigned int nth, u32 chunk)
{
	return erofs_world->blocks[nth] + chunk * chunk_blocks() -
	       world->geometry->extents[nth].block;
}

static void put_address(__le32 *at, u32 chunk)
{
	int nth = extent_of(chunk);

	*at = cpu_to_le32(nth < 0 ? (u32)EROFS_NULL_ADDR :
				    unified(nth, block_of(nth, chunk)));
}

static void put_index(struct erofs_inode_chunk_index *at, u32 chunk)
{
	int nth = extent_of(chunk);
	u32 block = nth < 0 ? (u32)EROFS_NULL_ADDR : block_of(nth, chunk);

	at->device_id = cpu_to_le16(DEVICE_UNUSED |
				    (nth < 0 ? 0 : erofs_device_of(nth)));
#if HAVE_EROFS_48BIT
	at->startblk_lo = cpu_to_le32(block);
	at->startblk_hi = cpu_to_le16(
		!has_flag(FL_GEOMETRY_HUGE_CHUNKS) ? HIGH_UNUSED :
		nth < 0 ? 0xffff : 0);
#else
	at->blkaddr = cpu_to_le32(block);
	at->advise = cpu_to_le16(HIGH_UNUSED);
#endif
}

static void *metadata(void)
{
	u32 block = PRIMARY_FIRST + FS_FIRST + META_BLOCK;

	device_fill(block, 0, META_BLOCKS * BLOCK_SIZE);
	device_dirty(block, META_BLOCKS);
	return device_address(block);
}

static const char *put_chunks(void)
{
	u32 unit = has_flag(FL_GEOMETRY_INDEXES) ?
		sizeof(struct erofs_inode_chunk_index) : sizeof(__le32);
	u32 at = ALIGN((NODE << SLOT_BITS) + INODE_SIZE + XATTR_SIZE, unit);
	u64 chunk_size = (u64)chunk_blocks() * BLOCK_SIZE;
	u32 chunks = (u32)DIV_ROUND_UP(world->geometry->size, chunk_size);
	void *bytes = metadata();

	if (at + chunks * unit > META_BLOCKS * BLOCK_SIZE)
		return "a file of too many chunks";
	for (u32 i = 0; i < chunks; i++, at += unit)
		if (has_flag(FL_GEOMETRY_INDEXES))
			put_index(bytes + at, i);
		else
			put_address(bytes + at, i);
	return NULL;
}

/* ---- the inode in memory ---- */

static void set_chunks(struct erofs_inode *inode)
{
	inode->datalayout = EROFS_INODE_CHUNK_BASED;
	inode->chunkbits = BLOCK_SHIFT;
	if (has_flag(FL_GEOMETRY_HUGE_CHUNKS))
		inode->chunkbits += ilog2(HUGE_BLOCKS);
	inode->chunkformat = inode->chunkbits - BLOCK_SHIFT;
	if (!has_flag(FL_GEOMETRY_INDEXES))
		return;
	inode->chunkformat |= EROFS_CHUNK_FORMAT_INDEXES;
#if HAVE_EROFS_48BIT
	if (has_flag(FL_GEOMETRY_HUGE_CHUNKS))
		inode->chunkformat |= EROFS_CHUNK_FORMAT_48BIT;
#endif
}

static void set_start(struct erofs_inode *inode)
{
	u32 start = unified(0, erofs_world->blocks[0]);

	inode->datalayout = EROFS_INODE_FLAT_PLAIN;
#if HAVE_EROFS_48BIT
	inode->startblk = start;
#else
	inode->raw_blkaddr = start;
#endif
}

const char *erofs_lay_out(void)
{
	const struct fl_geometry *geometry = world->geometry;
	struct erofs_inode *inode = erofs_world->inode;
	const char *refused = NULL;

	inode->nid = NODE;
	inode->inode_isize = INODE_SIZE;
	inode->xattr_isize = XATTR_SIZE;
	((struct erofs_sb_info *)world->sb.s_fs_info)->islotbits = SLOT_BITS;
	for (u32 i = 0; i < geometry->nr_extents && !refused; i++)
		refused = put_extent(i);
	if (refused)
		return refused;
	if (has_chunks()) {
		set_chunks(inode);
		return put_chunks();
	}
	if (geometry->nr_extents != 1 || geometry->extents[0].block ||
	    geometry->extents[0].count !=
	    DIV_ROUND_UP(geometry->size, BLOCK_SIZE))
		return "a file that is not made of chunks is one extent";
	set_start(inode);
	return NULL;
}
#endif
