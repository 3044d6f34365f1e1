/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * index_sum.c: counts that a mapping keeps of its entries.
 */
#ifndef MEMORY_INDEX_SUM_H
#define MEMORY_INDEX_SUM_H

#include "core/base.h"

struct address_space;

/* The end of a run: @outcome has the entries. */
void index_sum_audit(const struct address_space *mapping,
		     const struct fl_outcome *outcome);

#endif
