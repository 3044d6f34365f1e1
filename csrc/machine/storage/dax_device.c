// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DAX device: how persistent memory is reached where there is a device of
 * its own for that beside the block device.
 *
 * Pages of the device are blocks of the medium. Who uses an address of it is
 * inside dax_read_lock(), or the device may go away beneath. It never does
 * here; what is checked is that everybody who entered leaves. The driver is
 * that of an NVDIMM: of a range with a bad block nothing is handed out, unless
 * it is asked for in order to be written anew, and a whole page that is written
 * in that way, or zeroed, is good again.
 */
#include "storage/dax_device.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include "memory/memory_failure.h"
#include "memory/page.h"
#include "memory/shadow.h"
#include "memory/uaccess.h"
#include "storage/block.h"
#include "storage/cpu_cache.h"
#include "storage/pmem.h"
#include <linux/dax.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#if HAVE_PFN_T
#include <linux/pfn_t.h>
#endif
#include <linux/string.h>
#include <linux/uio.h>

struct dax_device *block_dax_device(void)
{
	return &world->dax;
}

#if HAVE_DAX_DEVICE

#if HAVE_DAX_ACCESS_MODE
#define MODE_ARGUMENT	enum dax_access_mode mode,
#define IS_RECOVERY	(mode == DAX_RECOVERY_WRITE)
#else
#define MODE_ARGUMENT
#define IS_RECOVERY	false
#endif

/* How the number of a page frame is handed out. */
#if HAVE_PFN_T
typedef pfn_t frame_t;
#define FRAME(block)	__pfn_to_pfn_t(DEVICE_PFN(block), PFN_DEV | PFN_MAP)
#else
typedef unsigned long frame_t;
#define FRAME(block)	DEVICE_PFN(block)
#endif

/* ---- by name ---- */

/* How older kernels find the device to write a mapping back to. */
struct dax_device *dax_get_by_host(const char *host)
{
	return strcmp(host, world->disk.disk_name) ? NULL : &world->dax;
}

/* It is not counted: nothing here takes the device away. */
void put_dax(struct dax_device *dax_dev)
{
}

/* ---- users ---- */

/* What unlock must be given back; as with SRCU, 0 would do as well. */
#define READ_LOCK_ID	1

int dax_read_lock(void)
{
	struct request_queue *queue = &world->queue;

	schedule_point(queue->object);
	block_enter(queue, CALLER);
	trace(FL_EVENT_QUEUE_ENTER, queue->object, CALLER, 0, 0, 0, 0, 0);
	return READ_LOCK_ID;
}

void dax_read_unlock(int id)
{
	if (id != READ_LOCK_ID)
		run_misuse(CALLER, "dax_read_unlock() of what dax_read_lock() "
			   "did not return: %d", id);
	if (!block_leave(&world->queue, CALLER))
		run_misuse(CALLER, "dax_read_unlock() without dax_read_lock()");
}

bool dax_alive(struct dax_device *dax_dev)
{
	return dax_dev != NULL;
}

bool dax_write_cache_enabled(struct dax_device *dax_dev)
{
	return true;
}

/* ---- where a page of the device is in memory ---- */

/* The device numbers its pages as the disk does that it is all of. */
int bdev_dax_pgoff(struct block_device *bdev, sector_t sector, size_t size,
		   pgoff_t *pgoff)
{
	if (pgoff)
		*pgoff = sector >> SECTORS_SHIFT;
	if (sector & ((1u << SECTORS_SHIFT) - 1) || size % PAGE_SIZE)
		return -EINVAL;
	return 0;
}

/* How many pages of the device can be handed out, or a negative errno. */
static long pages_there(const struct dax_device *dax_dev, pgoff_t pgoff,
			long wanted, bool is_recovery, uintptr_t site)
{
	u64 blocks = dax_dev->bdev->bd_blocks;
	long there, good;

	if (wanted < 0)
		return wanted;
	/* No file has a block there: whoever says so is wrong. */
	if (pgoff >= blocks) {
		run_misuse(site, "direct access to page %lu of a device of "
			   "%llu", pgoff, (unsigned long long)blocks);
		return -ERANGE;
	}
	/* What is no whole page asks for none, and gets none. */
	if (!wanted)
		return 0;
	there = min_t(long, wanted, blocks - pgoff);
	memory_failure_look(pgoff, (unsigned long)there);
	good = pmem_good_blocks((unsigned int)pgoff, (unsigned int)there);
	if (good == there && there > 1 && inject(FL_POINT_SHORT_ACCESS, site)) {
		pmem_hold_back((unsigned int)pgoff + 1,
			       (unsigned int)there - 1);
		return 1;
	}
	if (good == there)
		return there;
	if (!is_recovery)
		return BAD_MEDIUM;
	return good ? good : 1;
}

long dax_direct_access(struct dax_device *dax_dev, pgoff_t pgoff, long nr_pages,
		       MODE_ARGUMENT void **kaddr, frame_t *pfn)
{
	unsigned int block = (unsigned int)pgoff;
	long pages;

	if (!dax_dev)
		return -EOPNOTSUPP;
	shadow_check(dax_dev, sizeof(*dax_dev), 0, CALLER);
	pages = inject(FL_POINT_DIRECT_ACCESS, CALLER);
	if (!pages)
		pages = pages_there(dax_dev, pgoff, nr_pages, IS_RECOVERY,
				    CALLER);
	if (pages > 0) {
		void *at = pmem_give_out(block, (unsigned int)pages);

		if (kaddr)
			*kaddr = at;
		if (pfn)
			*pfn = FRAME(block);
	}
	trace(FL_EVENT_DIRECT_ACCESS, dax_dev->bdev->object, CALLER,
	      (int64_t)pgoff, nr_pages * (int64_t)BLOCK_SIZE, 0, 0,
	      pages > 0 ? pages * (int64_t)BLOCK_SIZE : pages);
	return pages;
}

/* ---- what is done with it ---- */

size_t dax_copy_from_iter(struct dax_device *dax_dev, pgoff_t pgoff, void *addr,
			  size_t bytes, struct iov_iter *i)
{
	unsigned int pages = (unsigned int)
		DIV_ROUND_UP(offset_in_page(addr) + bytes, PAGE_SIZE);

	if (pmem_good_blocks((unsigned int)pgoff, pages) < pages &&
	    run_has_one_task())
		run_misuse(CALLER, "write() to a medium that is known to be "
			   "bad, and not as recovery");
	return iter_copy_from(addr, bytes, i, CALLER);
}

size_t dax_copy_to_iter(struct dax_device *dax_dev, pgoff_t pgoff, void *addr,
			size_t bytes, struct iov_iter *i)
{
	return iter_copy_to(addr, bytes, i, CALLER);
}

/* Bad pages become good only as a whole. */
size_t dax_recovery_write(struct dax_device *dax_dev, pgoff_t pgoff, void *addr,
			  size_t bytes, struct iov_iter *i)
{
	unsigned int block = (unsigned int)pgoff;
	unsigned int pages = (unsigned int)
		DIV_ROUND_UP(offset_in_page(addr) + bytes, PAGE_SIZE);
	size_t copied;

	if (pmem_good_blocks(block, pages) == pages)
		return iter_copy_from(addr, bytes, i, CALLER);
	if (offset_in_page(addr) || bytes % PAGE_SIZE)
		return 0;
	copied = iter_copy_from(addr, bytes, i, CALLER);
	pmem_mark_good(block, pages);
	return copied;
}

int dax_zero_page_range(struct dax_device *dax_dev, pgoff_t pgoff,
			size_t nr_pages)
{
	u64 blocks = dax_dev->bdev->bd_blocks;
	int error;

	schedule_point(dax_dev->bdev->object);
	error = inject(FL_POINT_ZEROOUT, CALLER);
	/* One page at a time is all that the driver knows. */
	if (!error && (nr_pages != 1 || pgoff >= blocks))
		error = -EIO;
	if (!error) {
		pmem_zero_blocks((unsigned int)pgoff, 1);
		pmem_mark_good((unsigned int)pgoff, 1);
	}
	trace(FL_EVENT_ZEROOUT, dax_dev->bdev->object, CALLER, (int64_t)pgoff,
	      (int64_t)nr_pages, 0, 0, error);
	return error;
}

void dax_flush(struct dax_device *dax_dev, void *addr, size_t size)
{
	cpu_cache_flush(addr, size);
	trace(FL_EVENT_FLUSH, dax_dev->bdev->object, CALLER,
	      pmem_block_of(addr), (int64_t)size, 0, 0, 0);
}

#endif
