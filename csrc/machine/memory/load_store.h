/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load_store.c: loads and stores through a mapping.
 */
#ifndef MEMORY_LOAD_STORE_H
#define MEMORY_LOAD_STORE_H

#include "core/base.h"

/* Makes the access that a fault op asks for, with the faults it needs. */
void load_store(const struct fl_op *op, struct fl_op_result *result);

#endif
