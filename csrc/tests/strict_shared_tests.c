// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks of the strict filesystem that another file has, too: a change is made
 * in a copy, and the other file keeps what it has.
 *
 * The file: blocks 0 to 3 allocated, of which the first two are shared.
 */
#include "trial.h"
#include <linux/iomap.h>
#include <linux/string.h>
#include "strict.h"
#include "fs/world.h"
#include "storage/device.h"

#define BLOCK	4096ll
#define SHARED	(2 * BLOCK)

static loff_t at, length;
static ssize_t written;
static unsigned int flags;
static int is_overwritten;

static void share_and_map(void)
{
	struct iomap map = { 0 };

	strict_reflink(world_inode(), 0, SHARED);
	if (strict_iomap_ops.iomap_begin(world_inode(), at, length, flags,
					 &map))
		return;
	note(map.flags & IOMAP_F_NEW ? 'n' : 'M');
	note_number("", map.offset / BLOCK);
	note_number("+", map.length / BLOCK);
	if (is_overwritten)
		memset(device_address(STRICT_FIRST_BLOCK), 1, 1);
	strict_iomap_ops.iomap_end(world_inode(), at, length, written, flags,
				   &map);
}

static const struct fl_outcome *map(loff_t pos, loff_t bytes, unsigned int how,
				    ssize_t done)
{
	struct trial t = trial(share_and_map, NULL, NULL);

	t.geometry.fs = FL_FS_STRICT;
	t.geometry.size = 4 * BLOCK;
	trial_extent(&t, 0, 4, 0x30, 0);
	at = pos;
	length = bytes;
	flags = how;
	written = done;
	return run_trial(&t);
}

static uint32_t device_block(const struct fl_outcome *outcome, int64_t block)
{
	for (uint32_t i = 0; i < outcome->nr_blocks; i++)
		if (outcome->blocks[i].file_block == block)
			return outcome->blocks[i].device_block;
	return 0;
}

static void what_is_shared_is_an_extent_of_its_own(void **state)
{
	map(0, BLOCK, 0, 0);
	assert_string_equal(notes(), "M=0+=2");
	map(2 * BLOCK, BLOCK, 0, 0);
	assert_string_equal(notes(), "M=2+=2");
}

static void a_write_to_shared_blocks_goes_to_a_copy(void **state)
{
	const struct fl_outcome *outcome = map(BLOCK, BLOCK, IOMAP_WRITE,
					       BLOCK);

	assert_string_equal(notes(), "M=1+=1");
	assert_int_equal(device_block(outcome, 0), STRICT_FIRST_BLOCK);
	assert_int_equal(device_block(outcome, 1), STRICT_FIRST_BLOCK + 4);
	assert_int_equal(outcome->nr_leaks, 0);
	assert_int_equal(outcome->free_blocks, outcome->free_blocks_before);
}

static void a_copy_that_was_not_written_is_freed(void **state)
{
	const struct fl_outcome *outcome = map(BLOCK, BLOCK, IOMAP_WRITE, 0);

	assert_int_equal(device_block(outcome, 1), STRICT_FIRST_BLOCK + 1);
	assert_int_equal(outcome->nr_leaks, 0);
	assert_int_equal(outcome->free_blocks, outcome->free_blocks_before);
}

static void a_write_to_blocks_of_its_own_needs_no_copy(void **state)
{
	const struct fl_outcome *outcome = map(2 * BLOCK, BLOCK, IOMAP_WRITE,
					       BLOCK);

	assert_int_equal(device_block(outcome, 2), STRICT_FIRST_BLOCK + 2);
}

static void a_change_of_the_other_file_is_told(void **state)
{
	const struct fl_outcome *outcome;

	is_overwritten = 1;
	outcome = map(0, BLOCK, 0, 0);
	is_overwritten = 0;
	assert_int_equal(count_events(outcome, FL_EVENT_MISUSE), 1);
}

SUITE(strict_shared_tests,
      shows(what_is_shared_is_an_extent_of_its_own),
      shows(a_write_to_shared_blocks_goes_to_a_copy),
      shows(a_copy_that_was_not_written_is_freed),
      shows(a_write_to_blocks_of_its_own_needs_no_copy),
      shows(a_change_of_the_other_file_is_told))
