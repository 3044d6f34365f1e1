/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page table entries: what they say, and how to change one. There is one lock
 * for all of them, mm_struct.page_table_lock.
 */
#ifndef _LINUX_PGTABLE_H
#define _LINUX_PGTABLE_H

#include <linux/mm_types.h>

/* What an entry says. */
int pte_none(pte_t pte);
int pte_present(pte_t pte);
int pte_write(pte_t pte);
int pte_dirty(pte_t pte);
unsigned long pte_pfn(pte_t pte);
int pmd_none(pmd_t pmd);
int pmd_present(pmd_t pmd);
int pmd_write(pmd_t pmd);
int pmd_dirty(pmd_t pmd);
unsigned long pmd_pfn(pmd_t pmd);
int pmd_trans_huge(pmd_t pmd);
int pmd_devmap(pmd_t pmd);
#define pmd_leaf(pmd)		(pmd_trans_huge(pmd) || pmd_devmap(pmd))

/* Values of entries. */
pte_t pfn_pte(unsigned long pfn, pgprot_t protection);
pte_t pte_wrprotect(pte_t pte);
pte_t pte_mkclean(pte_t pte);
pte_t pte_mkdirty(pte_t pte);
pte_t pte_mkyoung(pte_t pte);
pmd_t pfn_pmd(unsigned long pfn, pgprot_t protection);
pmd_t mk_pmd(struct page *page, pgprot_t protection);
pmd_t pmd_mkhuge(pmd_t pmd);
pmd_t pmd_mkdevmap(pmd_t pmd);
pmd_t pmd_wrprotect(pmd_t pmd);
pmd_t pmd_mkclean(pmd_t pmd);
pmd_t pmd_mkdirty(pmd_t pmd);
pmd_t pmd_mkyoung(pmd_t pmd);
pmd_t pmd_mkwrite(pmd_t pmd);

/* Entries in their tables: under the lock. */
void set_pte_at(struct mm_struct *mm, unsigned long address, pte_t *ptep,
		pte_t value);
pte_t ptep_clear_flush(struct vm_area_struct *vma, unsigned long address,
		       pte_t *ptep);
void set_pmd_at(struct mm_struct *mm, unsigned long address, pmd_t *pmd,
		pmd_t value);
pmd_t pmdp_invalidate(struct vm_area_struct *vma, unsigned long address,
		      pmd_t *pmdp);
#define pmdp_huge_clear_flush(vma, address, pmdp) \
	pmdp_invalidate(vma, address, pmdp)

static inline spinlock_t *pmd_lock(struct mm_struct *mm, pmd_t *pmd)
{
	spin_lock(&mm->page_table_lock);
	return &mm->page_table_lock;
}

#define pmd_lockptr(mm, pmd)	(&(mm)->page_table_lock)
#define pte_lockptr(mm, pmd)	(&(mm)->page_table_lock)
#define pte_unmap(pte)		((void)(pte))
#define pte_unmap_unlock(pte, ptl)	((void)(pte), spin_unlock(ptl))

/* No cache holds what is not in memory too. */
#define flush_cache_page(vma, address, pfn)	((void)(pfn))
#define flush_cache_range(vma, start, end)	((void)(start))
#define flush_tlb_range(vma, start, end)	((void)(start))
#define update_mmu_cache_pmd(vma, address, pmd)	((void)(pmd))

/* The page of zeroes that stands for holes. */
struct page *page_zero(void);
#define ZERO_PAGE(address)	((void)(address), page_zero())
#define my_zero_pfn(address)	page_to_pfn(ZERO_PAGE(address))
#define is_zero_pfn(pfn)	((pfn) == page_to_pfn(page_zero()))

/* Memory set aside for splitting a huge entry, where a world asks for it. */
bool arch_needs_pgtable_deposit(void);
void pgtable_trans_huge_deposit(struct mm_struct *mm, pmd_t *pmd,
				pgtable_t pgtable);
pgtable_t pte_alloc_one(struct mm_struct *mm);
void pte_free(struct mm_struct *mm, pgtable_t pgtable);
#define mm_inc_nr_ptes(mm)	((void)(mm))

#endif
