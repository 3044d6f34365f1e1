/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a block device is asked for. A DAX file sends no requests to one:
 * structures of a tree that have a bio as a member need it to have a size.
 */
#ifndef _LINUX_BLK_TYPES_H
#define _LINUX_BLK_TYPES_H

#include <linux/types.h>

#define SECTOR_SHIFT	9
#define SECTOR_SIZE	(1 << SECTOR_SHIFT)

typedef u8 blk_status_t;
typedef unsigned int blk_qc_t;
typedef unsigned int blk_opf_t;

struct block_device;

struct bio;
typedef void (bio_end_io_t)(struct bio *bio);

struct bio {
	struct block_device	*bi_bdev;
	blk_opf_t		bi_opf;
	blk_status_t		bi_status;
	void			*bi_private;
};

#endif
