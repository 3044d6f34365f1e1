/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_failure.c: what is done about a bad medium under a page of the file.
 */
#ifndef MEMORY_MEMORY_FAILURE_H
#define MEMORY_MEMORY_FAILURE_H

#include "core/base.h"

void memory_failure_reset(void);
/* By the page frame, and by what the filesystem says of it. */
void memory_failure(uint64_t pgoff);
void mapping_failure(uint64_t pgoff);
/* Whether blocks are good decides what becomes of the step. */
void memory_failure_look(unsigned long block, unsigned long count);
/* Blocks have been mapped: none of them is known to be bad. */
void memory_failure_check(unsigned long block, unsigned long count,
			  uintptr_t site);

#endif
