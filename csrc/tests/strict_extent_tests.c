// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extents of the strict filesystem: what begin answers, what end keeps and what
 * it turns back.
 *
 * The file: blocks 0 to 3 allocated, 4 to 7 a hole, 8 to 11 unwritten.
 */
#include "trial.h"
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/iomap.h>
#include <linux/mm.h>
#include "strict.h"
#include "fs/world.h"

#define BLOCK	4096ll
#define PMD	(512 * BLOCK)

static loff_t at, length;
static ssize_t written;
static unsigned int begin_flags, end_flags;

/* One begin and end with the values above; notes what begin answered. */
static void begin_and_end(void)
{
	struct iomap map = { 0 };
	int error = strict_iomap_ops.iomap_begin(world_inode(), at, length,
						 begin_flags, &map);

	if (error) {
		note_number("error", error);
		return;
	}
	note(map.type == IOMAP_HOLE ? 'H' :
	     map.type == IOMAP_UNWRITTEN ? 'U' :
	     map.type == IOMAP_MAPPED ? 'M' : '?');
	if (map.flags & IOMAP_F_NEW)
		note('n');
	note_number("", map.offset / BLOCK);
	note_number("+", map.length / BLOCK);
	strict_iomap_ops.iomap_end(world_inode(), at, length, written,
				   end_flags, &map);
}

static struct trial file(void)
{
	struct trial t = trial(begin_and_end, NULL, NULL);

	t.geometry.fs = FL_FS_STRICT;
	t.geometry.size = 12 * BLOCK;
	trial_extent(&t, 0, 4, 0x30, 0);
	trial_extent(&t, 8, 4, 0, FL_EXTENT_UNWRITTEN);
	return t;
}

static const struct fl_outcome *map(loff_t pos, loff_t bytes,
				    unsigned int flags, ssize_t done)
{
	struct trial t = file();

	at = pos;
	length = bytes;
	begin_flags = end_flags = flags;
	written = done;
	return run_trial(&t);
}

static const struct fl_block *block_of(const struct fl_outcome *outcome,
				       int64_t file_block)
{
	uint32_t i;

	for (i = 0; i < outcome->nr_blocks; i++) {
		if (outcome->blocks[i].file_block == file_block)
			return &outcome->blocks[i];
	}
	return NULL;
}

static long blocks_gone(const struct fl_outcome *outcome)
{
	return (long)outcome->free_blocks_before - (long)outcome->free_blocks;
}

static void a_read_is_told_the_whole_extent(void **state)
{
	map(2 * BLOCK, BLOCK, 0, BLOCK);
	assert_string_equal(notes(), "M=0+=4");
}

static void a_hole_reaches_up_to_the_next_extent(void **state)
{
	map(5 * BLOCK, BLOCK, 0, BLOCK);
	assert_string_equal(notes(), "H=5+=3");
	map(12 * BLOCK, 2 * BLOCK, 0, 0);
	assert_string_equal(notes(), "H=12+=2");
}

static void an_unwritten_extent_stays_so_when_read(void **state)
{
	const struct fl_outcome *outcome = map(9 * BLOCK, BLOCK, 0, BLOCK);

	assert_string_equal(notes(), "U=8+=4");
	assert_int_equal(block_of(outcome, 9)->flags, FL_BLOCK_UNWRITTEN);
}

static void a_write_to_storage_is_not_new(void **state)
{
	const struct fl_outcome *outcome = map(1, 10, IOMAP_WRITE, 10);

	assert_string_equal(notes(), "M=0+=4");
	assert_int_equal(blocks_gone(outcome), 0);
}

static void a_write_to_a_hole_gets_new_blocks_and_only_those(void **state)
{
	const struct fl_outcome *outcome =
		map(5 * BLOCK + 1, BLOCK, IOMAP_WRITE, BLOCK);

	assert_string_equal(notes(), "Mn=5+=2");
	assert_int_equal(blocks_gone(outcome), 2);
	assert_non_null(block_of(outcome, 5));
	assert_non_null(block_of(outcome, 6));
	assert_null(block_of(outcome, 7));
	assert_int_equal(outcome->inode_blocks, 10 * 8);
}

static void a_write_stops_at_the_end_of_the_hole(void **state)
{
	map(6 * BLOCK, 4 * BLOCK, IOMAP_WRITE, 2 * BLOCK);
	assert_string_equal(notes(), "Mn=6+=2");
}

static void a_write_converts_what_it_covers(void **state)
{
	const struct fl_outcome *outcome =
		map(9 * BLOCK, BLOCK, IOMAP_WRITE, BLOCK);

	assert_string_equal(notes(), "Mn=9+=1");
	assert_int_equal(block_of(outcome, 8)->flags, FL_BLOCK_UNWRITTEN);
	assert_int_equal(block_of(outcome, 9)->flags, 0);
	assert_int_equal(block_of(outcome, 10)->flags, FL_BLOCK_UNWRITTEN);
	assert_int_equal(blocks_gone(outcome), 0);
}

/* ---- rollback ---- */

static void new_blocks_that_were_not_written_are_freed(void **state)
{
	const struct fl_outcome *outcome =
		map(4 * BLOCK, 4 * BLOCK, IOMAP_WRITE, 0);

	assert_string_equal(notes(), "Mn=4+=4");
	assert_int_equal(blocks_gone(outcome), 0);
	assert_null(block_of(outcome, 4));
	assert_int_equal(count_events(outcome, FL_EVENT_BLOCK_FREE), 1);
}

static void a_short_write_keeps_the_blocks_that_it_reached(void **state)
{
	const struct fl_outcome *outcome =
		map(4 * BLOCK + 100, 3 * BLOCK, IOMAP_WRITE, BLOCK);

	assert_string_equal(notes(), "Mn=4+=4");
	assert_int_equal(blocks_gone(outcome), 2);
	assert_non_null(block_of(outcome, 5));
	assert_null(block_of(outcome, 6));
}

static void nothing_written_in_the_middle_of_a_block_keeps_nothing(void **state)
{
	const struct fl_outcome *outcome =
		map(4 * BLOCK + 100, 10, IOMAP_WRITE, 0);

	assert_int_equal(blocks_gone(outcome), 0);
}

static void blocks_that_were_there_before_are_never_freed(void **state)
{
	const struct fl_outcome *outcome =
		map(0, 4 * BLOCK, IOMAP_WRITE, 0);

	assert_int_equal(blocks_gone(outcome), 0);
	assert_int_equal(outcome->nr_blocks, 8);
	assert_int_equal(count_events(outcome, FL_EVENT_BLOCK_FREE), 0);
}

static void a_conversion_that_was_not_written_is_turned_back(void **state)
{
	const struct fl_outcome *outcome =
		map(8 * BLOCK, 4 * BLOCK, IOMAP_WRITE, BLOCK + 1);

	assert_int_equal(block_of(outcome, 9)->flags, 0);
	assert_int_equal(block_of(outcome, 10)->flags, FL_BLOCK_UNWRITTEN);
	assert_int_equal(blocks_gone(outcome), 0);
}

static void an_end_that_only_read_commits_nothing(void **state)
{
	struct trial t = file();
	const struct fl_outcome *outcome;

	at = 4 * BLOCK;
	length = written = BLOCK;
	begin_flags = IOMAP_WRITE;
	end_flags = 0;
	outcome = run_trial(&t);
	assert_null(block_of(outcome, 4));
	assert_int_equal(blocks_gone(outcome), 0);
}

/* ---- 2 MiB ---- */

static const struct fl_outcome *allocate_pmd(uint32_t device_blocks,
					     ssize_t done)
{
	struct trial t = trial(begin_and_end, NULL, NULL);

	t.geometry.fs = FL_FS_STRICT;
	t.geometry.size = 2 * PMD;
	t.geometry.device_blocks = device_blocks;
	trial_extent(&t, 512, 1, 1, 0);
	at = 0;
	length = PMD;
	begin_flags = end_flags = IOMAP_WRITE;
	written = done;
	return run_trial(&t);
}

static void a_pmd_sized_write_gets_an_aligned_run(void **state)
{
	const struct fl_outcome *outcome = allocate_pmd(2048, PMD);

	assert_string_equal(notes(), "Mn=0+=512");
	assert_int_equal(outcome->blocks[0].device_block % 512, 0);
	assert_int_equal(outcome->nr_blocks, 513);
}

static void without_an_aligned_run_it_gets_what_there_is(void **state)
{
	const struct fl_outcome *outcome = allocate_pmd(600, PMD);

	assert_string_equal(notes(), "Mn=0+=512");
	assert_int_not_equal(outcome->blocks[0].device_block % 512, 0);
	allocate_pmd(102, PMD);
	assert_string_equal(notes(), "Mn=0+=100");
}

static void a_pmd_that_was_not_written_is_freed_as_a_whole(void **state)
{
	assert_int_equal(blocks_gone(allocate_pmd(2048, 0)), 0);
}

static void an_unaligned_extent_falls_back_to_single_pages(void **state)
{
	struct trial t = trial_of_ops(FL_FS_STRICT, PMD);
	struct fl_op op = {
		.kind = FL_OP_PMD_READ_FAULT, .pos = 7 * BLOCK, .length = 1,
	};
	const struct fl_outcome *outcome;

	t.geometry.device_blocks = 2048;
	t.geometry.vma_pages = 512;
	trial_extent(&t, 0, 512, 0x22, 0);
	trial_op(&t, op);
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->results[0].vm_fault, VM_FAULT_FALLBACK);
	assert_int_equal(outcome->results[0].value, 0);
	assert_int_equal(outcome->mappings[0].order, 0);
}

/* ---- the allocator ---- */

static void fill_the_device(void)
{
	struct super_block *sb = world_inode()->i_sb;
	u32 device_block;
	int got, runs = 0;

	while ((got = strict_allocate(sb, 1000, false, &device_block)) > 0)
		runs++;
	note_number("runs", runs);
	note_number(" error", got);
	note_number(" free", strict_free_blocks(sb));
	strict_free(sb, 30, 5);
	strict_free(sb, 50, 9);
	note_number(" best", strict_allocate(sb, 7, false, &device_block));
	note_number("@", device_block);
	note_number(" first", strict_allocate(sb, 2, false, &device_block));
	note_number("@", device_block);
	/* 32 to 34 are left of one, 57 and 58 of the other */
	strict_free(sb, 90, 3);
	note_number(" most", strict_allocate(sb, 10, false, &device_block));
	note_number("@", device_block);
}

static void the_first_run_that_is_long_enough_is_taken(void **state)
{
	struct trial t = file();

	t.bodies[0] = fill_the_device;
	t.geometry.device_blocks = 128;
	assert_end(run_trial(&t), FL_END_FINISHED);
	assert_string_equal(notes(), "runs=1 error=-28 free=0 best=7@=50"
				     " first=2@=30 most=3@=32");
}

static void free_a_free_block(void)
{
	struct super_block *sb = world_inode()->i_sb;
	u32 before = strict_free_blocks(sb);

	strict_free(sb, 100, 1);
	note_number("more", strict_free_blocks(sb) - before);
}

static void freeing_a_free_block_is_warned_about(void **state)
{
	struct trial t = file();
	const struct fl_outcome *outcome;

	t.bodies[0] = free_a_free_block;
	outcome = run_trial(&t);
	assert_true(was_warned(outcome, "freeing a free block"));
	assert_string_equal(notes(), "more=0");
}

/* Blocks 9 to 11 and 13 to 14 of the device: 12 is given back. */
static void lose_blocks(void)
{
	struct super_block *sb = world_inode()->i_sb;
	u32 device_block;

	strict_allocate(sb, 6, false, &device_block);
	strict_free(sb, device_block + 3, 1);
}

static void a_run_of_blocks_that_nobody_owns_is_a_leak(void **state)
{
	struct trial t = file();
	const struct fl_outcome *outcome;

	t.bodies[0] = lose_blocks;
	outcome = run_trial(&t);
	assert_int_equal(count_leaks(outcome, FL_LEAK_BLOCK), 2);
	assert_int_equal(outcome->leaks[0].object,
			 FL_OBJECT(FL_OBJECT_DEVICE, 9));
	assert_int_equal(outcome->leaks[0].size, 3 * BLOCK);
	assert_int_equal(outcome->leaks[1].object,
			 FL_OBJECT(FL_OBJECT_DEVICE, 13));
	assert_int_equal(outcome->leaks[1].size, 2 * BLOCK);
}

/* Blocks 2 and 3 go, and what is behind moves up by two. */
static void take_out(void)
{
	struct strict_inode_info *si = STRICT_I(world_inode());

	mutex_lock(&si->extent_lock);
	strict_remove_blocks(world_inode(), 2, 4);
	strict_move_extents(world_inode(), 4, 2);
	mutex_unlock(&si->extent_lock);
}

static void what_is_behind_a_range_that_is_taken_out_moves_up(void **state)
{
	struct trial t = file();
	const struct fl_outcome *before, *after;
	int32_t moved;

	before = map(0, BLOCK, 0, 0);
	moved = block_of(before, 8)->device_block;
	t.bodies[0] = take_out;
	after = run_trial(&t);
	assert_int_equal(after->nr_blocks, 6);
	assert_int_equal(block_of(after, 6)->device_block, moved);
	assert_null(block_of(after, 10));
	assert_int_equal(after->nr_leaks, 0);
}

SUITE(strict_extent_tests,
      shows(what_is_behind_a_range_that_is_taken_out_moves_up),
      shows(a_read_is_told_the_whole_extent),
      shows(a_hole_reaches_up_to_the_next_extent),
      shows(an_unwritten_extent_stays_so_when_read),
      shows(a_write_to_storage_is_not_new),
      shows(a_write_to_a_hole_gets_new_blocks_and_only_those),
      shows(a_write_stops_at_the_end_of_the_hole),
      shows(a_write_converts_what_it_covers),
      shows(new_blocks_that_were_not_written_are_freed),
      shows(a_short_write_keeps_the_blocks_that_it_reached),
      shows(nothing_written_in_the_middle_of_a_block_keeps_nothing),
      shows(blocks_that_were_there_before_are_never_freed),
      shows(a_conversion_that_was_not_written_is_turned_back),
      shows(an_end_that_only_read_commits_nothing),
      shows(a_pmd_sized_write_gets_an_aligned_run),
      shows(without_an_aligned_run_it_gets_what_there_is),
      shows(a_pmd_that_was_not_written_is_freed_as_a_whole),
      shows(an_unaligned_extent_falls_back_to_single_pages),
      shows(the_first_run_that_is_long_enough_is_taken),
      shows(freeing_a_free_block_is_warned_about),
      shows(a_run_of_blocks_that_nobody_owns_is_a_leak))
