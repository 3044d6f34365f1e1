// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page tables of the two mappings: entries for 4 KiB and for 2 MiB.
 *
 * An entry names a page frame and says whether it may be written. Those of RAM
 * frames keep a reference; those of the device keep nothing, which is why a
 * block that is freed while an entry names it is a fault of the filesystem. One
 * spinlock protects all of it, as pmd_lock() hands it out.
 *
 * Here is what looks; the other parts are what enters (page_table_insert.c),
 * what takes out (page_table_remove.c), what takes write permission away
 * (page_table_protect.c) and the values themselves (page_table_entry.c).
 */
#include "memory/page_table.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "fs/world.h"
#include "locks/held.h"
#include "memory/arena.h"
#include "memory/fault_call.h"
#include "memory/page_table_insert.h"
#include "memory/page_table_internal.h"
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

struct table *page_tables;
static int somebody_wants_pmd;		/* some op of the run */

void page_table_open(void)
{
	page_tables = arena_take(2 * sizeof(*page_tables), 16);
	page_table_forget_stores();
	for (int i = 0; i < 2; i++) {
		struct table *table = &page_tables[i];
		struct vm_area_struct *vma = &world->vma[i];

		table->vma = vma;
		table->base = vma->vm_start & PMD_MASK;
		table->nr_pmds = (ALIGN(vma->vm_end, PMD_SIZE) -
				  table->base) >> PMD_SHIFT;
		if (table->nr_pmds > PMDS_MAX)
			run_end(FL_END_LIMIT, 0,
				"a mapping of more than %u pmds", PMDS_MAX);
	}
}

void page_table_watch(void)
{
	somebody_wants_pmd = 0;
	for (uint32_t i = 0; i < run.asked->nr_ops; i++)
		switch (run.asked->ops[i].kind) {
		case FL_OP_PMD_READ_FAULT:
		case FL_OP_PMD_WRITE_FAULT:
		case FL_OP_PMD_PRIVATE_WRITE_FAULT:
			somebody_wants_pmd = 1;
		}
	for (int i = 0; i < 2; i++)
		access_watch(page_tables[i].pmds, sizeof(page_tables[i].pmds),
			     FL_THING_WORDS);
}

pte_t *page_table_ptes(struct table *table, unsigned int i)
{
	if (!table->ptes[i])
		table->ptes[i] = arena_take(PTES * sizeof(pte_t), 16);
	/* Whether there is a table is asked by who wants a huge entry. */
	if (!table->pmds[i].pmd && somebody_wants_pmd)
		pmd_changes(&table->pmds[i]);
	table->pmds[i].pmd = ENTRY_PRESENT | ENTRY_TABLE;
	return table->ptes[i];
}

struct table *page_table_of_pmd(const pmd_t *pmd)
{
	struct table *table = &page_tables[0];

	if (pmd < table->pmds || pmd >= table->pmds + PMDS_MAX)
		table++;
	return table;
}

struct table *page_table_of_pte(const pte_t *pte, unsigned int *i)
{
	for (int t = 0; t < 2; t++) {
		struct table *table = &page_tables[t];

		for (*i = 0; *i < table->nr_pmds; ++*i)
			if (table->ptes[*i] && pte >= table->ptes[*i] &&
			    pte < table->ptes[*i] + PTES)
				return table;
	}
	return NULL;
}

void page_table_must_lock(const char *what, uintptr_t site)
{
	if (!held_in(&world->mm.page_table_lock, sizeof(spinlock_t)))
		run_misuse(site, "%s without the page table lock", what);
}

/* ---- looking ---- */

pmd_t *page_table_pmd(struct vm_area_struct *vma, unsigned long address)
{
	struct table *table = table_of(vma);

	look_at(vma, address & PMD_MASK, PTES);
	return &table->pmds[pmd_index(table, address)];
}

/* As it is now, for who holds the lock or may look without. */
struct translation page_table_look(struct vm_area_struct *vma,
				   unsigned long address)
{
	struct table *table = table_of(vma);
	unsigned int i = pmd_index(table, address);
	struct translation found = { 0 };
	u64 entry;

	look_at(vma, address, 1);
	entry = table->pmds[i].pmd;
	if (entry & ENTRY_HUGE) {
		unsigned long pfn = entry >> PFN_SHIFT;

		found.order = HPAGE_PMD_ORDER;
		if (block_of(entry) >= 0)
			pfn += pte_index(address);
		if (entry & ENTRY_PRESENT)
			found.page = pfn_to_page(pfn);
	} else if (table->ptes[i]) {
		entry = table->ptes[i][pte_index(address)].pte;
		if (entry & ENTRY_PRESENT)
			found.page = pfn_to_page(entry >> PFN_SHIFT);
	}
	found.writable = found.page && (entry & ENTRY_WRITE);
	return found;
}

struct translation page_table_find(struct vm_area_struct *vma,
				   unsigned long address)
{
	schedule_point(vma->object);
	return page_table_look(vma, address);
}

int page_table_references(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	int found = 0;

	for (int t = 0; t < 2; t++) {
		const struct table *table = &page_tables[t];

		/* A page of the cache is mapped as what it is, if at all. */
		access_note(FL_THING_PAGES, table->vma->object, page->index,
			    page->index, 0);
		for (unsigned int i = 0; i < table->nr_pmds; i++)
			for (unsigned int j = 0; table->mapped[i] && j < PTES;
			     j++) {
				u64 entry = table->ptes[i][j].pte;

				if ((entry & ENTRY_PRESENT) &&
				    entry >> PFN_SHIFT == pfn)
					found++;
			}
	}
	return found;
}

struct vm_area_struct *vma_of_file(void *root, struct vm_area_struct *after,
				   pgoff_t first, pgoff_t last)
{
	struct address_space *mapping =
		container_of(root, struct address_space, i_mmap);

	for (int i = after ? after - world->vma + 1 : 0; i < 2; i++) {
		struct vm_area_struct *vma = &world->vma[i];
		pgoff_t pages = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;

		if (vma->vm_file->f_mapping == mapping &&
		    vma->vm_pgoff <= last && vma->vm_pgoff + pages > first)
			return vma;
	}
	return NULL;
}

/* What an address leads to, with the lock: 0, or -EINVAL and no lock. */
int page_table_follow(struct mm_struct *mm, unsigned long address,
		      pte_t **ptepp, pmd_t **pmdpp, spinlock_t **ptlp)
{
	for (int t = 0; t < 2; t++) {
		struct table *table = &page_tables[t];
		unsigned int i = pmd_index(table, address);
		pte_t *pte;

		if (address < table->vma->vm_start ||
		    address >= table->vma->vm_end)
			continue;
		*ptlp = &mm->page_table_lock;
		spin_lock(*ptlp);
		if (pmdpp && (table->pmds[i].pmd & ENTRY_HUGE)) {
			*pmdpp = &table->pmds[i];
			return 0;
		}
		pte = table->ptes[i] ? table->ptes[i] + pte_index(address) :
				       NULL;
		if (pte && (pte->pte & ENTRY_PRESENT)) {
			*ptepp = pte;
			return 0;
		}
		spin_unlock(*ptlp);
	}
	return -EINVAL;
}

/* ---- audit ---- */

static u32 note_entry(struct fl_mapping *at, u32 found, u32 max,
		      const struct table *table, unsigned long address,
		      u64 entry, int order)
{
	const struct vm_area_struct *vma = table->vma;

	if (found < max)
		at[found] = (struct fl_mapping){
			.pgoff = pgoff_of(vma, address),
			.order = order,
			.private_vma = vma == &world->vma[VMA_PRIVATE],
			.writable = !!(entry & ENTRY_WRITE),
			.device_block = block_of(entry),
			.object = block_of(entry) == -1 ?
				pfn_to_page(entry >> PFN_SHIFT)->object : 0,
		};
	return found + 1;
}

u32 page_table_list(struct fl_mapping *mappings, u32 max)
{
	u32 found = 0, left;

	for (int t = 0; t < 2; t++) {
		const struct table *table = &page_tables[t];

		for (unsigned int i = 0; i < table->nr_pmds; i++) {
			unsigned long address = table->base + i * PMD_SIZE;

			if (table->pmds[i].pmd & ENTRY_HUGE)
				found = note_entry(mappings, found, max, table,
						   address, table->pmds[i].pmd,
						   HPAGE_PMD_ORDER);
			left = table->mapped[i];
			for (unsigned int j = 0; left && j < PTES; j++)
				if (table->ptes[i][j].pte & ENTRY_PRESENT) {
					found = note_entry(
						mappings, found, max, table,
						address + j * PAGE_SIZE,
						table->ptes[i][j].pte, 0);
					left--;
				}
		}
	}
	return found;
}
