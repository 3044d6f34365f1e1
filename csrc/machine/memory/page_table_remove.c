// SPDX-License-Identifier: GPL-2.0-only
/*
 * What takes something out of the page tables: unmapping of a range of the
 * file, and the replacement of a page by a private copy.
 */
#include "memory/page_table_remove.h"
#include "core/access_set.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include "memory/device_page.h"
#include "memory/page.h"
#include "memory/page_table_internal.h"
#include <linux/kernel.h>
#include <linux/mm.h>

int page_table_clear_huge(struct table *table, unsigned int i,
			  enum fl_event_kind event, uintptr_t site)
{
	u64 entry = table->pmds[i].pmd;

	if (!(entry & ENTRY_HUGE))
		return 0;
	pmd_changes(&table->pmds[i]);
	table->pmds[i].pmd = 0;
	/* The event is of the step that changes it; others may run below. */
	trace(event, table->vma->object, site,
	      pgoff_of(table->vma, table->base + i * PMD_SIZE), 0, 0, 0, 0);
	if (block_of(entry) >= 0)
		device_page_unmap(entry >> PFN_SHIFT, site);
	return 1;
}

void page_table_clear(struct table *table, unsigned int i, unsigned int j,
		      uintptr_t site)
{
	u64 entry = table->ptes[i][j].pte;

	table->ptes[i][j].pte = 0;
	table->mapped[i]--;
	trace(FL_EVENT_PTE_CLEAR, table->vma->object, site,
	      pgoff_of(table->vma,
		       table->base + i * PMD_SIZE + j * PAGE_SIZE), 0, 0, 0, 0);
	if (block_of(entry) == -1)
		page_drop(pfn_to_page(entry >> PFN_SHIFT), site);
	else if (block_of(entry) >= 0)
		device_page_unmap(entry >> PFN_SHIFT, site);
}

/*
 * Whether nothing is mapped from @address to @last. The kernel takes no lock
 * where there is no page table; nobody can tell that from a table that is empty
 * here, and one that looked further would have to note that, too. Of other
 * pages it sees how many there are, and no more: AccessSetTests knows it by name.
 */
static noinline bool is_unmapped(const struct table *table,
				 unsigned long address, unsigned long last)
{
	while (address < last) {
		unsigned int i = pmd_index(table, address);
		unsigned long next = min((address & PMD_MASK) + PMD_SIZE, last);

		if (table->pmds[i].pmd & ENTRY_HUGE)
			return false;
		for (; table->mapped[i] && address < next; address += PAGE_SIZE)
			if (table->ptes[i][pte_index(address)].pte &
			    ENTRY_PRESENT)
				return false;
		address = next;
	}
	return true;
}

/* A private copy belongs to the process: no truncation of the page cache's. */
static int is_private_copy(u64 entry)
{
	return block_of(entry) == -1 &&
	       !pfn_to_page(entry >> PFN_SHIFT)->mapping;
}

static void zap(struct vm_area_struct *vma, pgoff_t first, pgoff_t end,
		int even_cows, uintptr_t site)
{
	struct table *table = table_of(vma);
	pgoff_t vma_end = vma->vm_pgoff +
			  ((vma->vm_end - vma->vm_start) >> PAGE_SHIFT);
	unsigned long address, last;

	first = max_t(pgoff_t, first, vma->vm_pgoff);
	end = min_t(pgoff_t, end, vma_end);
	if (first >= end)
		return;
	access_note(FL_THING_PAGES, vma->object, first, end - 1, 0);
	address = vma->vm_start + ((first - vma->vm_pgoff) << PAGE_SHIFT);
	last = vma->vm_start + ((end - vma->vm_pgoff) << PAGE_SHIFT);
	if (is_unmapped(table, address, last))
		return;

	spin_lock(&vma->vm_mm->page_table_lock);
	while (address < last) {
		unsigned int i = pmd_index(table, address);
		unsigned int j = pte_index(address);
		unsigned long next = (address & PMD_MASK) + PMD_SIZE;

		next = min(next, last);
		page_table_clear_huge(table, i, next - address == PMD_SIZE ?
				      FL_EVENT_PMD_CLEAR : FL_EVENT_PMD_SPLIT,
				      site);
		for (; table->mapped[i] && address < next;
		     address += PAGE_SIZE, j++)
			if ((table->ptes[i][j].pte & ENTRY_PRESENT) &&
			    (even_cows ||
			     !is_private_copy(table->ptes[i][j].pte)))
				page_table_clear(table, i, j, site);
		address = next;
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
}

void page_table_zap(struct vm_area_struct *vma, pgoff_t first, pgoff_t end,
		    int even_cows)
{
	schedule_point(vma->object);
	zap(vma, first, end, even_cows, 0);
}

/* Nobody has mapped another file than the one that ops are about. */
static bool is_mapped(const struct address_space *mapping)
{
	return !world->inode || mapping == world->inode->i_mapping;
}

static void unmap_pages(struct address_space *mapping, pgoff_t first,
			pgoff_t end, int even_cows, uintptr_t site)
{
	i_mmap_lock_write(mapping);
	for (int i = 0; is_mapped(mapping) && i < 2; i++) {
		schedule_point(world->vma[i].object);
		zap(&world->vma[i], first, end, even_cows, site);
	}
	i_mmap_unlock_write(mapping);
}

void unmap_mapping_range(struct address_space *mapping, loff_t const begin,
			 loff_t const length, int even_cows)
{
	pgoff_t end = length ? (begin + length + PAGE_SIZE - 1) >> PAGE_SHIFT :
			       ~0ul;

	trace(FL_EVENT_UNMAP_RANGE, mapping->object, CALLER, begin, length,
	      even_cows, 0, 0);
	unmap_pages(mapping, begin >> PAGE_SHIFT, end, even_cows, CALLER);
}

void unmap_mapping_pages(struct address_space *mapping, pgoff_t start,
			 pgoff_t count, bool even_cows)
{
	bool to_the_end = !count || start + count < start;

	trace(FL_EVENT_UNMAP_RANGE, mapping->object, CALLER,
	      (loff_t)start << PAGE_SHIFT,
	      to_the_end ? 0 : (loff_t)count << PAGE_SHIFT, even_cows, 0, 0);
	unmap_pages(mapping, start, to_the_end ? ~0ul : start + count,
		    even_cows, CALLER);
}

bool page_table_replace(struct vm_area_struct *vma, unsigned long address,
			const struct page *page, struct page *copy)
{
	struct table *table = table_of(vma);
	unsigned int i = pmd_index(table, address);
	bool is_same;
	pte_t *pte;

	spin_lock(&vma->vm_mm->page_table_lock);
	is_same = page_table_look(vma, address).page == page;
	if (is_same) {
		page_table_clear_huge(table, i, FL_EVENT_PMD_SPLIT, 0);
		pte = page_table_ptes(table, i) + pte_index(address);
		if (pte->pte & ENTRY_PRESENT)
			page_table_clear(table, i, pte_index(address), 0);
		pte->pte = (u64)page_to_pfn(copy) << PFN_SHIFT |
			   ENTRY_PRESENT | ENTRY_WRITE;
		table->mapped[i]++;
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	if (is_same)
		trace(FL_EVENT_PTE_INSERT, vma->object, 0,
		      pgoff_of(vma, address), -1, 1, 0, 0);
	return is_same;
}
