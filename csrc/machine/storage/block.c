// SPDX-License-Identifier: GPL-2.0-only
/*
 * The block device in front of the medium, and its request queue.
 *
 * Direct access gives away addresses. The device may go away once nobody is in
 * its queue, so who uses such an address has to be in it; a task that has
 * entered and not left holds the storage. Entering again is allowed and counts.
 * Later kernels put a DAX device in the place of the queue: see dax_device.c.
 */
#include "storage/block.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include "locks/held.h"
#include "locks/preempt.h"
#include "memory/page.h"
#include "memory/shadow.h"
#include "storage/device.h"
#include "storage/pmem.h"
#include <linux/blkdev.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/pfn_t.h>
#include <linux/pmem.h>
#include <linux/string.h>

void block_open(unsigned int blocks)
{
	struct block_device *bdev = &world->bdev;

	pmem_open();
	world->queue.object = object_new(FL_OBJECT_DEVICE);
	bdev->object = world->queue.object;
	bdev->bd_queue = &world->queue;
	bdev->bd_disk = &world->disk;
	world->disk.queue = &world->queue;
	strcpy(world->disk.disk_name, "pmem0");
	world->dax.bdev = bdev;
	bdev->bd_blocks = blocks;
	bdev->bd_super = &world->sb;
	world->sb.s_bdev = bdev;
}

/* ---- the queue ---- */

void block_enter(struct request_queue *queue, uintptr_t site)
{
	queue->users++;
	held_add(FL_HELD_STORAGE, queue->object, 0, FL_MODE_READ, 1, site);
}

int block_leave(struct request_queue *queue, uintptr_t site)
{
	if (!held_remove(FL_HELD_STORAGE, queue->object))
		return 0;
	queue->users--;
	trace(FL_EVENT_QUEUE_EXIT, queue->object, site, 0, 0, 0, 0, 0);
	return 1;
}

#if !HAVE_DAX_DEVICE
int blk_queue_enter(struct request_queue *queue, bool nowait)
{
	int error;

	shadow_check(queue, sizeof(*queue), 1, CALLER);
	if (!nowait)
		might_sleep_at(CALLER);
	schedule_point(queue->object);
	error = inject(FL_POINT_QUEUE_ENTER, CALLER);
	if (!error)
		block_enter(queue, CALLER);
	trace(FL_EVENT_QUEUE_ENTER, queue->object, CALLER, 0, 0, 0, 0, error);
	return error;
}

void blk_queue_exit(struct request_queue *queue)
{
	shadow_check(queue, sizeof(*queue), 1, CALLER);
	if (!block_leave(queue, CALLER))
		run_misuse(CALLER,
			   "blk_queue_exit() of a queue that nobody is in");
}

/* ---- direct access ---- */

/* The first device block wanted, or a negative errno. */
static int64_t access_refused(const struct block_device *bdev,
			      const struct blk_dax_ctl *dax)
{
	u64 sectors = bdev->bd_blocks << SECTORS_SHIFT;
	u64 wanted = DIV_ROUND_UP_ULL(dax->size, 512);

	if (dax->size < 0)
		return dax->size;
	if (dax->sector >= sectors || wanted > sectors - dax->sector)
		return -ERANGE;
	if (dax->sector & ((1u << SECTORS_SHIFT) - 1))
		return -ENXIO;
	return (int64_t)(dax->sector >> SECTORS_SHIFT);
}

static long access(struct block_device *bdev, struct blk_dax_ctl *dax,
		   int error)
{
	int64_t block = error ? error : access_refused(bdev, dax);
	unsigned int wanted, good;

	if (block < 0)
		return block;
	wanted = (unsigned int)DIV_ROUND_UP(dax->size, BLOCK_SIZE);
	good = pmem_good_blocks((unsigned int)block, wanted);
	if (wanted && !good)
		return -EIO;
	dax->addr = pmem_give_out((unsigned int)block, good);
	dax->pfn = __pfn_to_pfn_t(DEVICE_PFN(block), PFN_DEV | PFN_MAP);
	return min_t(long, dax->size, (long)good * BLOCK_SIZE);
}

long bdev_direct_access(struct block_device *bdev, struct blk_dax_ctl *dax)
{
	struct blk_dax_ctl asked = *dax;
	int error;
	long ret;

	shadow_check(bdev, sizeof(*bdev), 0, CALLER);
	/* Device drivers may sleep in it. */
	might_sleep_at(CALLER);
	error = inject(FL_POINT_DIRECT_ACCESS, CALLER);
	ret = access(bdev, dax, error);
	trace(FL_EVENT_DIRECT_ACCESS, bdev->object, CALLER,
	      (int64_t)(asked.sector >> SECTORS_SHIFT), asked.size, 0, 0, ret);
	return ret;
}

#endif /* !HAVE_DAX_DEVICE */

/* ---- requests ---- */

/* Whole blocks, or sectors of one block. */
static int zeroout(struct block_device *bdev, u64 sector, u64 nr_sects,
		   uintptr_t site)
{
	u64 block = sector >> SECTORS_SHIFT;
	u64 count = DIV_ROUND_UP_ULL(nr_sects, 1u << SECTORS_SHIFT);
	unsigned int skipped = sector & SECTORS_MASK;
	int error;

	shadow_check(bdev, sizeof(*bdev), 0, site);
	might_sleep_at(site);
	/* It takes its time, and others run meanwhile. */
	schedule_point(bdev->object);
	error = inject(FL_POINT_ZEROOUT, site);
	if (!error && (block >= bdev->bd_blocks ||
		       count > bdev->bd_blocks - block))
		error = -EIO;
	/* What is written as a whole is good again; a device that refuses is
	 * the failure of this call. */
	if (!error && (skipped || nr_sects & SECTORS_MASK)) {
		clear_pmem((char *)device_address((unsigned int)block) +
			   skipped * 512, nr_sects * 512);
	} else if (!error) {
		pmem_zero_blocks((unsigned int)block, (unsigned int)count);
		pmem_mark_good((unsigned int)block, (unsigned int)count);
	}
	trace(FL_EVENT_ZEROOUT, bdev->object, site, (int64_t)block,
	      (int64_t)count, 0, 0, error);
	return error;
}

int sb_issue_zeroout(struct super_block *sb, sector_t block, sector_t nr_blocks,
		     gfp_t gfp_mask)
{
	(void)gfp_mask;
	return zeroout(sb->s_bdev, (u64)block << SECTORS_SHIFT,
		       (u64)nr_blocks << SECTORS_SHIFT, CALLER);
}

int blkdev_issue_zeroout(struct block_device *bdev, sector_t sector,
			 sector_t nr_sects, gfp_t gfp_mask, unsigned int flags)
{
	unsigned int skipped = sector & SECTORS_MASK;

	(void)gfp_mask;
	(void)flags;
	/* Nobody here zeroes parts of more than one block at once. */
	if ((skipped || nr_sects & SECTORS_MASK) &&
	    skipped + nr_sects > 1u << SECTORS_SHIFT)
		return -EINVAL;
	return zeroout(bdev, sector, nr_sects, CALLER);
}

/* What the device says that it has written need not be on the medium yet. */
int block_flush(struct block_device *bdev, uintptr_t site)
{
	int error;

	might_sleep_at(site);
	error = inject(FL_POINT_FLUSH, site);
	trace(FL_EVENT_FLUSH, bdev->object, site, -1, 0, 0, 0, error);
	return error;
}

int blkdev_issue_flush(struct block_device *bdev, ...)
{
	return block_flush(bdev, CALLER);
}
