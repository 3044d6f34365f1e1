/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults, page references, and what changes page tables. */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/mm_types.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/bug.h>

/* vm_area_struct.vm_flags */
#define VM_READ		0x00000001
#define VM_WRITE	0x00000002
#define VM_SHARED	0x00000008
#define VM_MAYWRITE	0x00000020
#define VM_PFNMAP	0x00000400
#define VM_MIXEDMAP	0x10000000
#define VM_HUGEPAGE	0x20000000

/* vm_fault.flags */
#define FAULT_FLAG_WRITE	0x01
#define FAULT_FLAG_MKWRITE	0x02
#define FAULT_FLAG_ALLOW_RETRY	0x04
#define FAULT_FLAG_RETRY_NOWAIT	0x08
#define FAULT_FLAG_KILLABLE	0x10
#define FAULT_FLAG_TRIED	0x20
#define FAULT_FLAG_USER		0x40

/* What a fault handler returns. */
#define VM_FAULT_OOM		0x0001
#define VM_FAULT_SIGBUS		0x0002
#define VM_FAULT_MAJOR		0x0004
#define VM_FAULT_WRITE		0x0008
#define VM_FAULT_HWPOISON	0x0010
#define VM_FAULT_SIGSEGV	0x0040
#define VM_FAULT_NOPAGE		0x0100
#define VM_FAULT_LOCKED		0x0200
#define VM_FAULT_RETRY		0x0400
#define VM_FAULT_FALLBACK	0x0800
#define VM_FAULT_DAX_LOCKED	0x1000
#define VM_FAULT_ERROR \
	(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_HWPOISON)

#ifndef __user
#define __user
#endif

struct vm_fault {
	unsigned int flags;
	gfp_t gfp_mask;
	pgoff_t pgoff;
	void __user *virtual_address;
	struct page *cow_page;
	struct page *page;
	void *entry;
};

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	int (*fault)(struct vm_area_struct *vma, struct vm_fault *vmf);
	int (*pmd_fault)(struct vm_area_struct *vma, unsigned long address,
			 pmd_t *pmd, unsigned int flags);
	int (*page_mkwrite)(struct vm_area_struct *vma, struct vm_fault *vmf);
	int (*pfn_mkwrite)(struct vm_area_struct *vma, struct vm_fault *vmf);
};

#define PAGE_ALIGN(address)	ALIGN(address, PAGE_SIZE)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)

/* Page frames. */
void get_page(struct page *page);
void put_page(struct page *page);
int page_count(struct page *page);
void *page_address(const struct page *page);
unsigned long page_to_pfn(const struct page *page);
struct page *pfn_to_page(unsigned long pfn);
struct page *virt_to_page(const void *address);
int set_page_dirty(struct page *page);
#define page_cache_release(page)	put_page(page)

/* Page tables. */
int vm_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn);
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr,
		   struct page *page);
void unmap_mapping_range(struct address_space *mapping, loff_t const begin,
			 loff_t const length, int even_cows);
static inline void unmap_shared_mapping_range(struct address_space *mapping,
					      loff_t const begin,
					      loff_t const length)
{
	unmap_mapping_range(mapping, begin, length, 0);
}

static inline spinlock_t *pmd_lock(struct mm_struct *mm, pmd_t *pmd)
{
	spin_lock(&mm->page_table_lock);
	return &mm->page_table_lock;
}

int pmd_none(pmd_t pmd);
int pmd_trans_huge(pmd_t pmd);
int pmd_devmap(pmd_t pmd);
pmd_t mk_pmd(struct page *page, pgprot_t protection);
pmd_t pmd_mkhuge(pmd_t pmd);
pmd_t pmd_mkdirty(pmd_t pmd);
pmd_t pmd_mkyoung(pmd_t pmd);
pmd_t pmd_mkwrite(pmd_t pmd);
void set_pmd_at(struct mm_struct *mm, unsigned long address, pmd_t *pmd,
		pmd_t value);

/* Truncation. */
void truncate_setsize(struct inode *inode, loff_t newsize);
void truncate_pagecache(struct inode *inode, loff_t newsize);
void truncate_inode_pages(struct address_space *mapping, loff_t start);
void truncate_inode_pages_range(struct address_space *mapping, loff_t start,
				loff_t end);
void truncate_inode_pages_final(struct address_space *mapping);
void pagecache_isize_extended(struct inode *inode, loff_t from, loff_t to);

#endif
