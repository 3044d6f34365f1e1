// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a mapping counts of its entries. Who writes a file back or evicts it
 * looks at the count first, and believes that there is nothing if it is 0.
 *
 * Entries were counted one by one in nrexceptional, apart from pages; later all
 * are in nrpages, and a huge one counts as the pages that it stands for.
 */
#include "memory/index_sum.h"
#include "core/outcome.h"
#include <linux/fs.h>
#include <linux/mm.h>

#if HAVE_NREXCEPTIONAL
void index_sum_audit(const struct address_space *mapping,
		     const struct fl_outcome *outcome)
{
	unsigned long pages = 0, entries = 0;

	for (u32 i = 0; i < outcome->nr_entries; i++)
		if (outcome->entries[i].kind == FL_ENTRY_PAGE)
			pages++;
		else
			entries++;
	if (mapping->nrpages != pages)
		run_misuse(0, "nrpages is %lu, and the index has %lu pages",
			   mapping->nrpages, pages);
	if (mapping->nrexceptional != entries)
		run_misuse(0, "nrexceptional is %lu, and the index has %lu "
			      "entries", mapping->nrexceptional, entries);
}
#else
/* How many pages an entry stands for, with storage or not. */
static unsigned long pages_of(const struct fl_entry *entry)
{
	switch (entry->kind) {
	case FL_ENTRY_PMD:
	case FL_ENTRY_EMPTY_PMD:
	case FL_ENTRY_HUGE_ZERO:
		return HPAGE_PMD_NR;
	default:
		return 1;
	}
}

void index_sum_audit(const struct address_space *mapping,
		     const struct fl_outcome *outcome)
{
	unsigned long pages = 0;

	for (u32 i = 0; i < outcome->nr_entries; i++)
		pages += pages_of(&outcome->entries[i]);
	if (mapping->nrpages != pages)
		run_misuse(0, "nrpages is %lu, and entries stand for %lu pages",
			   mapping->nrpages, pages);
}
#endif
