// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking write permission away, as fsync() of later kernels does, and the
 * calls that change page tables without an access.
 *
 * The embedded slice makes none of these calls, so the bodies do.
 */
#include "trial.h"
#include "fs/syscalls.h"
#include "fs/world.h"
#include "memory/page.h"
#include "memory/page_table.h"
#include "memory/page_table_protect.h"
#include "memory/page_table_remove.h"
#include "memory/uaccess.h"
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/rmap.h>
#include <linux/string.h>
#include <linux/uio.h>

#define BLOCK	4096ll
#define PMD	(512 * BLOCK)

static struct fl_op_result driven[3];

static void drive(enum fl_op_kind kind, uint64_t pos, unsigned int nth)
{
	struct fl_op op = {
		.kind = kind, .pos = pos, .length = 1, .fill = 0x5a,
	};

	memset(&driven[nth], 0, sizeof(driven[nth]));
	syscall_make(&op, &driven[nth]);
}

static const struct fl_outcome *run_small(task_body body)
{
	struct trial t = trial_of_ops(FL_FS_EXT2, 4 * BLOCK);

	trial_extent(&t, 0, 2, 0x11, 0);
	t.bodies[0] = body;
	return run_trial(&t);
}

static const struct fl_outcome *run_huge(task_body body)
{
	struct trial t = trial_of_ops(FL_FS_STRICT, PMD);

	t.geometry.device_blocks = 2048;
	t.geometry.vma_pages = 512;
	trial_extent(&t, 0, 512, 0x22, FL_EXTENT_PMD_ALIGNED);
	t.bodies[0] = body;
	return run_trial(&t);
}

static struct address_space *mapping(void)
{
	return world_inode()->i_mapping;
}

static unsigned long pfn_at(struct vm_area_struct *vma, pgoff_t pgoff)
{
	return page_to_pfn(page_table_find(vma, vma->vm_start +
					   pgoff * PAGE_SIZE).page);
}

/* All mappings of the file, as dax_writeback_one() goes through them. */
static int clean(pgoff_t pgoff, unsigned long count)
{
	unsigned long pfn = pfn_at(world_vma(0), pgoff);
	struct vm_area_struct *vma;
	int cleaned = 0;

	i_mmap_lock_read(mapping());
	vma_interval_tree_foreach(vma, &mapping()->i_mmap, pgoff,
				  pgoff + count - 1)
		cleaned += pfn_mkclean_range(pfn, count, pgoff, vma);
	i_mmap_unlock_read(mapping());
	return cleaned;
}

static void store_clean_store(void)
{
	drive(FL_OP_WRITE_FAULT, 0, 0);
	note_number("cleaned", clean(0, 1));
	note_number(" again", clean(0, 1));
	drive(FL_OP_READ_FAULT, 0, 1);
	drive(FL_OP_WRITE_FAULT, 1, 2);
}

static void a_cleaned_page_faults_at_the_next_store_only(void **state)
{
	const struct fl_outcome *outcome = run_small(store_clean_store);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "cleaned=1 again=0");
	assert_int_equal(driven[1].entries, 0);
	assert_int_equal(driven[2].entries, 1);
	assert_int_equal(driven[2].value, 0);
	assert_int_equal(outcome->mappings[0].writable, 1);
}

static void store_huge_clean_store(void)
{
	drive(FL_OP_PMD_WRITE_FAULT, 0, 0);
	note_number("cleaned", clean(0, 512));
	note_number(" again", clean(0, 512));
	note_number(" writable",
		    page_table_find(world_vma(0),
				    world_vma(0)->vm_start).writable);
}

static void a_huge_entry_is_cleaned_as_one(void **state)
{
	const struct fl_outcome *outcome = run_huge(store_huge_clean_store);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "cleaned=1 again=0 writable=0");
	assert_int_equal(outcome->mappings[0].order, 9);
	assert_int_equal(outcome->mappings[0].writable, 0);
}

/*
 * Between looking at an entry and taking the lock, a truncation may have been
 * there: the kernel compares (pte_same()), and so has the machine to.
 */
static void answer_too_late(void)
{
	struct vm_area_struct *vma = world_vma(1);
	struct page *seen, *copy;

	drive(FL_OP_PRIVATE_READ_FAULT, 0, 0);
	seen = page_table_find(vma, vma->vm_start).page;
	page_table_zap(vma, 0, 1, 1);
	copy = page_take(0);
	note_number("replaced",
		    page_table_replace(vma, vma->vm_start, seen, copy));
	page_drop(copy, 0);
	note_number(" permitted",
		    page_table_protect(vma, vma->vm_start, seen, true));
	note_number(" mapped", !!page_table_find(vma, vma->vm_start).page);
}

static void what_was_unmapped_meanwhile_is_neither_copied_nor_permitted(
	void **state)
{
	const struct fl_outcome *outcome = run_small(answer_too_late);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "replaced=0 permitted=0 mapped=0");
	assert_int_equal(count_leaks(outcome, FL_LEAK_PAGE), 0);
}

static void clean_a_private_copy(void)
{
	struct vm_area_struct *vma = world_vma(1);

	drive(FL_OP_PRIVATE_WRITE_FAULT, 0, 0);
	note_number("cleaned", pfn_mkclean_range(pfn_at(vma, 0), 1, 0, vma));
}

static void a_private_copy_stays_writable(void **state)
{
	const struct fl_outcome *outcome = run_small(clean_a_private_copy);

	assert_string_equal(notes(), "cleaned=0");
	assert_int_equal(outcome->mappings[0].writable, 1);
}

/* As dax_entry_mkclean() does it. */
static void protect_by_hand(void)
{
	struct vm_area_struct *vma = world_vma(0);
	struct mmu_notifier_range range;
	spinlock_t *ptl;
	pte_t *ptep = NULL;
	pmd_t *pmdp = NULL;
	pte_t pte;

	drive(FL_OP_WRITE_FAULT, 0, 0);
	note_number("nothing", follow_invalidate_pte(vma->vm_mm,
			vma->vm_start + PAGE_SIZE, &range, &ptep, &pmdp, &ptl));
	if (follow_invalidate_pte(vma->vm_mm, vma->vm_start, &range, &ptep,
				  &pmdp, &ptl))
		return;
	note_number(" device", pte_pfn(*ptep) == pfn_at(vma, 0));
	pte = ptep_clear_flush(vma, vma->vm_start, ptep);
	note_number(" present", pte_present(*ptep));
	set_pte_at(vma->vm_mm, vma->vm_start, ptep,
		   pte_mkclean(pte_wrprotect(pte)));
	note_number(" write", pte_write(*ptep));
	pte_unmap_unlock(ptep, ptl);
	drive(FL_OP_WRITE_FAULT, 0, 1);
}

static void an_entry_can_be_changed_by_hand(void **state)
{
	const struct fl_outcome *outcome = run_small(protect_by_hand);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(),
			    "nothing=-22 device=1 present=0 write=0");
	assert_int_equal(driven[1].entries, 1);
	assert_int_equal(outcome->nr_mappings, 1);
	assert_no_complaint(outcome);
}

static void protect_huge_by_hand(void)
{
	struct vm_area_struct *vma = world_vma(0);
	struct mmu_notifier_range range;
	spinlock_t *ptl;
	pte_t *ptep = NULL;
	pmd_t *pmdp = NULL;
	pmd_t pmd;

	drive(FL_OP_PMD_WRITE_FAULT, 0, 0);
	if (follow_pte_pmd(vma->vm_mm, vma->vm_start, &range, &ptep, &pmdp,
			   &ptl))
		return;
	note_number("huge", pmdp && !ptep);
	pmd = pmdp_invalidate(vma, vma->vm_start, pmdp);
	set_pmd_at(vma->vm_mm, vma->vm_start, pmdp,
		   pmd_mkclean(pmd_wrprotect(pmd)));
	note_number(" write", pmd_write(*pmdp));
	spin_unlock(ptl);
}

static void a_huge_entry_too(void **state)
{
	const struct fl_outcome *outcome = run_huge(protect_huge_by_hand);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "huge=1 write=0");
	assert_int_equal(count_events(outcome, FL_EVENT_PTE_PROTECT), 1);
	assert_int_equal(count_events(outcome, FL_EVENT_PMD_INSERT), 1);
}

static void change_without_the_lock(void)
{
	struct vm_area_struct *vma = world_vma(0);
	spinlock_t *ptl;
	pte_t *ptep;

	drive(FL_OP_WRITE_FAULT, 0, 0);
	if (page_table_follow(vma->vm_mm, vma->vm_start, &ptep, NULL, &ptl))
		return;
	spin_unlock(ptl);
	set_pte_at(vma->vm_mm, vma->vm_start, ptep, pte_wrprotect(*ptep));
}

static void but_not_without_the_lock(void **state)
{
	const struct fl_outcome *outcome = run_small(change_without_the_lock);

	assert_int_equal(count_events(outcome, FL_EVENT_MISUSE), 1);
}

static void unmap_two_pages(void)
{
	drive(FL_OP_READ_FAULT, 0, 0);
	drive(FL_OP_PRIVATE_READ_FAULT, BLOCK, 1);
	drive(FL_OP_PRIVATE_WRITE_FAULT, 0, 2);
	unmap_mapping_pages(mapping(), 0, 2, false);
}

static void unmapping_pages_leaves_private_copies(void **state)
{
	const struct fl_outcome *outcome = run_small(unmap_two_pages);

	assert_int_equal(outcome->nr_mappings, 1);
	assert_int_equal(outcome->mappings[0].private_vma, 1);
	assert_int_equal(outcome->mappings[0].device_block, -1);
}

/* A copy that the handler maps itself, as later kernels' do. */
static void finish_twice(void)
{
	struct vm_area_struct *vma = world_vma(1);
	struct vm_fault vmf = {
		.vma = vma, .address = vma->vm_start,
		.flags = FAULT_FLAG_WRITE,
		.pmd = page_table_pmd(vma, vma->vm_start),
	};

	vmf.cow_page = alloc_page(GFP_KERNEL);
	note_number("first", finish_fault(&vmf));
	vmf.cow_page = alloc_page(GFP_KERNEL);
	note_number(" second", finish_fault(&vmf) == VM_FAULT_NOPAGE);
	put_page(vmf.cow_page);
}

static void a_fault_is_finished_once(void **state)
{
	const struct fl_outcome *outcome = run_small(finish_twice);

	assert_end(outcome, FL_END_FINISHED);
	assert_string_equal(notes(), "first=0 second=1");
	assert_int_equal(outcome->nr_mappings, 1);
	assert_int_equal(outcome->mappings[0].writable, 1);
	assert_int_equal(count_leaks(outcome, FL_LEAK_PAGE), 0);
}

static void advance_and_go_back(void)
{
	struct iov_iter iter;

	iter_open(&iter, READ, 100, 10, 0);
	iov_iter_advance(&iter, 6);
	iov_iter_revert(&iter, 4);
	note_number("left", iov_iter_count(&iter));
	note_number(" at", iter.pos);
	iov_iter_revert(&iter, 3);
}

static void an_iterator_goes_back_no_further_than_it_came(void **state)
{
	const struct fl_outcome *outcome = run_small(advance_and_go_back);

	assert_string_equal(notes(), "left=8 at=102");
	assert_int_equal(count_events(outcome, FL_EVENT_MISUSE), 1);
}

SUITE(write_protect_tests,
      shows(a_cleaned_page_faults_at_the_next_store_only),
      shows(a_huge_entry_is_cleaned_as_one),
      shows(what_was_unmapped_meanwhile_is_neither_copied_nor_permitted),
      shows(a_private_copy_stays_writable),
      shows(an_entry_can_be_changed_by_hand),
      shows(a_huge_entry_too),
      shows(but_not_without_the_lock),
      shows(unmapping_pages_leaves_private_copies),
      shows(a_fault_is_finished_once),
      shows(an_iterator_goes_back_no_further_than_it_came))
