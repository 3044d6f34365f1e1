/* SPDX-License-Identifier: GPL-2.0-only */
/* Page table entries for 2 MiB. */
#ifndef _LINUX_HUGE_MM_H
#define _LINUX_HUGE_MM_H

#include <linux/mm_types.h>

struct vm_fault;

#if HAVE_VMF_INSERT_PMD_VMF
vm_fault_t vmf_insert_pfn_pmd(struct vm_fault *vmf, pfn_t pfn, bool write);
#else
vm_fault_t vmf_insert_pfn_pmd(struct vm_area_struct *vma, unsigned long addr,
			      pmd_t *pmd, pfn_t pfn, bool write);
#endif
vm_fault_t vmf_insert_folio_pmd(struct vm_fault *vmf, struct folio *folio,
				bool write);
void split_huge_pmd(struct vm_area_struct *vma, pmd_t *pmd,
		    unsigned long address);
struct page *mm_get_huge_zero_page(struct mm_struct *mm);
struct folio *mm_get_huge_zero_folio(struct mm_struct *mm);
struct page *get_huge_zero_page(void);
void put_huge_zero_page(void);
int is_huge_zero_page(struct page *page);
int is_huge_zero_pmd(pmd_t pmd);
#define is_huge_zero_folio(folio)	is_huge_zero_page(&(folio)->page)

#endif
