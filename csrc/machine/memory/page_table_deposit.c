// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables that are set aside for the day on which a huge entry is split, as
 * powerpc with hash page tables wants them. Whether a machine is one of those
 * its kernel finds out at run time, so a geometry may say that this one is.
 *
 * What must hold: no huge entry is made by hand without one, once the code has
 * asked whether it needs one. Nobody takes it out again, so it is given back as
 * soon as it was handed over.
 */
#include "core/inject.h"
#include "core/outcome.h"
#include "fs/world.h"
#include "locks/preempt.h"
#include "memory/page.h"
#include "memory/page_table_internal.h"
#include <linux/mm.h>

static bool is_asked_for(void)
{
	return world->geometry->flags & FL_GEOMETRY_DEPOSITS;
}

bool arch_needs_pgtable_deposit(void)
{
	if (is_asked_for())
		world->asks_for_deposit = true;
	return is_asked_for();
}

pgtable_t pte_alloc_one(struct mm_struct *mm)
{
	(void)mm;
	might_sleep_at(CALLER);
	return inject(FL_POINT_PTE_ALLOC, CALLER) ? NULL : page_take(CALLER);
}

void pte_free(struct mm_struct *mm, pgtable_t pgtable)
{
	(void)mm;
	page_drop(pgtable, CALLER);
}

void pgtable_trans_huge_deposit(struct mm_struct *mm, pmd_t *pmd,
				pgtable_t pgtable)
{
	(void)mm;
	page_table_must_lock("pgtable_trans_huge_deposit()", CALLER);
	world->deposited_for = pmd;
	page_drop(pgtable, CALLER);
}

int page_table_deposit(uintptr_t site)
{
	return is_asked_for() && inject(FL_POINT_PTE_ALLOC, site);
}

void page_table_must_have_deposit(const pmd_t *pmd, uintptr_t site)
{
	if (world->asks_for_deposit && world->deposited_for != pmd)
		run_misuse(site, "a huge pmd without a page table set aside");
	world->deposited_for = NULL;
}
