// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page tables of the two mappings: entries for 4 KiB and for 2 MiB.
 *
 * An entry names a page frame and says whether it may be written. Those of RAM
 * frames keep a reference; those of the device keep nothing, which is why a
 * block that is freed while an entry names it is a fault of the filesystem. One
 * spinlock protects all of it, as pmd_lock() hands it out.
 *
 * A shared mapping is entered writable exactly when the fault that enters it is
 * a store: the kernel gets there too, with one more fault.
 */
#include "machine.h"
#include "memory.h"
#include <linux/dax.h>
#include <linux/huge_mm.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pfn_t.h>
#include <linux/slab.h>
#include <linux/string.h>

#define PTES		512u
#define PMDS_MAX	16u	/* 2 MiB ranges that a mapping touches */

/* Bits of an entry below the page frame number. */
#define ENTRY_PRESENT	0x001ull
#define ENTRY_WRITE	0x002ull
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

static struct table *tables;		/* two, in the arena */
static u8 stores[FL_TASKS_MAX + 1];	/* the task's fault is a store */

void page_table_open(void)
{
	tables = arena_take(2 * sizeof(*tables), 16);
	memset(stores, 0, sizeof(stores));
	for (int i = 0; i < 2; i++) {
		struct vm_area_struct *vma = &world->vma[i];

		tables[i].vma = vma;
		tables[i].base = vma->vm_start & PMD_MASK;
		tables[i].nr_pmds = (ALIGN(vma->vm_end, PMD_SIZE) -
				     tables[i].base) >> PMD_SHIFT;
		if (tables[i].nr_pmds > PMDS_MAX)
			run_end(FL_END_LIMIT, 0,
				"a mapping of more than %u pmds", PMDS_MAX);
	}
}

void page_table_fault(int is_store)
{
	stores[task_number()] = is_store;
}

static struct table *table_of(const struct vm_area_struct *vma)
{
	return vma == &world->vma[VMA_SHARED] ? &tables[0] : &tables[1];
}

static unsigned int pmd_index(const struct table *table, unsigned long address)
{
	return (address - table->base) >> PMD_SHIFT;
}

static unsigned int pte_index(unsigned long address)
{
	return address >> PAGE_SHIFT & (PTES - 1);
}

static pgoff_t pgoff_of(const struct vm_area_struct *vma, unsigned long address)
{
	return vma->vm_pgoff + (address >> PAGE_SHIFT) -
	       (vma->vm_start >> PAGE_SHIFT);
}

/* Device block of an entry's first page; -1: RAM, -2: the huge zero page. */
static int64_t block_of(u64 entry)
{
	unsigned long pfn = entry >> PFN_SHIFT;

	if (pfn < RAM_PAGES)
		return -1;
	return pfn < RAM_PAGES + DEVICE_PAGES ? (int64_t)(pfn - RAM_PAGES) : -2;
}

static void must_be_mapped(const struct vm_area_struct *vma,
			   unsigned long address, uintptr_t site)
{
	if (address < vma->vm_start || address >= vma->vm_end)
		run_end(FL_END_BUG, site,
			"page table entry outside of the mapping");
}

/* The page table under a pmd, allocated if there is none. */
static pte_t *ptes_of(struct table *table, unsigned int i)
{
	if (!table->ptes[i])
		table->ptes[i] = arena_take(PTES * sizeof(pte_t), 16);
	table->pmds[i].pmd = ENTRY_PRESENT | ENTRY_TABLE;
	return table->ptes[i];
}

/* ---- looking ---- */

/* Whoever looks before he takes the lock may see something else later. */
static void look_at(const struct vm_area_struct *vma, unsigned long address,
		    unsigned int pages)
{
	touch(FL_THING_PAGES, vma->object, pgoff_of(vma, address),
	      (uint64_t)pgoff_of(vma, address) + pages - 1, 0);
}

pmd_t *page_table_pmd(struct vm_area_struct *vma, unsigned long address)
{
	struct table *table = table_of(vma);

	look_at(vma, address & PMD_MASK, PTES);
	return &table->pmds[pmd_index(table, address)];
}

struct translation page_table_find(struct vm_area_struct *vma,
				   unsigned long address)
{
	struct table *table = table_of(vma);
	unsigned int i = pmd_index(table, address);
	struct translation found = { 0 };
	u64 entry;

	schedule_point(vma->object);
	look_at(vma, address, 1);
	entry = table->pmds[i].pmd;
	if (entry & ENTRY_HUGE) {
		unsigned long pfn = entry >> PFN_SHIFT;

		found.order = HPAGE_PMD_ORDER;
		if (block_of(entry) >= 0)
			pfn += pte_index(address);
		found.page = pfn_to_page(pfn);
	} else if (table->ptes[i]) {
		entry = table->ptes[i][pte_index(address)].pte;
		if (entry & ENTRY_PRESENT)
			found.page = pfn_to_page(entry >> PFN_SHIFT);
	}
	found.writable = found.page && (entry & ENTRY_WRITE);
	return found;
}

int page_table_references(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	int found = 0;

	for (int t = 0; t < 2; t++)
		for (unsigned int i = 0; i < tables[t].nr_pmds; i++)
			for (unsigned int j = 0;
			     tables[t].mapped[i] && j < PTES; j++) {
				u64 entry = tables[t].ptes[i][j].pte;

				if ((entry & ENTRY_PRESENT) &&
				    entry >> PFN_SHIFT == pfn)
					found++;
			}
	return found;
}

/* ---- the lock ---- */

static void must_hold_lock(const char *what, uintptr_t site)
{
	if (!held_in(&world->mm.page_table_lock, sizeof(spinlock_t)))
		run_misuse(site, "%s without the page table lock", what);
}

/* ---- entering ---- */

/*
 * Puts an entry for one page: -EBUSY if there is one, and it is left as it is.
 */
static int enter(struct vm_area_struct *vma, unsigned long address, u64 entry,
		 uintptr_t site)
{
	struct table *table = table_of(vma);
	unsigned int i = pmd_index(table, address);
	int error = 0;
	pte_t *pte;

	must_be_mapped(vma, address, site);
	spin_lock(&vma->vm_mm->page_table_lock);
	if (table->pmds[i].pmd & ENTRY_HUGE) {
		run_warn(site, "page entered under a huge pmd");
		error = -ENOMEM;
		goto out;
	}
	pte = ptes_of(table, i) + pte_index(address);
	if (pte->pte & ENTRY_PRESENT) {
		error = -EBUSY;
	} else {
		pte->pte = entry | ENTRY_PRESENT;
		table->mapped[i]++;
	}
out:
	spin_unlock(&vma->vm_mm->page_table_lock);
	trace(FL_EVENT_PTE_INSERT, vma->object, site, pgoff_of(vma, address),
	      block_of(entry), !!(entry & ENTRY_WRITE), 0, error);
	return error;
}

static u64 write_bit(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_SHARED) && stores[task_number()] ?
		ENTRY_WRITE : 0;
}

int vm_insert_mixed(struct vm_area_struct *vma, unsigned long addr, pfn_t pfn)
{
	u64 entry = (u64)pfn_t_to_pfn(pfn) << PFN_SHIFT | write_bit(vma);
	int error;

	if (!(vma->vm_flags & VM_MIXEDMAP))
		run_end(FL_END_BUG, CALLER,
			"vm_insert_mixed() into a mapping without VM_MIXEDMAP");
	might_sleep_at(CALLER);
	schedule_point(vma->object);
	error = inject(FL_POINT_PTE_INSERT, CALLER);
	if (error == -EBUSY) {
		/* Somebody else's fault of the same page came first. */
		enter(vma, addr & PAGE_MASK, entry, CALLER);
		return -EBUSY;
	}
	if (error) {
		trace(FL_EVENT_PTE_INSERT, vma->object, CALLER,
		      pgoff_of(vma, addr), block_of(entry),
		      !!(entry & ENTRY_WRITE), 0, error);
		return error;
	}
	return enter(vma, addr & PAGE_MASK, entry, CALLER);
}

int page_table_map_page(struct vm_area_struct *vma, unsigned long address,
			struct page *page, int writable, uintptr_t site)
{
	u64 entry = (u64)page_to_pfn(page) << PFN_SHIFT |
		    (writable ? ENTRY_WRITE : 0);

	schedule_point(vma->object);
	if (inject(FL_POINT_PTE_ALLOC, site))
		return -ENOMEM;
	return enter(vma, address & PAGE_MASK, entry, site);
}

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr,
		   struct page *page)
{
	int error = page_table_map_page(vma, addr, page, write_bit(vma) != 0,
					CALLER);

	if (!error)
		get_page(page);
	return error;
}

static void enter_pmd(struct vm_area_struct *vma, unsigned long address,
		      u64 entry, uintptr_t site)
{
	struct table *table = table_of(vma);

	must_be_mapped(vma, address, site);
	table->pmds[pmd_index(table, address)].pmd = entry;
}

int vmf_insert_pfn_pmd(struct vm_area_struct *vma, unsigned long addr,
		       pmd_t *pmd, pfn_t pfn, bool write)
{
	u64 entry = (u64)pfn_t_to_pfn(pfn) << PFN_SHIFT | ENTRY_PRESENT |
		    ENTRY_HUGE | ENTRY_DEVICE | (write ? ENTRY_WRITE : 0);
	int error, result = VM_FAULT_NOPAGE;

	schedule_point(vma->object);
	error = inject(FL_POINT_PMD_INSERT, CALLER);
	if (error) {
		result = error == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_FALLBACK;
	} else if (pfn_t_to_pfn(pfn) % PTES) {
		run_end(FL_END_BUG, CALLER, "huge pmd of an unaligned pfn");
	} else {
		spinlock_t *ptl = pmd_lock(vma->vm_mm, pmd);

		if (pmd->pmd & ENTRY_TABLE)
			result = VM_FAULT_FALLBACK;
		else
			enter_pmd(vma, addr & PMD_MASK, entry, CALLER);
		spin_unlock(ptl);
	}
	trace(FL_EVENT_PMD_INSERT, vma->object, CALLER,
	      pgoff_of(vma, addr & PMD_MASK), block_of(entry), write, 0,
	      result);
	return result;
}

/* ---- pmd values, for those who make them ---- */

int pmd_none(pmd_t pmd)
{
	return !pmd.pmd;
}

int pmd_trans_huge(pmd_t pmd)
{
	return (pmd.pmd & (ENTRY_HUGE | ENTRY_DEVICE)) == ENTRY_HUGE;
}

int pmd_devmap(pmd_t pmd)
{
	return (pmd.pmd & ENTRY_DEVICE) != 0;
}

int is_huge_zero_pmd(pmd_t pmd)
{
	return (pmd.pmd & ENTRY_HUGE) && block_of(pmd.pmd) == -2;
}

pmd_t mk_pmd(struct page *page, pgprot_t protection)
{
	return (pmd_t){ (u64)page_to_pfn(page) << PFN_SHIFT | ENTRY_PRESENT };
}

pmd_t pmd_mkhuge(pmd_t pmd)
{
	return (pmd_t){ pmd.pmd | ENTRY_HUGE };
}

pmd_t pmd_mkdirty(pmd_t pmd)
{
	return pmd;
}

pmd_t pmd_mkyoung(pmd_t pmd)
{
	return pmd;
}

pmd_t pmd_mkwrite(pmd_t pmd)
{
	return (pmd_t){ pmd.pmd | ENTRY_WRITE };
}

void set_pmd_at(struct mm_struct *mm, unsigned long address, pmd_t *pmd,
		pmd_t value)
{
	struct table *table = &tables[0];

	must_hold_lock("set_pmd_at()", CALLER);
	if (pmd < table->pmds || pmd >= table->pmds + PMDS_MAX)
		table = &tables[1];
	shadow_check(pmd, sizeof(*pmd), 1, CALLER);
	*pmd = value;
	trace(FL_EVENT_PMD_INSERT, table->vma->object, CALLER,
	      pgoff_of(table->vma, address & PMD_MASK), block_of(value.pmd),
	      !!(value.pmd & ENTRY_WRITE), 0, VM_FAULT_NOPAGE);
}

/* Its one frame is made with the machine; none can be had when this fails. */
struct page *mm_get_huge_zero_page(struct mm_struct *mm)
{
	return inject(FL_POINT_ZERO_PAGE, CALLER) ? NULL : page_huge_zero();
}

struct page *get_huge_zero_page(void)
{
	return inject(FL_POINT_ZERO_PAGE, CALLER) ? NULL : page_huge_zero();
}

void put_huge_zero_page(void)
{
}

/* ---- changing and removing ---- */

static int clear_huge(struct table *table, unsigned int i,
		      enum fl_event_kind event, uintptr_t site)
{
	if (!(table->pmds[i].pmd & ENTRY_HUGE))
		return 0;
	table->pmds[i].pmd = 0;
	trace(event, table->vma->object, site,
	      pgoff_of(table->vma, table->base + i * PMD_SIZE), 0, 0, 0, 0);
	return 1;
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
	clear_huge(table, pmd_index(table, address), FL_EVENT_PMD_SPLIT, CALLER);
	spin_unlock(&vma->vm_mm->page_table_lock);
}

static void clear_page(struct table *table, unsigned int i, unsigned int j,
		       uintptr_t site)
{
	u64 entry = table->ptes[i][j].pte;

	table->ptes[i][j].pte = 0;
	table->mapped[i]--;
	trace(FL_EVENT_PTE_CLEAR, table->vma->object, site,
	      pgoff_of(table->vma,
		       table->base + i * PMD_SIZE + j * PAGE_SIZE), 0, 0, 0, 0);
	if (block_of(entry) == -1)
		page_drop(pfn_to_page(entry >> PFN_SHIFT), site);
}

/* As the kernel does, without the lock: there is no page table to walk. */
static bool is_unmapped(const struct table *table)
{
	for (unsigned int i = 0; i < table->nr_pmds; i++)
		if (table->mapped[i] || (table->pmds[i].pmd & ENTRY_HUGE))
			return false;
	return true;
}

/* A private copy belongs to the process: no truncation of the page cache's. */
static int is_private_copy(u64 entry)
{
	return block_of(entry) == -1 &&
	       !pfn_to_page(entry >> PFN_SHIFT)->mapping;
}

static void zap(struct vm_area_struct *vma, pgoff_t first, pgoff_t end,
		int even_cows, uintptr_t site)
{
	struct table *table = table_of(vma);
	pgoff_t vma_end = vma->vm_pgoff +
			  ((vma->vm_end - vma->vm_start) >> PAGE_SHIFT);
	unsigned long address, last;

	first = max_t(pgoff_t, first, vma->vm_pgoff);
	end = min_t(pgoff_t, end, vma_end);
	if (first < end)
		touch(FL_THING_PAGES, vma->object, first, end - 1, 0);
	if (first >= end || is_unmapped(table))
		return;
	address = vma->vm_start + ((first - vma->vm_pgoff) << PAGE_SHIFT);
	last = vma->vm_start + ((end - vma->vm_pgoff) << PAGE_SHIFT);

	spin_lock(&vma->vm_mm->page_table_lock);
	while (address < last) {
		unsigned int i = pmd_index(table, address);
		unsigned int j = pte_index(address);
		unsigned long next = (address & PMD_MASK) + PMD_SIZE;

		next = min(next, last);
		clear_huge(table, i, next - address == PMD_SIZE ?
			   FL_EVENT_PMD_CLEAR : FL_EVENT_PMD_SPLIT, site);
		for (; table->mapped[i] && address < next;
		     address += PAGE_SIZE, j++)
			if ((table->ptes[i][j].pte & ENTRY_PRESENT) &&
			    (even_cows ||
			     !is_private_copy(table->ptes[i][j].pte)))
				clear_page(table, i, j, site);
		address = next;
	}
	spin_unlock(&vma->vm_mm->page_table_lock);
}

void page_table_zap(struct vm_area_struct *vma, pgoff_t first, pgoff_t end,
		    int even_cows)
{
	schedule_point(vma->object);
	zap(vma, first, end, even_cows, 0);
}

void unmap_mapping_range(struct address_space *mapping, loff_t const begin,
			 loff_t const length, int even_cows)
{
	pgoff_t first = begin >> PAGE_SHIFT;
	pgoff_t end = length ? (begin + length + PAGE_SIZE - 1) >> PAGE_SHIFT :
			       ~0ul;

	trace(FL_EVENT_UNMAP_RANGE, mapping->object, CALLER, begin, length,
	      even_cows, 0, 0);
	i_mmap_lock_write(mapping);
	for (int i = 0; i < 2; i++) {
		schedule_point(world->vma[i].object);
		zap(&world->vma[i], first, end, even_cows, CALLER);
	}
	i_mmap_unlock_write(mapping);
}

void page_table_replace(struct vm_area_struct *vma, unsigned long address,
			struct page *page)
{
	struct table *table = table_of(vma);
	unsigned int i = pmd_index(table, address);
	pte_t *pte;

	spin_lock(&vma->vm_mm->page_table_lock);
	clear_huge(table, i, FL_EVENT_PMD_SPLIT, 0);
	pte = ptes_of(table, i) + pte_index(address);
	if (pte->pte & ENTRY_PRESENT)
		clear_page(table, i, pte_index(address), 0);
	pte->pte = (u64)page_to_pfn(page) << PFN_SHIFT | ENTRY_PRESENT |
		   ENTRY_WRITE;
	table->mapped[i]++;
	spin_unlock(&vma->vm_mm->page_table_lock);
	trace(FL_EVENT_PTE_INSERT, vma->object, 0, pgoff_of(vma, address), -1, 1,
	      0, 0);
}

void page_table_protect(struct vm_area_struct *vma, unsigned long address,
			int writable)
{
	struct table *table = table_of(vma);
	unsigned int i = pmd_index(table, address);
	u64 *entry = &table->pmds[i].pmd;

	spin_lock(&vma->vm_mm->page_table_lock);
	if (!(*entry & ENTRY_HUGE))
		entry = table->ptes[i] ?
			&table->ptes[i][pte_index(address)].pte : NULL;
	/* It may have been unmapped since it was looked at. */
	if (entry && (*entry & ENTRY_PRESENT))
		*entry = (*entry & ~ENTRY_WRITE) | (writable ? ENTRY_WRITE : 0);
	spin_unlock(&vma->vm_mm->page_table_lock);
	trace(FL_EVENT_PTE_PROTECT, vma->object, 0, pgoff_of(vma, address),
	      writable, 0, 0, 0);
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
		const struct table *table = &tables[t];

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
