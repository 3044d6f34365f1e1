/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault_call.c: calling a fault handler, for an access that is being made.
 */
#ifndef MEMORY_FAULT_CALL_H
#define MEMORY_FAULT_CALL_H

#include "core/base.h"
#include <linux/mm.h>

struct user_access {
	struct vm_area_struct *vma;
	unsigned long address;
	pgoff_t pgoff;
	bool store;
	bool private;
	bool try_pmd;		/* as a PMD first */
	struct fl_op_result *result;
};

enum handler { HANDLER_FAULT = 0, HANDLER_PMD = HPAGE_PMD_ORDER,
	       HANDLER_PFN_MKWRITE = -1 };

struct vm_fault fault_new(const struct user_access *access);
/* Calls a handler, with what the tree's handlers have for arguments. */
int fault_call(struct user_access *access, struct vm_fault *vmf,
	       enum handler handler);
/* Whether these handlers can be asked for a PMD, by whatever name. */
int handler_has_pmd(const struct vm_operations_struct *ops);

#endif
