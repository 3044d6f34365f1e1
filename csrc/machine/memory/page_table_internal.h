/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of the page tables: what page_table*.c share.
 */
#ifndef MEMORY_PAGE_TABLE_INTERNAL_H
#define MEMORY_PAGE_TABLE_INTERNAL_H

#include "core/access_set.h"
#include "core/outcome.h"
#include "fs/world.h"
#include "memory/arena.h"
#include "memory/memory_failure.h"
#include "memory/page_table.h"
#include "strict.h"

#define PTES		512u
#define PMDS_MAX	16u	/* 2 MiB ranges that a mapping is in */

/*
 * Bits of an entry below the page frame number. One that is not empty and not
 * present is being changed, by who holds the lock.
 */
#define ENTRY_PRESENT	0x001ull
#define ENTRY_WRITE	0x002ull
#define ENTRY_DIRTY	0x040ull
#define ENTRY_HUGE	0x080ull
#define ENTRY_DEVICE	0x100ull
#define ENTRY_TABLE	0x200ull	/* of a pmd: leads to ptes */
#define PFN_SHIFT	12

struct table {
	struct vm_area_struct *vma;
	unsigned long base;		/* address of pmds[0] */
	unsigned int nr_pmds;
	pmd_t pmds[PMDS_MAX];
	pte_t *ptes[PMDS_MAX];
	u32 mapped[PMDS_MAX];		/* present entries in ptes[] */
};

extern struct table *page_tables;	/* two, in the arena */

struct translation page_table_look(struct vm_area_struct *vma,
				   unsigned long address);

static inline struct table *table_of(const struct vm_area_struct *vma)
{
	return &page_tables[vma == &world->vma[VMA_SHARED] ? 0 : 1];
}

static inline unsigned int pmd_index(const struct table *table,
				     unsigned long address)
{
	return (address - table->base) >> PMD_SHIFT;
}

static inline unsigned int pte_index(unsigned long address)
{
	return address >> PAGE_SHIFT & (PTES - 1);
}

static inline pgoff_t pgoff_of(const struct vm_area_struct *vma,
			       unsigned long address)
{
	return vma->vm_pgoff + (address >> PAGE_SHIFT) -
	       (vma->vm_start >> PAGE_SHIFT);
}

/* Device block of an entry's first page; -1: RAM, -2: a page of zeroes. */
static inline int64_t block_of(u64 entry)
{
	unsigned long pfn = entry >> PFN_SHIFT;

	if (pfn < RAM_PAGES)
		return -1;
	return pfn < RAM_PAGES + DEVICE_PAGES ? (int64_t)(pfn - RAM_PAGES) : -2;
}

/*
 * A pmd is about to change. Fault handlers read it where it lies, in a later
 * step than the one in which it was looked up: see page_table_watch().
 */
static inline void pmd_changes(const pmd_t *pmd)
{
	if (__builtin_expect(accesses_are_noted, 0))
		access_add_words((uintptr_t)pmd, sizeof(*pmd),
				 FL_ACCESS_WRITE);
}

/* The permission of a huge entry is that of all its pages. */
static inline void huge_permits(const struct vm_area_struct *vma,
				unsigned long address, const pmd_t *pmd)
{
	pmd_changes(pmd);
	access_note(FL_THING_PAGES, vma->object,
		    pgoff_of(vma, address & PMD_MASK),
		    (uint64_t)pgoff_of(vma, address & PMD_MASK) + PTES - 1,
		    FL_ACCESS_WRITE);
}

/*
 * What has been mapped is what may be: a store through MAP_SYNC is durable
 * without fsync(), so its block must be; and a page whose medium is known to be
 * bad stays unmapped.
 */
static inline void check_mapped(const struct vm_area_struct *vma, u64 entry,
				unsigned int count, uintptr_t site)
{
	int64_t block = block_of(entry);

	if (block < 0)
		return;
	if (vma->vm_flags & VM_SYNC && entry & ENTRY_WRITE &&
	    !strict_is_committed(&world->sb, (u32)block, count))
		run_misuse(site, "storage is mapped for synchronous stores "
				 "before a crash would leave it to the file");
	memory_failure_check((unsigned long)block, count, site);
}

/* Whoever looks before he takes the lock may see something else later. */
static inline void look_at(const struct vm_area_struct *vma,
			   unsigned long address, unsigned int pages)
{
	access_note(FL_THING_PAGES, vma->object, pgoff_of(vma, address),
		    (uint64_t)pgoff_of(vma, address) + pages - 1, 0);
}

/* ---- page_table.c ---- */

/* The page table under a pmd, allocated if there is none. */
pte_t *page_table_ptes(struct table *table, unsigned int i);
/* The table that a pmd, or a pte, is in. */
struct table *page_table_of_pmd(const pmd_t *pmd);
struct table *page_table_of_pte(const pte_t *pte, unsigned int *i);
/* To be called by who changes an entry by hand. */
void page_table_must_lock(const char *what, uintptr_t site);

/* ---- page_table_deposit.c ---- */

/* A page table is to be set aside for a huge entry, and there is no memory. */
int page_table_deposit(uintptr_t site);
/* One was handed over for this pmd, if the code knows that it has to be. */
void page_table_must_have_deposit(const pmd_t *pmd, uintptr_t site);

#endif
