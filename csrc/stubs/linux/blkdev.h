/* SPDX-License-Identifier: GPL-2.0-only */
/* The block device that is persistent memory. */
#ifndef _LINUX_BLKDEV_H
#define _LINUX_BLKDEV_H

#include <linux/types.h>
#include <linux/blk_types.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/pmem.h>

/**
 * struct request_queue - the way to the device
 * @users: who is in it and must leave before the device can go away
 */
struct request_queue {
	unsigned int users;
	unsigned int object;
};

struct gendisk {
	char disk_name[32];
	struct request_queue *queue;
};

struct block_device {
	struct request_queue *bd_queue;
	struct gendisk *bd_disk;
	struct inode *bd_inode;
	struct address_space *bd_mapping;
	struct super_block *bd_super;
	u64 bd_blocks;		/* of 4096 bytes */
	u32 bd_first;		/* where on the medium its first one is */
	unsigned int object;
};

/**
 * struct blk_dax_ctl - a question to bdev_direct_access() and its answer
 * @addr:   where the bytes are
 * @sector: asked for, in 512 bytes
 * @size:   bytes asked for
 * @pfn:    of the first page
 */
struct blk_dax_ctl {
	sector_t sector;
	void __pmem *addr;
	long size;
	pfn_t pfn;
};

/* What users of direct access had before there was a DAX device. */
int blk_queue_enter(struct request_queue *queue, bool nowait);
void blk_queue_exit(struct request_queue *queue);
long bdev_direct_access(struct block_device *bdev, struct blk_dax_ctl *dax);

int sb_issue_zeroout(struct super_block *sb, sector_t block,
		     sector_t nr_blocks, gfp_t gfp_mask);
int blkdev_issue_zeroout(struct block_device *bdev, sector_t sector,
			 sector_t nr_sects, gfp_t gfp_mask, unsigned int flags);
/* What follows @bdev has changed twice, and nobody looks at it. */
int blkdev_issue_flush(struct block_device *bdev, ...);

/* The device is as large as its medium, and starts where that does. */
static inline sector_t get_start_sect(struct block_device *bdev)
{
	return 0;
}

/* Persistent memory's, unless it is made with another. */
static inline unsigned short bdev_logical_block_size(struct block_device *bdev)
{
	return 512;
}

static inline struct request_queue *bdev_get_queue(struct block_device *bdev)
{
	return bdev->bd_queue;
}

#endif
