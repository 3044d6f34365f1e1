/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults, page references, and what changes page tables. */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/mm_types.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/huge_mm.h>
#include <linux/mmap_lock.h>
#include <linux/page-flags.h>
#include <linux/pgtable.h>
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/wait.h>

struct inode;

/* vm_area_struct.vm_flags */
#define VM_READ		0x00000001
#define VM_WRITE	0x00000002
#define VM_EXEC		0x00000004
#define VM_SHARED	0x00000008
#define VM_MAYREAD	0x00000010
#define VM_MAYWRITE	0x00000020
#define VM_MAYSHARE	0x00000080
#define VM_PFNMAP	0x00000400
#define VM_SYNC		0x00800000
#define VM_MIXEDMAP	0x10000000
#define VM_HUGEPAGE	0x20000000
#define VM_NOHUGEPAGE	0x40000000

static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}

/* A mapping that is about to be, for later kernels: no MAP_SYNC here. */
#define VMA_SYNC_BIT			0
#define vma_desc_test(desc, bit)	((void)(desc), (void)(bit), 0)
/* Flags by the numbers of their bits; all of two, and one. */
#define VMA_SHARED_BIT			3
#define VMA_MAYWRITE_BIT		5
#define VMA_HUGEPAGE_BIT		29
#define vma_desc_test_all(desc, one, other) \
	(!(~(desc)->vm_flags & (BIT(one) | BIT(other))))
#define vma_desc_set_flags(desc, bit)	((void)((desc)->vm_flags |= BIT(bit)))

/* vm_fault.flags */
#define FAULT_FLAG_WRITE	0x01
#define FAULT_FLAG_MKWRITE	0x02
#define FAULT_FLAG_ALLOW_RETRY	0x04
#define FAULT_FLAG_RETRY_NOWAIT	0x08
#define FAULT_FLAG_KILLABLE	0x10
#define FAULT_FLAG_TRIED	0x20
#define FAULT_FLAG_USER		0x40
#define FAULT_FLAG_REMOTE	0x80
#define FAULT_FLAG_INSTRUCTION	0x100
#define FAULT_FLAG_INTERRUPTIBLE 0x200
#define FAULT_FLAG_UNSHARE	0x400
#define FAULT_FLAG_ORIG_PTE_VALID 0x800
#define FAULT_FLAG_VMA_LOCK	0x1000

#ifndef __user
#define __user
#endif

/* Whatever a tree's handlers know a fault by: no tree has all of it. */
struct vm_fault {
	struct vm_area_struct *vma;
	unsigned int flags;
	gfp_t gfp_mask;
	pgoff_t pgoff;
	unsigned long address;
	unsigned long real_address;
	void __user *virtual_address;
	pmd_t *pmd;
	pud_t *pud;
	union {
		pte_t orig_pte;
		pmd_t orig_pmd;
	};
	struct page *cow_page;
	struct page *page;
	void *entry;
	pte_t *pte;
	spinlock_t *ptl;
	pgtable_t prealloc_pte;
};

enum page_entry_size { PE_SIZE_PTE, PE_SIZE_PMD, PE_SIZE_PUD };

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
#if HAVE_FAULT_VMA
	vm_fault_t (*fault)(struct vm_area_struct *vma, struct vm_fault *vmf);
	vm_fault_t (*page_mkwrite)(struct vm_area_struct *vma,
				   struct vm_fault *vmf);
	vm_fault_t (*pfn_mkwrite)(struct vm_area_struct *vma,
				  struct vm_fault *vmf);
#else
	vm_fault_t (*fault)(struct vm_fault *vmf);
	vm_fault_t (*page_mkwrite)(struct vm_fault *vmf);
	vm_fault_t (*pfn_mkwrite)(struct vm_fault *vmf);
#endif
#if HAVE_PMD_FAULT
	vm_fault_t (*pmd_fault)(struct vm_area_struct *vma,
				unsigned long address, pmd_t *pmd,
				unsigned int flags);
#elif HAVE_HUGE_FAULT_ORDER
	vm_fault_t (*huge_fault)(struct vm_fault *vmf, unsigned int order);
#elif HAVE_HUGE_FAULT
	vm_fault_t (*huge_fault)(struct vm_fault *vmf,
				 enum page_entry_size pe_size);
#endif
};

#define PAGE_ALIGN(address)	ALIGN(address, PAGE_SIZE)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)

/* Page frames. */
void get_page(struct page *page);
void put_page(struct page *page);
int page_count(struct page *page);
#define page_ref_count(page)	page_count(page)
void *page_address(const struct page *page);
unsigned long page_to_pfn(const struct page *page);
struct page *pfn_to_page(unsigned long pfn);
int pfn_valid(unsigned long pfn);
#define folio_pfn(folio)	page_to_pfn(&(folio)->page)
#define folio_get(folio)	get_page(&(folio)->page)
#define folio_put(folio)	put_page(&(folio)->page)
#define folio_address(folio)	page_address(&(folio)->page)
struct page *virt_to_page(const void *address);
int set_page_dirty(struct page *page);
#define page_cache_release(page)	put_page(page)

#if HAVE_DAX_PAGE_REFS
/* Folios of a device, whose mappings and pins are counted. */
#define pfn_folio(pfn)		page_folio(pfn_to_page(pfn))
int folio_ref_count(const struct folio *folio);
int folio_mapcount(const struct folio *folio);
void folio_ref_inc(struct folio *folio);
unsigned int folio_order(const struct folio *folio);
void folio_reset_order(struct folio *folio);
void prep_compound_page(struct page *page, unsigned int order);
void clear_compound_head(struct page *page);
struct dev_pagemap *page_pgmap(const struct page *page);
#define zero_pfn(address)	my_zero_pfn(address)
#endif

/* Faults. */
vm_fault_t finish_fault(struct vm_fault *vmf);
vm_fault_t finish_mkwrite_fault(struct vm_fault *vmf);

static inline vm_fault_t vmf_error(int error)
{
	if (error == -ENOMEM)
		return VM_FAULT_OOM;
#if HAVE_VMF_HWPOISON
	if (error == -EHWPOISON)
		return VM_FAULT_HWPOISON;
#endif
	return VM_FAULT_SIGBUS;
}

/* Page tables: what enters something. */
vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr,
			    pfn_t pfn);
vm_fault_t vmf_insert_mixed_mkwrite(struct vm_area_struct *vma,
				    unsigned long addr, pfn_t pfn);
int vm_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn);
int vm_insert_mixed_mkwrite(struct vm_area_struct *vma, unsigned long addr,
			    pfn_t pfn);
vm_fault_t vmf_insert_page_mkwrite(struct vm_fault *vmf, struct page *page,
				   bool write);
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr,
		   struct page *page);

/* What takes something out, or its write permission. */
void unmap_mapping_range(struct address_space *mapping, loff_t const begin,
			 loff_t const length, int even_cows);
void unmap_mapping_pages(struct address_space *mapping, pgoff_t start,
			 pgoff_t count, bool even_cows);
static inline void unmap_shared_mapping_range(struct address_space *mapping,
					      loff_t const begin,
					      loff_t const length)
{
	unmap_mapping_range(mapping, begin, length, 0);
}

/*
 * The entry of an address, with its lock taken: of 4 KiB in *@ptepp or of 2 MiB
 * in *@pmdpp. Trees differ in how they hand the range over to be notified of.
 */
struct mmu_notifier_range;
int page_table_follow(struct mm_struct *mm, unsigned long address,
		      pte_t **ptepp, pmd_t **pmdpp, spinlock_t **ptlp);
#define follow_invalidate_pte(mm, address, range, ptepp, pmdpp, ptlp) \
	page_table_follow(mm, address, ptepp, pmdpp, ptlp)
#define __follow_5(mm, address, ptepp, pmdpp, ptlp) \
	page_table_follow(mm, address, ptepp, pmdpp, ptlp)
#define __follow_6(mm, address, range, ptepp, pmdpp, ptlp) \
	page_table_follow(mm, address, ptepp, pmdpp, ptlp)
#define __follow_7(mm, address, start, end, ptepp, pmdpp, ptlp) \
	(*(start) = *(end) = (address), \
	 page_table_follow(mm, address, ptepp, pmdpp, ptlp))
#define __follow_n(_1, _2, _3, _4, _5, _6, _7, name, ...)	name
#define follow_pte_pmd(...) \
	__follow_n(__VA_ARGS__, __follow_7, __follow_6, __follow_5, \
		   )(__VA_ARGS__)

/* The mappings of a file that have any of its pages [first, last]. */
struct vm_area_struct *vma_of_file(void *root, struct vm_area_struct *after,
				   pgoff_t first, pgoff_t last);
#define vma_interval_tree_foreach(vma, root, first, last) \
	for (vma = vma_of_file(root, NULL, first, last); vma; \
	     vma = vma_of_file(root, vma, first, last))

#define mapping_rmap_tree_foreach(vma, mapping, first, last) \
	vma_interval_tree_foreach(vma, &(mapping)->i_mmap, first, last)

/* Truncation. */
void truncate_setsize(struct inode *inode, loff_t newsize);
void truncate_pagecache(struct inode *inode, loff_t newsize);
void truncate_pagecache_range(struct inode *inode, loff_t start, loff_t end);
void truncate_inode_pages(struct address_space *mapping, loff_t start);
void truncate_inode_pages_range(struct address_space *mapping, loff_t start,
				loff_t end);
void truncate_inode_pages_final(struct address_space *mapping);
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to);

#endif
