/* SPDX-License-Identifier: GPL-2.0-only */
/* One access that is being made, and how its faults reach the filesystem. */
#ifndef ACCESS_H
#define ACCESS_H

#include "memory.h"

struct access {
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

/* ---- handler.c ---- */

struct vm_fault fault_new(const struct access *access);
/* Calls a handler, with what the tree's handlers have for arguments. */
int fault_call(struct access *access, struct vm_fault *vmf,
	       enum handler handler);

#endif
