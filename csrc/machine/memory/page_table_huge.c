// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page table entries for 2 MiB: what enters, changes and splits them, and the
 * huge page of zeroes.
 */
#include "core/inject.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "memory/device_page.h"
#include "memory/page.h"
#include "memory/page_table_internal.h"
#include "memory/page_table_remove.h"
#include "memory/shadow.h"
#include <linux/errno.h>
#include <linux/huge_mm.h>
#include <linux/mm.h>
#include <linux/pfn_t.h>

static void note(const struct vm_area_struct *vma, unsigned long address,
		 u64 entry, int result, uintptr_t site)
{
	trace(FL_EVENT_PMD_INSERT, vma->object, site,
	      pgoff_of(vma, address & PMD_MASK), block_of(entry),
	      !!(entry & ENTRY_WRITE), 0, result);
}

static void must_be_mapped(const struct vm_area_struct *vma,
			   unsigned long address, uintptr_t site)
{
	if (address < vma->vm_start || address >= vma->vm_end)
		run_end(FL_END_BUG, site,
			"page table entry outside of the mapping");
}

/* Under the lock; what is there stays, but may become writable. */
static int enter(pmd_t *pmd, u64 entry, uintptr_t site)
{
#if HAVE_VMF_INSERT_PMD_VMF
	if (pmd_none(*pmd)) {
		pmd->pmd = entry;
		if (block_of(entry) >= 0)
			device_page_map(entry >> PFN_SHIFT, site);
	} else if (entry & ENTRY_WRITE) {
		if (pmd_pfn(*pmd) == entry >> PFN_SHIFT)
			pmd->pmd = entry;
		else if (!is_huge_zero_pmd(*pmd))
			run_warn(site, "pmd made writable where another is");
	}
#else
	if (pmd->pmd & ENTRY_TABLE) {
		run_warn(site, "huge pmd entered over a page table");
		return VM_FAULT_FALLBACK;
	}
	pmd->pmd = entry;
#endif
	return VM_FAULT_NOPAGE;
}

static int insert(struct vm_area_struct *vma, unsigned long address, pmd_t *pmd,
		  pfn_t pfn, bool write, uintptr_t site)
{
	u64 entry = (u64)pfn_t_to_pfn(pfn) << PFN_SHIFT | ENTRY_PRESENT |
		    ENTRY_HUGE | (HAVE_DAX_PAGE_REFS ? 0 : ENTRY_DEVICE) |
		    (write ? ENTRY_WRITE | ENTRY_DIRTY : 0);
	int error = 0, result;

	schedule_point(vma->object);
	if (HAVE_PMD_FAULT)
		error = inject(FL_POINT_PMD_INSERT, site);
	else if (page_table_deposit(site))
		error = -ENOMEM;
	if (error) {
		result = error == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_FALLBACK;
	} else if (pfn_t_to_pfn(pfn) % PTES) {
		run_end(FL_END_BUG, site, "huge pmd of an unaligned pfn");
	} else {
		spinlock_t *ptl = pmd_lock(vma->vm_mm, pmd);

		must_be_mapped(vma, address & PMD_MASK, site);
		pmd_changes(pmd);
		result = enter(pmd, entry, site);
		spin_unlock(ptl);
		check_mapped(vma, entry, PTES, site);
	}
	note(vma, address, entry, result, site);
	return result;
}

#if HAVE_VMF_INSERT_PMD_VMF

vm_fault_t vmf_insert_pfn_pmd(struct vm_fault *vmf, pfn_t pfn, bool write)
{
	return insert(vmf->vma, vmf->address, vmf->pmd, pfn, write, CALLER);
}

#if HAVE_DAX_PAGE_REFS
vm_fault_t vmf_insert_folio_pmd(struct vm_fault *vmf, struct folio *folio,
				bool write)
{
	if (!is_huge_zero_folio(folio) &&
	    folio_order(folio) != HPAGE_PMD_ORDER) {
		run_warn(CALLER, "a folio of another order as a huge pmd");
		return VM_FAULT_SIGBUS;
	}
	return insert(vmf->vma, vmf->address, vmf->pmd,
		      __pfn_to_pfn_t(folio_pfn(folio), 0), write, CALLER);
}
#endif

#else

vm_fault_t vmf_insert_pfn_pmd(struct vm_area_struct *vma, unsigned long addr,
			      pmd_t *pmd, pfn_t pfn, bool write)
{
	return insert(vma, addr, pmd, pfn, write, CALLER);
}

#endif

/* By hand: puts back what pmdp_invalidate() took out, or enters it. */
void set_pmd_at(struct mm_struct *mm, unsigned long address, pmd_t *pmd,
		pmd_t value)
{
	struct table *table = page_table_of_pmd(pmd);
	bool changed;

	page_table_must_lock("set_pmd_at()", CALLER);
	shadow_check(pmd, sizeof(*pmd), 1, CALLER);
	changed = (pmd->pmd & ENTRY_HUGE) &&
		  pmd_pfn(*pmd) == pmd_pfn(value);
	pmd_changes(pmd);
	*pmd = value;
	if (changed) {
		huge_permits(table->vma, address, pmd);
		trace(FL_EVENT_PTE_PROTECT, table->vma->object, CALLER,
		      pgoff_of(table->vma, address & PMD_MASK),
		      !!(value.pmd & ENTRY_WRITE), 0, 0, 0);
	} else {
		page_table_must_have_deposit(pmd, CALLER);
		note(table->vma, address, value.pmd, VM_FAULT_NOPAGE, CALLER);
	}
}

/* What is file-backed need not be kept in pieces: the next access faults. */
void split_huge_pmd(struct vm_area_struct *vma, pmd_t *pmd,
		    unsigned long address)
{
	struct table *table = table_of(vma);

	schedule_point(vma->object);
	look_at(vma, address & PMD_MASK, PTES);
	if (!(pmd->pmd & ENTRY_HUGE))
		return;
	spin_lock(&vma->vm_mm->page_table_lock);
	page_table_clear_huge(table, pmd_index(table, address),
			      FL_EVENT_PMD_SPLIT, CALLER);
	spin_unlock(&vma->vm_mm->page_table_lock);
}

/* ---- the page of zeroes ---- */

/* Its one frame is made with the machine; none can be had when this fails. */
struct page *mm_get_huge_zero_page(struct mm_struct *mm)
{
	return inject(FL_POINT_ZERO_PAGE, CALLER) ? NULL : page_huge_zero();
}

struct folio *mm_get_huge_zero_folio(struct mm_struct *mm)
{
	return inject(FL_POINT_ZERO_PAGE, CALLER) ?
		NULL : page_folio(page_huge_zero());
}

struct page *get_huge_zero_page(void)
{
	return inject(FL_POINT_ZERO_PAGE, CALLER) ? NULL : page_huge_zero();
}

void put_huge_zero_page(void)
{
}
