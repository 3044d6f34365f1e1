// SPDX-License-Identifier: GPL-2.0-only
/*
 * What enters something into the page tables, for 4 KiB.
 *
 * Up to 4.14, a page of the device is entered read-only, and a store faults
 * once more for the permission to write. Here it is entered writable exactly
 * when the fault that enters it is a store, and that fault is saved. Later
 * kernels say themselves what a page is entered for.
 */
#include "memory/page_table_insert.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/freeze.h"
#include "fs/world.h"
#include "locks/preempt.h"
#include "memory/device_page.h"
#include "memory/page.h"
#include "memory/page_table_internal.h"
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pfn_t.h>
#include <linux/string.h>

static u8 stores[FL_TASKS_MAX + 1];	/* the task's fault is a store */

void page_table_forget_stores(void)
{
	memset(stores, 0, sizeof(stores));
}

void page_table_fault(int is_store)
{
	stores[task_number()] = is_store;
}

static void must_be_mapped(const struct vm_area_struct *vma,
			   unsigned long address, uintptr_t site)
{
	if (address < vma->vm_start || address >= vma->vm_end)
		run_end(FL_END_BUG, site,
			"page table entry outside of the mapping");
}

static void note(const struct vm_area_struct *vma, unsigned long address,
		 u64 entry, int error, uintptr_t site)
{
	trace(FL_EVENT_PTE_INSERT, vma->object, site, pgoff_of(vma, address),
	      block_of(entry), !!(entry & ENTRY_WRITE), 0, error);
}

static bool is_same(pte_t pte, u64 entry)
{
	return pte.pte >> PFN_SHIFT == entry >> PFN_SHIFT;
}

/* There is an entry: it may be written from now on, if it is the same page. */
static void permit(pte_t *pte, u64 entry, uintptr_t site)
{
	if (is_same(*pte, entry))
		pte->pte |= entry & (ENTRY_WRITE | ENTRY_DIRTY);
	else if (block_of(pte->pte) != -2)
		run_warn(site, "page made writable where another is mapped");
}

/*
 * Puts an entry for one page: -EBUSY if there is one, and it is left as it is;
 * but with @mkwrite it is made writable.
 */
static int enter(struct vm_area_struct *vma, unsigned long address, u64 entry,
		 bool mkwrite, uintptr_t site)
{
	struct table *table = table_of(vma);
	unsigned int i = pmd_index(table, address);
	int error = 0;
	pte_t *pte;

	must_be_mapped(vma, address, site);
	spin_lock(&vma->vm_mm->page_table_lock);
	if (table->pmds[i].pmd & ENTRY_HUGE) {
		/* With a page of RAM it is mm itself, which looks first. */
		error = -EBUSY;
		if (block_of(entry) != -1) {
			run_warn(site, "page entered under a huge pmd");
			error = -ENOMEM;
		}
		goto out;
	}
	pte = page_table_ptes(table, i) + pte_index(address);
	if (!(pte->pte & ENTRY_PRESENT)) {
		pte->pte = entry | ENTRY_PRESENT;
		table->mapped[i]++;
		if (block_of(entry) >= 0)
			device_page_map(entry >> PFN_SHIFT, site);
	} else if (mkwrite && HAVE_DAX_PAGE_REFS && !is_same(*pte, entry)) {
		permit(pte, entry, site);
		error = -EFAULT;
	} else if (mkwrite) {
		permit(pte, entry, site);
	} else {
		error = -EBUSY;
	}
out:
	spin_unlock(&vma->vm_mm->page_table_lock);
	if (!error && entry & ENTRY_WRITE && block_of(entry) >= 0)
		freeze_check(&world->sb, "storage is mapped writable", site);
	if (!error)
		check_mapped(vma, entry, 1, site);
	note(vma, address, entry, error, site);
	return error;
}

/* ---- pages of the device, and of zeroes ---- */

/* 0, -ENOMEM, or -EBUSY if something is mapped there already. */
static int insert_mixed(struct vm_area_struct *vma, unsigned long address,
			pfn_t pfn, u64 bits, bool mkwrite, uintptr_t site)
{
	u64 entry = (u64)pfn_t_to_pfn(pfn) << PFN_SHIFT | bits;
	int error;

	might_sleep_at(site);
	schedule_point(vma->object);
	error = inject(FL_POINT_PTE_INSERT, site);
	if (error == -EBUSY) {
		/* Somebody else's fault of the same page came first. */
		enter(vma, address & PAGE_MASK, entry, mkwrite, site);
		return -EBUSY;
	}
	if (error) {
		note(vma, address, entry, error, site);
		return error;
	}
	return enter(vma, address & PAGE_MASK, entry, mkwrite, site);
}

#define FOR_WRITING	(ENTRY_WRITE | ENTRY_DIRTY)

/* With errors, up to 4.18. */

static u64 write_bit(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_SHARED) && stores[task_number()] ?
		ENTRY_WRITE : 0;
}

static void must_be_mixed(const struct vm_area_struct *vma, uintptr_t site)
{
	if (!(vma->vm_flags & VM_MIXEDMAP))
		run_end(FL_END_BUG, site,
			"vm_insert_mixed() into a mapping without VM_MIXEDMAP");
}

int vm_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	must_be_mixed(vma, CALLER);
	return insert_mixed(vma, addr, pfn, write_bit(vma), false, CALLER);
}

int vm_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr,
			    pfn_t pfn)
{
	must_be_mixed(vma, CALLER);
	return insert_mixed(vma, addr, pfn, FOR_WRITING, true, CALLER);
}

/* With what a handler returns, from 4.17 on. */

static vm_fault_t vmf_insert(struct vm_area_struct *vma, unsigned long address,
			     pfn_t pfn, u64 bits, uintptr_t site)
{
	int error;

	if (!(vma->vm_flags & VM_MIXEDMAP) && !pfn_t_devmap(pfn) &&
	    !is_zero_pfn(pfn_t_to_pfn(pfn)))
		run_end(FL_END_BUG, site, "vmf_insert_mixed() of a page that "
					  "the mapping must not have");
	error = insert_mixed(vma, address, pfn, bits, bits != 0, site);
	return error == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_NOPAGE;
}

vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr,
			    pfn_t pfn)
{
	return vmf_insert(vma, addr, pfn, 0, CALLER);
}

vm_fault_t vmf_insert_mixed_mkwrite(struct vm_area_struct *vma,
				    unsigned long addr, pfn_t pfn)
{
	return vmf_insert(vma, addr, pfn, FOR_WRITING, CALLER);
}

#if HAVE_DAX_PAGE_REFS
/* From 6.15 on: a page, which must be somebody's while it is entered. */
vm_fault_t vmf_insert_page_mkwrite(struct vm_fault *vmf, struct page *page,
				   bool write)
{
	int error;

	if (page_is_device(page) && !folio_ref_count(page_folio(page)))
		return VM_FAULT_SIGBUS;
	error = insert_mixed(vmf->vma, vmf->address,
			     __pfn_to_pfn_t(page_to_pfn(page), 0),
			     write ? FOR_WRITING : 0, write, CALLER);
	if (error == -ENOMEM)
		return VM_FAULT_OOM;
	return error && error != -EBUSY ? VM_FAULT_SIGBUS : VM_FAULT_NOPAGE;
}
#endif

/* ---- pages of RAM ---- */

int page_table_map_page(struct vm_area_struct *vma, unsigned long address,
			struct page *page, int writable, uintptr_t site)
{
	u64 entry = (u64)page_to_pfn(page) << PFN_SHIFT |
		    (writable ? ENTRY_WRITE : 0);

	schedule_point(vma->object);
	if (inject(FL_POINT_PTE_ALLOC, site))
		return -ENOMEM;
	return enter(vma, address & PAGE_MASK, entry, false, site);
}

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr,
		   struct page *page)
{
	bool writable = (vma->vm_flags & VM_SHARED) && stores[task_number()];
	int error = page_table_map_page(vma, addr, page, writable, CALLER);

	if (!error)
		get_page(page);
	return error;
}

/*
 * Maps what a fault handler has prepared: a private copy, or its page. The
 * reference becomes the entry's if it succeeds.
 */
vm_fault_t finish_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	bool store = vmf->flags & FAULT_FLAG_WRITE;
	struct page *page = store && !(vma->vm_flags & VM_SHARED) ?
		vmf->cow_page : vmf->page;
	u64 entry = (u64)page_to_pfn(page) << PFN_SHIFT |
		    (store ? FOR_WRITING : 0);
	int error;

	might_sleep_at(CALLER);
	schedule_point(vma->object);
	if (inject(FL_POINT_PTE_ALLOC, CALLER)) {
		note(vma, vmf->address, entry, -ENOMEM, CALLER);
		return VM_FAULT_OOM;
	}
	error = enter(vma, vmf->address & PAGE_MASK, entry, false, CALLER);
	return error ? VM_FAULT_NOPAGE : 0;
}

/* By hand: puts back what ptep_clear_flush() took out, or enters it. */
void set_pte_at(struct mm_struct *mm, unsigned long address, pte_t *ptep,
		pte_t value)
{
	unsigned int i;
	struct table *table = page_table_of_pte(ptep, &i);
	bool changed;

	page_table_must_lock("set_pte_at()", CALLER);
	if (!table)
		run_end(FL_END_OOPS, CALLER, "set_pte_at() of no entry");
	changed = ptep->pte >> PFN_SHIFT == value.pte >> PFN_SHIFT;
	if (!(ptep->pte & ENTRY_PRESENT) && (value.pte & ENTRY_PRESENT))
		table->mapped[i]++;
	*ptep = value;
	if (changed)
		trace(FL_EVENT_PTE_PROTECT, table->vma->object, CALLER,
		      pgoff_of(table->vma, address),
		      !!(value.pte & ENTRY_WRITE), 0, 0, 0);
	else
		note(table->vma, address, value.pte, 0, CALLER);
}
