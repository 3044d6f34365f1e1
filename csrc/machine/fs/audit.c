// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is true at the end of a run, found out without the slice's help: which
 * blocks are the file's, the bytes that are on the medium, what is mapped and
 * indexed, and what was lost. What is written down here is what the filesystem
 * would be after a clean unmount.
 */
#include "fs/audit.h"
#include "core/outcome.h"
#include "core/reads.h"
#include "core/trace.h"
#include "fs/filesystem.h"
#include "fs/inode_dirty.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/device_page.h"
#include "memory/index.h"
#include "memory/index_sum.h"
#include "memory/page.h"
#include "memory/page_table.h"
#include "storage/buffer.h"
#include "storage/cpu_cache.h"
#include "storage/device.h"
#include <linux/kernel.h>

#define BLOCKS_MAX	(DEVICE_PAGES + 1024)
#define RUNS_MAX	8192
#define MAPPINGS_MAX	(2 * 16 * 512)
#define ENTRIES_MAX	16384

static struct fl_block blocks[BLOCKS_MAX];
static struct fl_data_run runs[RUNS_MAX];
static struct fl_mapping mappings[MAPPINGS_MAX];
static struct fl_entry entries[ENTRIES_MAX];

static u32 audit_blocks(void)
{
	u32 nr = world->filesystem->list_blocks(blocks, BLOCKS_MAX);

	if (nr > BLOCKS_MAX)
		run_end(FL_END_LIMIT, 0, "a file of more than %d blocks",
			BLOCKS_MAX);
	if (world->filesystem->find_leaks)
		world->filesystem->find_leaks();
	return nr;
}

u32 world_free_blocks(void)
{
	return world->filesystem->free_blocks();
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
	u64 behind = world->filesystem->is_window ? DEVICE_PAGES :
		world->bdev.bd_blocks;
	u32 nr = 0, i, at, length;

	for (i = 0; i < nr_blocks; i++) {
		u64 pos = (u64)blocks[i].file_block << BLOCK_SHIFT;
		u32 block = blocks[i].device_block;
		const u8 *bytes;
		int uniform;

		if (blocks[i].file_block < 0 ||
		    block >= behind)
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

/* By the tree's own functions, whose calls are none of the run's. */
static u32 list_entries(struct address_space *mapping)
{
	int was_off = trace_is_off;
	u32 nr;

	trace_is_off = 1;
	nr = index_list(mapping, entries, ENTRIES_MAX);
	trace_is_off = was_off;
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
	outcome->nr_blocks = audit_blocks();
	outcome->contents = runs;
	outcome->nr_contents = audit_bytes(outcome->nr_blocks);
	outcome->mappings = mappings;
	outcome->nr_mappings = no_more_than(
		page_table_list(mappings, MAPPINGS_MAX), MAPPINGS_MAX,
		"page table entries");
	outcome->entries = entries;
	outcome->nr_entries = no_more_than(list_entries(inode->i_mapping),
					   ENTRIES_MAX, "slots of an index");
	cpu_cache_audit();
	if (world->filesystem->map_on_device)
		inode_find_changes(inode);
	buffer_find_changes();
	index_sum_audit(inode->i_mapping, outcome);
	device_page_audit(inode->i_mapping, outcome);
	page_find_leaks();
	buffer_find_leaks();
}
