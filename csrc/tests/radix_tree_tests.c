// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of a mapping: items found where they were put, tags that reach the
 * root, and nodes that are gone once the last item is.
 */
#include "trial.h"
#include "fs/world.h"
#include <linux/kernel.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/fs.h>
#include <linux/dax.h>
#include <linux/pagemap.h>
#include <linux/radix-tree.h>

/* Of the mapping of the world's file. */
static struct radix_tree_root *root;

/* Both sides of every change of height of a tree of 64-slot nodes. */
static const unsigned long edges[] = {
	0, 1, 62, 63, 64, 65, 4094, 4095, 4096, 4097, 262143, 262144, 1ul << 36,
};
#define EDGES	(sizeof(edges) / sizeof(edges[0]))

/* A non-NULL item that looks like a pointer. */
static void *item(unsigned long index)
{
	return (void *)((index + 1) << 4);
}

/* An exceptional one, of a storage sector. */
static void *entry(unsigned long sector)
{
	return (void *)(sector << RADIX_DAX_SHIFT |
			RADIX_TREE_EXCEPTIONAL_ENTRY);
}

static int insert(unsigned long index)
{
	return radix_tree_insert(root, index, item(index));
}

/* What every body has around it. */
static void start(void)
{
	root = &world_inode()->i_mapping->page_tree;
	spin_lock_irq(&world_inode()->i_mapping->tree_lock);
}

static void finish(void)
{
	spin_unlock_irq(&world_inode()->i_mapping->tree_lock);
}

static void insert_at_every_edge(void)
{
	unsigned int i, found = 0, absent = 0;

	start();
	for (i = 0; i < EDGES; i++)
		absent += !radix_tree_lookup(root, edges[i]);
	for (i = 0; i < EDGES; i++)
		insert(edges[i]);
	for (i = 0; i < EDGES; i++)
		found += radix_tree_lookup(root, edges[i]) == item(edges[i]);
	note_number("absent", absent);
	note_number(" found", found);
	note_number(" stray", !!radix_tree_lookup(root, 66) +
				      !!radix_tree_lookup(root, 1ul << 40));
	for (i = 0; i < EDGES; i++)
		found -= radix_tree_delete(root, edges[i]) == item(edges[i]);
	note_number(" left", found);
	finish();
}

static void items_are_found_on_both_sides_of_every_height(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(insert_at_every_edge, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "absent=13 found=13 stray=0 left=0");
	assert_int_equal(count_leaks(outcome, FL_LEAK_NODE), 0);
	assert_int_equal(count_leaks(outcome, FL_LEAK_MEMORY), 0);
}

static void insert_twice(void)
{
	start();
	note_number("first", insert(5));
	note_number(" second", insert(5));
	radix_tree_delete(root, 5);
	finish();
}

static void an_index_that_is_taken_refuses_a_second_item(void **state)
{
	run_bodies(insert_twice, NULL, NULL);
	assert_string_equal(notes(), "first=0 second=-17");
}

static void leave_an_item(void)
{
	start();
	insert(600);
	radix_tree_insert(root, 70, entry(7));
	radix_tree_delete(root, 600);
	finish();
}

static void an_item_that_stays_is_listed_at_the_end(void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(leave_an_item, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_int_equal(outcome->nr_entries, 1);
	assert_int_equal(outcome->entries[0].index, 70);
	assert_int_equal(outcome->nr_leaks, 0);
}

static void delete_what_is_absent(void)
{
	start();
	insert(64);
	note_number("gone", radix_tree_delete(root, 65) == NULL);
	note_number(" gone", radix_tree_delete(root, 1 << 20) == NULL);
	note_number(" had", radix_tree_delete(root, 64) == item(64));
	note_number(" gone", radix_tree_delete(root, 64) == NULL);
	finish();
}

static void deleting_what_is_absent_gives_null(void **state)
{
	assert_end(run_bodies(delete_what_is_absent, NULL, NULL),
		   FL_END_FINISHED);
	assert_string_equal(notes(), "gone=1 gone=1 had=1 gone=1");
}

static void tag_one_of_many(void)
{
	start();
	insert(0);
	insert(63);
	insert(4096);
	radix_tree_tag_set(root, 4096, PAGECACHE_TAG_DIRTY);
	note_number("root", !!radix_tree_tagged(root, PAGECACHE_TAG_DIRTY));
	note_number(" other", !!radix_tree_tagged(root, PAGECACHE_TAG_TOWRITE));
	note_number(" it", !!radix_tree_tag_get(root, 4096,
						PAGECACHE_TAG_DIRTY));
	note_number(" next", !!radix_tree_tag_get(root, 63,
						  PAGECACHE_TAG_DIRTY));
	radix_tree_tag_clear(root, 4096, PAGECACHE_TAG_DIRTY);
	note_number(" cleared", !!radix_tree_tagged(root, PAGECACHE_TAG_DIRTY));
	radix_tree_delete(root, 0);
	radix_tree_delete(root, 63);
	radix_tree_delete(root, 4096);
	finish();
}

static void a_tag_reaches_the_root_and_leaves_it(void **state)
{
	assert_end(run_bodies(tag_one_of_many, NULL, NULL), FL_END_FINISHED);
	assert_string_equal(notes(), "root=1 other=0 it=1 next=0 cleared=0");
}

static void delete_the_tagged(void)
{
	start();
	insert(100);
	insert(200);
	radix_tree_tag_set(root, 200, PAGECACHE_TAG_TOWRITE);
	radix_tree_delete(root, 200);
	note_number("root", !!radix_tree_tagged(root, PAGECACHE_TAG_TOWRITE));
	radix_tree_delete(root, 100);
	finish();
}

static void a_deleted_item_takes_its_tag_along(void **state)
{
	run_bodies(delete_the_tagged, NULL, NULL);
	assert_string_equal(notes(), "root=0");
}

static void replace_an_exceptional_entry(void)
{
	void *old = entry(7), *new = entry(9), **slot = NULL;

	start();
	radix_tree_insert(root, 512, old);
	note_number("found", __radix_tree_lookup(root, 512, NULL, &slot) == old);
	note_number(" kind", !!radix_tree_exceptional_entry(*slot));
	radix_tree_replace_slot(slot, new);
	note_number(" new", radix_tree_lookup(root, 512) == new);
	note_number(" deleted", radix_tree_delete(root, 512) == new);
	finish();
}

static void an_exceptional_entry_is_kept_and_replaced_bit_for_bit(void **state)
{
	assert_end(run_bodies(replace_an_exceptional_entry, NULL, NULL),
		   FL_END_FINISHED);
	assert_string_equal(notes(), "found=1 kind=1 new=1 deleted=1");
}

static void insert_a_large_item(void)
{
	void *large = entry(5);

	start();
	note_number("insert", __radix_tree_insert(root, 512, 9, large));
	note_number(" first", radix_tree_lookup(root, 512) == large);
	note_number(" middle", radix_tree_lookup(root, 700) == large);
	note_number(" last", radix_tree_lookup(root, 1023) == large);
	note_number(" before", radix_tree_lookup(root, 511) == large);
	note_number(" behind", radix_tree_lookup(root, 1024) == large);
	note_number(" taken", insert(700));
	radix_tree_delete(root, 512);
	note_number(" gone", radix_tree_lookup(root, 700) == NULL);
	finish();
}

static void an_item_of_a_higher_order_is_under_every_index_it_covers(
	void **state)
{
	const struct fl_outcome *outcome =
		run_bodies(insert_a_large_item, NULL, NULL);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "insert=0 first=1 middle=1 last=1 before=0"
				     " behind=0 taken=-17 gone=1");
	assert_int_equal(outcome->nr_leaks, 0);
}

static void insert_large_over_small(void)
{
	start();
	insert(600);
	note_number("insert", __radix_tree_insert(root, 512, 9, item(512)));
	note_number(" small", radix_tree_lookup(root, 600) == item(600));
	radix_tree_delete(root, 600);
	finish();
}

static void a_higher_order_does_not_cover_what_is_there(void **state)
{
	assert_end(run_bodies(insert_large_over_small, NULL, NULL),
		   FL_END_FINISHED);
	assert_string_equal(notes(), "insert=-17 small=1");
}

static void preload(void)
{
	int error = radix_tree_preload(GFP_KERNEL);

	note_number("preload", error);
	if (!error)
		radix_tree_preload_end();
}

static void a_preload_can_be_refused(void **state)
{
	struct trial t = trial(preload, NULL, NULL);
	const struct fl_outcome *outcome = run_trial(&t);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "preload=0");
	assert_no_complaint(outcome);
	trial_fail(&t, 0, 1, -ENOMEM);
	outcome = run_trial(&t);
	assert_string_equal(notes(), "preload=-12");
	assert_no_complaint(outcome);
}

static void preload_and_leave(void)
{
	radix_tree_preload(GFP_KERNEL);
}

static void a_preload_that_is_not_ended_is_held(void **state)
{
	assert_non_null(held_at_end(run_bodies(preload_and_leave, NULL, NULL),
				    FL_HELD_PRELOAD));
}

SUITE(radix_tree_tests,
      shows(items_are_found_on_both_sides_of_every_height),
      shows(an_index_that_is_taken_refuses_a_second_item),
      shows(an_item_that_stays_is_listed_at_the_end),
      shows(deleting_what_is_absent_gives_null),
      shows(a_tag_reaches_the_root_and_leaves_it),
      shows(a_deleted_item_takes_its_tag_along),
      shows(an_exceptional_entry_is_kept_and_replaced_bit_for_bit),
      shows(an_item_of_a_higher_order_is_under_every_index_it_covers),
      shows(a_higher_order_does_not_cover_what_is_there),
      shows(a_preload_can_be_refused),
      shows(a_preload_that_is_not_ended_is_held))
