// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables: what an access maps, what takes it away again.
 *
 * Driven by ops, the way user accesses are. Nothing here depends on whether a
 * fault handler calls iomap_end(): where the strict filesystem is needed for
 * its 2 MiB extents, all accesses are made in one op, because a task that goes
 * back to user space with the extent lock held does not run on.
 */
#include "trial.h"
#include "fs/syscalls.h"
#include <linux/kernel.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/string.h>

#define BLOCK	4096ll
#define PMD	(512 * BLOCK)
#define NO_EXTENT 0xff

static struct fl_op access(enum fl_op_kind kind, uint64_t pos)
{
	return (struct fl_op) {
		.kind = kind, .pos = pos, .length = 1, .fill = 0x5a,
	};
}

/* Four pages: two allocated, a hole, and one allocated that is half full. */
static struct trial small_file(void)
{
	struct trial t = trial_of_ops(FL_FS_EXT2, 3 * BLOCK + 2048);

	trial_extent(&t, 0, 2, 0x11, 0);
	trial_extent(&t, 3, 1, 0x44, 0);
	return t;
}

static const struct fl_mapping *mapping_of(const struct fl_outcome *outcome,
					   uint32_t pgoff, int private_vma)
{
	uint32_t i;

	for (i = 0; i < outcome->nr_mappings; i++) {
		const struct fl_mapping *mapping = &outcome->mappings[i];

		if (mapping->pgoff == pgoff &&
		    mapping->private_vma == private_vma)
			return mapping;
	}
	return NULL;
}

static void a_load_from_storage_maps_it_read_only(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, BLOCK + 5));
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->results[0].value, 0);
	assert_int_equal(outcome->seen[0].byte, 0x11);
	assert_int_equal(outcome->nr_mappings, 1);
	assert_int_equal(mapping_of(outcome, 1, 0)->writable, 0);
	assert_int_equal(mapping_of(outcome, 1, 0)->device_block,
			 outcome->blocks[1].device_block);
}

static void a_store_makes_the_mapping_writable(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, 0));
	trial_op(&t, access(FL_OP_WRITE_FAULT, 1));
	trial_op(&t, access(FL_OP_READ, 1));
	outcome = run_trial(&t);
	assert_int_equal(mapping_of(outcome, 0, 0)->writable, 1);
	assert_int_equal(outcome->results[2].value, 1);
	assert_int_equal(outcome->seen[outcome->nr_seen - 1].byte, 0x5a);
}

static void a_mapped_page_takes_no_kernel_entry(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, 0));
	trial_op(&t, access(FL_OP_READ_FAULT, 1));
	outcome = run_trial(&t);
	assert_int_equal(outcome->results[0].entries, 1);
	assert_int_equal(outcome->results[1].entries, 0);
	assert_int_equal(outcome->results[1].value, 0);
}

static void a_load_from_a_hole_maps_a_ram_page(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, 2 * BLOCK));
	outcome = run_trial(&t);
	assert_int_equal(outcome->results[0].vm_fault, VM_FAULT_LOCKED);
	assert_int_equal(outcome->seen[0].byte, 0);
	assert_int_equal(mapping_of(outcome, 2, 0)->device_block, -1);
	assert_null(held_at_end(outcome, FL_HELD_PAGE_LOCK));
}

static void a_store_to_a_hole_replaces_the_ram_page(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, 2 * BLOCK));
	trial_op(&t, access(FL_OP_WRITE_FAULT, 2 * BLOCK));
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->results[1].value, 0);
	assert_true(mapping_of(outcome, 2, 0)->device_block >= 0);
	assert_int_equal(mapping_of(outcome, 2, 0)->writable, 1);
	assert_int_equal(count_leaks(outcome, FL_LEAK_PAGE), 0);
}

static void a_private_store_copies_and_leaves_the_file_alone(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_PRIVATE_WRITE_FAULT, 5));
	trial_op(&t, access(FL_OP_PRIVATE_READ_FAULT, 5));
	trial_op(&t, access(FL_OP_PRIVATE_READ_FAULT, 6));
	trial_op(&t, access(FL_OP_READ, 5));
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(mapping_of(outcome, 0, 1)->device_block, -1);
	assert_int_equal(outcome->seen[0].byte, 0x5a);
	assert_int_equal(outcome->seen[1].byte, 0x11);
	assert_int_equal(outcome->seen[2].byte, 0x11);
}

static void unmapping_takes_the_entry_away_and_the_next_access_faults(
	void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, 0));
	trial_op(&t, access(FL_OP_UNMAP, 0));
	outcome = run_trial(&t);
	assert_int_equal(outcome->nr_mappings, 0);
	trial_op(&t, access(FL_OP_READ_FAULT, 0));
	outcome = run_trial(&t);
	assert_int_equal(outcome->results[2].entries, 1);
	assert_int_equal(outcome->nr_mappings, 1);
}

static void an_access_beyond_the_end_is_a_bus_error(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, 4 * BLOCK));
	outcome = run_trial(&t);
	assert_int_equal(outcome->results[0].value, -EFAULT);
	assert_int_equal(outcome->results[0].vm_fault, VM_FAULT_SIGBUS);
	assert_int_equal(outcome->nr_mappings, 0);
}

static void truncation_takes_the_mappings_behind_the_end(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, 0));
	trial_op(&t, access(FL_OP_READ_FAULT, 2 * BLOCK));
	trial_op(&t, access(FL_OP_READ_FAULT, 3 * BLOCK));
	trial_op(&t, access(FL_OP_TRUNCATE, BLOCK));
	outcome = run_trial(&t);
	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->nr_mappings, 1);
	assert_non_null(mapping_of(outcome, 0, 0));
	assert_int_equal(count_leaks(outcome, FL_LEAK_PAGE), 0);
}

/* Several accesses in one op, on a task of a huge file. */
static struct fl_op_result driven[2];

static void drive(enum fl_op_kind kind, uint64_t pos, unsigned int nth)
{
	struct fl_op op = access(kind, pos);

	memset(&driven[nth], 0, sizeof(driven[nth]));
	syscall_make(&op, &driven[nth]);
}

static const struct fl_outcome *run_huge(task_body body,
					 uint32_t device_blocks, uint8_t flags)
{
	struct trial t = trial_of_ops(FL_FS_STRICT, PMD);

	t.geometry.device_blocks = device_blocks;
	t.geometry.vma_pages = 512;
	if (flags != NO_EXTENT)
		trial_extent(&t, 0, 512, 0x22, flags);
	t.bodies[0] = body;
	return run_trial(&t);
}

static void store_huge_and_load(void)
{
	drive(FL_OP_PMD_WRITE_FAULT, 300 * BLOCK, 0);
	drive(FL_OP_READ_FAULT, 511 * BLOCK, 1);
}

static void an_aligned_extent_is_mapped_by_one_entry(void **state)
{
	const struct fl_outcome *outcome =
		run_huge(store_huge_and_load, 2048, FL_EXTENT_PMD_ALIGNED);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(driven[0].value, 0);
	assert_int_equal(driven[1].value, 0);
	assert_int_equal(driven[1].entries, 0);
	assert_int_equal(outcome->nr_mappings, 1);
	assert_int_equal(mapping_of(outcome, 0, 0)->order, 9);
	assert_int_equal(mapping_of(outcome, 0, 0)->writable, 1);
	assert_int_equal(outcome->seen[0].byte, 0x22);
}

static void load_a_huge_hole_twice(void)
{
	drive(FL_OP_PMD_READ_FAULT, 300 * BLOCK, 0);
	drive(FL_OP_READ_FAULT, 299 * BLOCK, 1);
}

static void a_huge_hole_is_mapped_by_the_huge_zero_page(void **state)
{
	const struct fl_outcome *outcome =
		run_huge(load_a_huge_hole_twice, 2048, NO_EXTENT);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(mapping_of(outcome, 0, 0)->order, 9);
	assert_int_equal(mapping_of(outcome, 0, 0)->device_block, -2);
	assert_int_equal(mapping_of(outcome, 0, 0)->writable, 0);
	assert_int_equal(driven[1].entries, 0);
	assert_int_equal(outcome->seen[outcome->nr_seen - 1].byte, 0);
}

static void load_huge_and_store(void)
{
	drive(FL_OP_PMD_READ_FAULT, 0, 0);
	drive(FL_OP_WRITE_FAULT, 300 * BLOCK, 1);
}

static void a_store_to_the_huge_zero_page_gets_huge_storage(void **state)
{
	const struct fl_outcome *outcome =
		run_huge(load_huge_and_store, 2048, NO_EXTENT);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(driven[1].value, 0);
	assert_int_equal(mapping_of(outcome, 0, 0)->order, 9);
	assert_int_equal(mapping_of(outcome, 0, 0)->writable, 1);
	assert_int_equal(mapping_of(outcome, 0, 0)->device_block % 512, 0);
}

/* A device of 600 blocks has no aligned run of 512. */
static void where_there_is_none_it_gets_a_page_and_the_rest_is_unmapped(
	void **state)
{
	const struct fl_outcome *outcome =
		run_huge(load_huge_and_store, 600, NO_EXTENT);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(driven[1].value, 0);
	assert_null(mapping_of(outcome, 0, 0));
	assert_int_equal(mapping_of(outcome, 300, 0)->order, 0);
	assert_int_equal(mapping_of(outcome, 300, 0)->writable, 1);
}

static void load_huge_and_truncate(void)
{
	drive(FL_OP_PMD_READ_FAULT, 0, 0);
	drive(FL_OP_TRUNCATE, 100 * BLOCK, 1);
}

static void truncation_takes_a_huge_mapping_that_it_cuts(void **state)
{
	const struct fl_outcome *outcome =
		run_huge(load_huge_and_truncate, 2048,
			 FL_EXTENT_PMD_ALIGNED);
	uint32_t i;

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(driven[1].value, 0);
	assert_int_equal(outcome->nr_blocks, 100);
	for (i = 0; i < outcome->nr_mappings; i++) {
		assert_int_equal(outcome->mappings[i].order, 0);
		assert_in_range(outcome->mappings[i].pgoff, 0, 99);
	}
}

static void after_out_of_memory_the_access_faults_again(void **state)
{
	struct trial t = small_file();
	const struct fl_outcome *outcome;

	trial_op(&t, access(FL_OP_READ_FAULT, 0));
	assert_true(trial_fail_point(&t, 0, FL_POINT_PTE_INSERT, 1, -ENOMEM));
	outcome = run_trial(&t);
	assert_int_equal(outcome->results[0].vm_fault & VM_FAULT_OOM,
			 VM_FAULT_OOM);
	assert_int_equal(outcome->results[0].entries, 2);
	assert_int_equal(outcome->results[0].value, 0);
	assert_int_equal(outcome->nr_mappings, 1);
}

SUITE(page_table_tests,
      shows(a_load_from_storage_maps_it_read_only),
      shows(a_store_makes_the_mapping_writable),
      shows(a_mapped_page_takes_no_kernel_entry),
      shows(a_load_from_a_hole_maps_a_ram_page),
      shows(a_store_to_a_hole_replaces_the_ram_page),
      shows(a_private_store_copies_and_leaves_the_file_alone),
      shows(unmapping_takes_the_entry_away_and_the_next_access_faults),
      shows(an_access_beyond_the_end_is_a_bus_error),
      shows(truncation_takes_the_mappings_behind_the_end),
      shows(an_aligned_extent_is_mapped_by_one_entry),
      shows(a_huge_hole_is_mapped_by_the_huge_zero_page),
      shows(a_store_to_the_huge_zero_page_gets_huge_storage),
      shows(where_there_is_none_it_gets_a_page_and_the_rest_is_unmapped),
      shows(truncation_takes_a_huge_mapping_that_it_cuts),
      shows(after_out_of_memory_the_access_faults_again))
