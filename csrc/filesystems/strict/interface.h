/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's headers say differently from one version to another, as far
 * as this filesystem has to do with it. Besides this file, only entry.c knows
 * that there is more than one.
 */
#ifndef STRICT_INTERFACE_H
#define STRICT_INTERFACE_H

#include <linux/blkdev.h>
#include <linux/dax.h>
#include <linux/iomap.h>
#include "strict.h"
#include "storage/dax_device.h"

/* The last parameter of ->iomap_begin(): where to copy from. */
#if HAVE_IOMAP_SRCMAP
#define STRICT_SRCMAP	, struct iomap *srcmap
#define STRICT_SOURCE	srcmap
#else
#define STRICT_SRCMAP
#define STRICT_SOURCE	NULL
#endif

#if !HAVE_DAX_IOMAP_NAMES
#define dax_iomap_fault	iomap_dax_fault
#define dax_iomap_rw	iomap_dax_rw
#endif

/* A write() waits for locked entries between begin and end. */
#if HAVE_DAX_INVALIDATE && defined(IOMAP_FAULT)
#define STRICT_OPEN_WRITES	1
#define STRICT_FAULT		IOMAP_FAULT
#else
#define STRICT_OPEN_WRITES	0
#define STRICT_FAULT		0
#endif

/* Its extents may not be kept locked meanwhile. */
static inline bool strict_is_open_write(unsigned int flags)
{
	return STRICT_OPEN_WRITES &&
	       (flags & (IOMAP_WRITE | STRICT_FAULT)) == IOMAP_WRITE;
}

/* An extent is on this filesystem's device. */
static inline void strict_set_device(struct iomap *iomap,
				     const struct super_block *sb)
{
	iomap->bdev = sb->s_bdev;
#if HAVE_IOMAP_DAX_DEV
	iomap->dax_dev = block_dax_device();
#endif
}

/* It starts in this block of the device. */
static inline void strict_set_block(struct iomap *iomap, u32 device_block)
{
#if HAVE_IOMAP_ADDR
	iomap->addr = (u64)device_block << STRICT_BLOCK_SHIFT;
#else
	iomap->blkno = strict_sector(device_block);
#endif
}

/* The file has been changed. */
static inline void strict_mark_times(struct inode *inode)
{
	inode->i_ctime = current_time(inode);
	inode->i_mtime = inode->i_ctime;
}

/* A crash would take its blocks away: what a store under MAP_SYNC asks for. */
#ifdef IOMAP_F_DIRTY
#define STRICT_F_DIRTY	IOMAP_F_DIRTY
#else
#define STRICT_F_DIRTY	0
#endif

/* Another file has its blocks, too; or it is a copy of such. */
#ifdef IOMAP_F_SHARED
#define STRICT_F_SHARED	IOMAP_F_SHARED
#else
#define STRICT_F_SHARED	0
#endif

/* Zeroing what is not zero already. */
#ifdef IOMAP_ZERO
#define STRICT_ZERO	IOMAP_ZERO
#else
#define STRICT_ZERO	0
#endif

/* Who asks must not wait. */
#ifdef IOMAP_NOWAIT
#define STRICT_NOWAIT	IOMAP_NOWAIT
#else
#define STRICT_NOWAIT	0
#endif

/* It is a hole. */
static inline void strict_set_no_block(struct iomap *iomap)
{
#if HAVE_IOMAP_ADDR
	iomap->addr = IOMAP_NULL_ADDR;
#else
	iomap->blkno = IOMAP_NULL_BLOCK;
#endif
}

/*
 * Zeroes bytes that have storage, by way of begin and end: the caller holds no
 * extent lock. Without a DAX device a block is zeroed directly.
 */
#if HAVE_DAX_DEVICE
static inline int strict_zero_range(struct inode *inode, loff_t pos, loff_t len,
				    bool *did_zero)
{
#if HAVE_DAX_ZERO_RANGE
	return dax_zero_range(inode, pos, len, did_zero, &strict_iomap_ops);
#else
	return iomap_zero_range(inode, pos, len, did_zero, &strict_iomap_ops);
#endif
}
#endif

/* Which device writeback of a mapping is told: the block or the DAX device. */
static inline void *strict_writeback_device(const struct super_block *sb)
{
#if HAVE_DAX_DEVICE
	return _Generic(dax_writeback_mapping_range,
			int (*)(struct address_space *, struct dax_device *,
				struct writeback_control *):
				(void *)block_dax_device(),
			default: (void *)sb->s_bdev);
#else
	return sb->s_bdev;
#endif
}

#endif
