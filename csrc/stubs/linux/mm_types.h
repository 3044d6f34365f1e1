/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages, mappings of files into address spaces, and their page tables. */
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H

#include <linux/types.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PMD_SHIFT	21
#define PMD_SIZE	(1UL << PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define HPAGE_PMD_SHIFT	PMD_SHIFT
#define HPAGE_PMD_ORDER	(PMD_SHIFT - PAGE_SHIFT)
#define HPAGE_PMD_NR	(1 << HPAGE_PMD_ORDER)
#define HPAGE_PMD_SIZE	PMD_SIZE

struct address_space;
struct file;
struct vm_operations_struct;

/*
 * A page frame: RAM first, then the device's (see page.c). @refs counts what
 * keeps it; the lock is the page lock.
 */
struct page {
	unsigned long flags;
	struct address_space *mapping;
	pgoff_t index;
	int refs;
	unsigned int object;	/* its name in the trace */
	unsigned int waiters;	/* tasks that wait for its lock */
	uintptr_t site;		/* who allocated it */
};

/* A page table entry: a page frame number and what may be done with it. */
typedef struct { u64 pte; } pte_t;
typedef struct { u64 pmd; } pmd_t;
typedef struct { u64 pgprot; } pgprot_t;
typedef struct { u64 val; } pfn_t;

struct mm_struct {
	struct rw_semaphore mmap_sem;
	spinlock_t page_table_lock;
};

struct vm_area_struct {
	unsigned long vm_start, vm_end;
	unsigned long vm_pgoff;
	unsigned long vm_flags;
	pgprot_t vm_page_prot;
	struct mm_struct *vm_mm;
	struct file *vm_file;
	const struct vm_operations_struct *vm_ops;
	void *vm_private_data;
	unsigned int object;	/* its name in the trace */
};

#endif
