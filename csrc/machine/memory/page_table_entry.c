// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page table entries as values: what one says, and how one is made, for those
 * who do that themselves.
 */
#include "memory/page_table_internal.h"
#include <linux/huge_mm.h>
#include <linux/mm.h>

/* ---- 4 KiB ---- */

int pte_none(pte_t pte)
{
	return !pte.pte;
}

int pte_present(pte_t pte)
{
	return (pte.pte & ENTRY_PRESENT) != 0;
}

int pte_write(pte_t pte)
{
	return (pte.pte & ENTRY_WRITE) != 0;
}

int pte_dirty(pte_t pte)
{
	return (pte.pte & ENTRY_DIRTY) != 0;
}

unsigned long pte_pfn(pte_t pte)
{
	return pte.pte >> PFN_SHIFT;
}

pte_t pfn_pte(unsigned long pfn, pgprot_t protection)
{
	return (pte_t){ (u64)pfn << PFN_SHIFT | ENTRY_PRESENT };
}

pte_t pte_wrprotect(pte_t pte)
{
	return (pte_t){ pte.pte & ~ENTRY_WRITE };
}

pte_t pte_mkclean(pte_t pte)
{
	return (pte_t){ pte.pte & ~ENTRY_DIRTY };
}

pte_t pte_mkdirty(pte_t pte)
{
	return (pte_t){ pte.pte | ENTRY_DIRTY };
}

pte_t pte_mkyoung(pte_t pte)
{
	return pte;
}

/* ---- 2 MiB ---- */

int pmd_none(pmd_t pmd)
{
	return !pmd.pmd;
}

int pmd_present(pmd_t pmd)
{
	return (pmd.pmd & ENTRY_PRESENT) != 0;
}

int pmd_write(pmd_t pmd)
{
	return (pmd.pmd & ENTRY_WRITE) != 0;
}

int pmd_dirty(pmd_t pmd)
{
	return (pmd.pmd & ENTRY_DIRTY) != 0;
}

unsigned long pmd_pfn(pmd_t pmd)
{
	return pmd.pmd >> PFN_SHIFT;
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

pmd_t pfn_pmd(unsigned long pfn, pgprot_t protection)
{
	return (pmd_t){ (u64)pfn << PFN_SHIFT | ENTRY_PRESENT };
}

pmd_t mk_pmd(struct page *page, pgprot_t protection)
{
	return pfn_pmd(page_to_pfn(page), protection);
}

pmd_t pmd_mkhuge(pmd_t pmd)
{
	return (pmd_t){ pmd.pmd | ENTRY_HUGE };
}

pmd_t pmd_mkdevmap(pmd_t pmd)
{
	return (pmd_t){ pmd.pmd | ENTRY_DEVICE };
}

pmd_t pmd_wrprotect(pmd_t pmd)
{
	return (pmd_t){ pmd.pmd & ~ENTRY_WRITE };
}

pmd_t pmd_mkclean(pmd_t pmd)
{
	return (pmd_t){ pmd.pmd & ~ENTRY_DIRTY };
}

pmd_t pmd_mkdirty(pmd_t pmd)
{
	return (pmd_t){ pmd.pmd | ENTRY_DIRTY };
}

pmd_t pmd_mkyoung(pmd_t pmd)
{
	return pmd;
}

pmd_t pmd_mkwrite(pmd_t pmd)
{
	return (pmd_t){ pmd.pmd | ENTRY_WRITE };
}
