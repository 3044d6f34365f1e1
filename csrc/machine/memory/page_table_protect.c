// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write permission of entries that stay: given by a fault, taken away so that
 * the next store is seen, as fsync() does.
 */
#include "memory/page_table_protect.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "memory/page_table.h"
#include "memory/page_table_internal.h"
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rmap.h>

static void note(const struct vm_area_struct *vma, unsigned long address,
		 int writable, uintptr_t site)
{
	trace(FL_EVENT_PTE_PROTECT, vma->object, site, pgoff_of(vma, address),
	      writable, 0, 0, 0);
}

bool page_table_protect(struct vm_area_struct *vma, unsigned long address,
			const struct page *page, bool writable)
{
	struct table *table = table_of(vma);
	unsigned int i = pmd_index(table, address);
	struct translation now;
	u64 *entry;

	spin_lock(&vma->vm_mm->page_table_lock);
	now = page_table_look(vma, address);
	if (now.page == page) {
		entry = now.order ? &table->pmds[i].pmd :
			&table->ptes[i][pte_index(address)].pte;
		*entry = (*entry & ~ENTRY_WRITE) | (writable ? ENTRY_WRITE : 0);
		if (now.order)
			huge_permits(vma, address, &table->pmds[i]);
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	if (now.page == page)
		note(vma, address, writable, 0);
	return now.page == page;
}

#if HAVE_FAULT_ADDRESS

/* For a ->pfn_mkwrite() that gives the permission itself. */
vm_fault_t finish_mkwrite_fault(struct vm_fault *vmf)
{
	struct page *page = pfn_to_page(vmf->orig_pte.pte >> PFN_SHIFT);

	return page_table_protect(vmf->vma, vmf->address, page, true) ?
	       0 : VM_FAULT_NOPAGE;
}

#endif

/* ---- by hand, under the lock ---- */

/* Not present from here on, until set_pte_at(). */
pte_t ptep_clear_flush(struct vm_area_struct *vma, unsigned long address,
		       pte_t *ptep)
{
	unsigned int i;
	struct table *table = page_table_of_pte(ptep, &i);
	pte_t old = *ptep;

	page_table_must_lock("ptep_clear_flush()", CALLER);
	if (table && (old.pte & ENTRY_PRESENT)) {
		ptep->pte &= ~ENTRY_PRESENT;
		table->mapped[i]--;
	}
	return old;
}

/* Not present from here on, until set_pmd_at(). */
pmd_t pmdp_invalidate(struct vm_area_struct *vma, unsigned long address,
		      pmd_t *pmdp)
{
	pmd_t old = *pmdp;

	page_table_must_lock("pmdp_invalidate()", CALLER);
	pmd_changes(pmdp);
	pmdp->pmd &= ~ENTRY_PRESENT;
	return old;
}

/* ---- all that maps some page frames ---- */

static int mkclean(u64 *entry, const struct vm_area_struct *vma,
		   unsigned long address, uintptr_t site)
{
	if (!(*entry & (ENTRY_WRITE | ENTRY_DIRTY)))
		return 0;
	*entry &= ~(ENTRY_WRITE | ENTRY_DIRTY);
	note(vma, address, 0, site);
	return 1;
}

/* Whether a present entry names one of these frames. */
static bool is_of(u64 entry, unsigned long pfn, unsigned long nr_pages)
{
	return (entry & ENTRY_PRESENT) &&
	       (entry >> PFN_SHIFT) - pfn < nr_pages;
}

int pfn_mkclean_range(unsigned long pfn, unsigned long nr_pages, pgoff_t pgoff,
		      struct vm_area_struct *vma)
{
	struct table *table = table_of(vma);
	pgoff_t first = max_t(pgoff_t, pgoff, vma->vm_pgoff);
	unsigned long address = vma->vm_start +
				((first - vma->vm_pgoff) << PAGE_SHIFT);
	unsigned long end = vma->vm_start +
			    ((pgoff + nr_pages - vma->vm_pgoff) << PAGE_SHIFT);
	int cleaned = 0;

	if (!(vma->vm_flags & VM_SHARED) || pgoff + nr_pages <= vma->vm_pgoff)
		return 0;
	schedule_point(vma->object);
	spin_lock(&vma->vm_mm->page_table_lock);
	for (end = min(end, vma->vm_end); address < end; address += PAGE_SIZE) {
		unsigned int i = pmd_index(table, address);
		u64 *entry = &table->pmds[i].pmd;

		if (*entry & ENTRY_HUGE) {
			if (is_of(*entry, pfn, nr_pages) &&
			    mkclean(entry, vma, address & PMD_MASK, CALLER)) {
				huge_permits(vma, address, &table->pmds[i]);
				cleaned++;
			}
			address |= PMD_SIZE - PAGE_SIZE;
			continue;
		}
		if (!table->mapped[i]) {
			address |= PMD_SIZE - PAGE_SIZE;
			continue;
		}
		entry = &table->ptes[i][pte_index(address)].pte;
		if (is_of(*entry, pfn, nr_pages))
			cleaned += mkclean(entry, vma, address, CALLER);
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
	return cleaned;
}
