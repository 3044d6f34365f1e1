/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_failure.c: what is done about a bad medium under a page of the file.
 */
#ifndef MEMORY_MEMORY_FAILURE_H
#define MEMORY_MEMORY_FAILURE_H

#include "core/base.h"

/* By the page frame, and by what the filesystem says of it. */
void memory_failure(uint64_t pgoff);
void mapping_failure(uint64_t pgoff);

#endif
