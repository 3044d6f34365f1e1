/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load_store.c: loads and stores through a mapping.
 */
#ifndef MEMORY_LOAD_STORE_H
#define MEMORY_LOAD_STORE_H

#include "core/base.h"
#include "memory/fault_call.h"

#define TRIES_MAX	4	/* faults of one access */

/* The access that an op makes; ends the run if no mapping has it. */
struct user_access user_access_new(const struct fl_op *op,
				   struct fl_op_result *result);
/* One fault of it: 0, or what the user is told. */
int64_t user_access_fault(struct user_access *access);
/* Makes the access that a fault op asks for, with the faults it needs. */
void load_store(const struct fl_op *op, struct fl_op_result *result);

#endif
