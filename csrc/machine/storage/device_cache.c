// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of the block device's own page cache: how a filesystem reads its
 * metadata that has no buffers.
 *
 * As of buffers, a page stays for the life of a world. A real cache drops what
 * nobody holds whenever memory is short: taking hold of such a page is where a
 * read can fail and where memory can be lacking, whether or not it is there.
 */
#include "storage/device_cache.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/trace.h"
#include "fs/world.h"
#include "locks/preempt.h"
#include "memory/page.h"
#include "storage/device.h"
#include "storage/pmem.h"
#include <linux/errno.h>
#include <linux/pagemap.h>
#include <linux/string.h>

#define CACHED_MAX	16

static struct page *cached[CACHED_MAX];
static unsigned int nr_cached;

void device_cache_open(void)
{
	nr_cached = 0;
}

static struct page *find(pgoff_t index)
{
	for (unsigned int i = 0; i < nr_cached; i++)
		if (cached[i]->index == index)
			return cached[i];
	return NULL;
}

static struct page *add(struct address_space *mapping, pgoff_t index,
			uintptr_t site)
{
	struct page *page = page_take(site);

	if (nr_cached == CACHED_MAX)
		run_end(FL_END_LIMIT, site, "more than %u pages of metadata",
			CACHED_MAX);
	page->mapping = mapping;
	page->index = index;
	memcpy(page_address(page),
	       device_address(world->bdev.bd_first + (unsigned int)index),
	       PAGE_SIZE);
	cached[nr_cached++] = page;
	return page;
}

/* Not in the cache, or nobody would have kept it from being dropped. */
static int read_in(pgoff_t index, uintptr_t site)
{
	unsigned int block = world->bdev.bd_first + (unsigned int)index;
	int error = 0;

	if (index >= world->bdev.bd_blocks - world->bdev.bd_first)
		error = -EIO;
	else if (inject(FL_POINT_ALLOC, site))
		return -ENOMEM;
	if (!error)
		error = inject(FL_POINT_METADATA_READ, site);
	if (!error && pmem_good_blocks(block, 1) == 0)
		error = -EIO;
	trace(FL_EVENT_METADATA_READ, 0, site, block, 0, 0, 0, error);
	return error;
}

struct folio *read_cache_folio(struct address_space *mapping, pgoff_t index,
			       filler_t *filler, struct file *file)
{
	struct page *page;
	int error;

	(void)filler;
	(void)file;
	if (mapping != world->bdev.bd_mapping)
		run_end(FL_END_OOPS, CALLER, "pages of another mapping than "
			"the device's are read");
	might_sleep_at(CALLER);
	page = find(index);
	if (!page || page->refs == 1) {
		error = read_in(index, CALLER);
		if (error)
			return ERR_PTR(error);
	}
	if (!page)
		page = add(mapping, index, CALLER);
	get_page(page);
	return page_folio(page);
}
