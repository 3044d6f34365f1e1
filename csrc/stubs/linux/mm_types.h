/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages, mappings of files into address spaces, and their page tables. */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/pfn.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PMD_SHIFT	21
#define PMD_SIZE	(1UL << PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define PUD_SHIFT	30
#define PUD_SIZE	(1UL << PUD_SHIFT)
#define PUD_MASK	(~(PUD_SIZE - 1))
#define HPAGE_PMD_SHIFT	PMD_SHIFT
#define HPAGE_PMD_ORDER	(PMD_SHIFT - PAGE_SHIFT)
#define HPAGE_PMD_NR	(1 << HPAGE_PMD_ORDER)
#define HPAGE_PMD_SIZE	PMD_SIZE
#define HPAGE_PMD_MASK	PMD_MASK
#define PMD_ORDER	(PMD_SHIFT - PAGE_SHIFT)
#define PUD_ORDER	(PUD_SHIFT - PAGE_SHIFT)

struct address_space;
struct dev_pagemap;
struct file;
struct vm_operations_struct;

/*
 * What else there is of a device's page whose mappings hold references. One
 * word says whose device it is, and in a tail of a compound page where its head
 * is: who takes one apart puts the device back.
 */
#define __DEVICE_PAGE \
	union { \
		struct dev_pagemap *pgmap; \
		uintptr_t compound_head; \
	}; \
	struct list_head _deferred_list; \
	int mapcount;		/* how often the folio is mapped */ \
	unsigned int order	/* of a head */

/*
 * A page frame: RAM first, then the device's (see page.c). @refs counts what
 * keeps it; the lock is the page lock.
 */
struct page {
	unsigned long flags;
	struct address_space *mapping;
	union {
		pgoff_t index;
		unsigned long share;	/* of a device's, by several files */
	};
	unsigned long private;
	union {
		int refs;
		atomic_t _refcount;
	};
	unsigned int object;	/* its name in the trace */
	unsigned int waiters;	/* tasks that wait for its lock */
	uintptr_t site;		/* who allocated it */
#if HAVE_DAX_PAGE_REFS
	__DEVICE_PAGE;
#endif
};

/* A folio is its first page; but for those of a device all are single ones. */
struct folio {
	union {
		struct {
			unsigned long flags;
			struct address_space *mapping;
			union {
				pgoff_t index;
				unsigned long share;
			};
			unsigned long private;
			int __refs;
			unsigned int __object;
			unsigned int __waiters;
			uintptr_t __site;
#if HAVE_DAX_PAGE_REFS
			__DEVICE_PAGE;
#endif
		};
		struct page page;
	};
};

#if HAVE_DAX_PAGE_REFS
/* Bit 0 says that it is a tail's, and leads to the head. */
static inline struct folio *page_folio(const struct page *page)
{
	return (struct folio *)(page->compound_head & 1 ?
				page->compound_head - 1 : (uintptr_t)page);
}
#else
#define page_folio(page)	((struct folio *)(page))
#endif
#define folio_page(folio, n)	(&(folio)->page + (n))

/* A page table entry: a page frame number and what may be done with it. */
typedef struct { u64 pte; } pte_t;
typedef struct { u64 pmd; } pmd_t;
typedef struct { u64 pud; } pud_t;
typedef struct { u64 pgprot; } pgprot_t;
typedef struct page *pgtable_t;

typedef unsigned long vm_flags_t;
#if HAVE_VM_FAULT_T
typedef unsigned int vm_fault_t;
#else
typedef int vm_fault_t;
#endif

/* What a fault handler returns: the same numbers for all kernels. */
#define VM_FAULT_OOM		0x0001
#define VM_FAULT_SIGBUS		0x0002
#define VM_FAULT_MAJOR		0x0004
#define VM_FAULT_WRITE		0x0008
#define VM_FAULT_HWPOISON	0x0010
#define VM_FAULT_HWPOISON_LARGE	0x0020
#define VM_FAULT_SIGSEGV	0x0040
#define VM_FAULT_NOPAGE		0x0100
#define VM_FAULT_LOCKED		0x0200
#define VM_FAULT_RETRY		0x0400
#define VM_FAULT_FALLBACK	0x0800
#if HAVE_DONE_COW
#define VM_FAULT_DONE_COW	0x1000
#else
#define VM_FAULT_DAX_LOCKED	0x1000
#endif
#define VM_FAULT_NEEDDSYNC	0x2000
#define VM_FAULT_COMPLETED	0x4000
#define VM_FAULT_ERROR \
	(VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | \
	 VM_FAULT_HWPOISON | VM_FAULT_HWPOISON_LARGE)

struct mm_struct {
	union {
		struct rw_semaphore mmap_lock;
		struct rw_semaphore mmap_sem;	/* its name up to 5.7 */
	};
	spinlock_t page_table_lock;
};

struct vm_area_struct {
	unsigned long vm_start, vm_end;
	unsigned long vm_pgoff;
	vm_flags_t vm_flags;
	pgprot_t vm_page_prot;
	struct mm_struct *vm_mm;
	struct file *vm_file;
	const struct vm_operations_struct *vm_ops;
	void *vm_private_data;
	unsigned int object;	/* its name in the trace */
};

/* What ->mmap_prepare() is told of a mapping that is to be, and says of it. */
struct vm_area_desc {
	struct mm_struct *mm;
	struct file *file;
	unsigned long start, end;
	unsigned long pgoff;
	struct file *vm_file;
	vm_flags_t vm_flags;
	pgprot_t page_prot;
	const struct vm_operations_struct *vm_ops;
	void *private_data;
};

#endif
