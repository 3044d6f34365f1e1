// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calling a fault handler: what it has for arguments, in each generation of the
 * kernel, and the record of what it was asked and what it said.
 */
#include "memory/fault_call.h"
#include "core/trace.h"
#include "memory/page_table.h"
#include "memory/page_table_insert.h"
#include <linux/mm.h>
#include <linux/pagemap.h>

static unsigned int fault_flags(const struct user_access *access)
{
	return FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE | FAULT_FLAG_USER |
	       (access->store ? FAULT_FLAG_WRITE : 0);
}

struct vm_fault fault_new(const struct user_access *access)
{
	unsigned long address = access->address & PAGE_MASK;

	return (struct vm_fault){
		.vma = access->vma,
		.flags = fault_flags(access),
		.gfp_mask = mapping_gfp_mask(access->vma->vm_file->f_mapping) |
			    __GFP_FS | __GFP_IO,
		.pgoff = access->pgoff,
		.address = address,
		.real_address = access->address,
		.virtual_address = (void *)address,
		.pmd = page_table_pmd(access->vma, address),
	};
}

/* Notes one kernel entry and its answer. */
static void entered(struct user_access *access, enum handler handler)
{
	page_table_fault(access->store && !access->private);
	trace(FL_EVENT_FAULT_ENTER, access->vma->object, 0, access->pgoff,
	      access->store, access->private, handler, 0);
}

static int answered(struct user_access *access, enum handler handler, int ret)
{
	struct fl_op_result *result = access->result;

	page_table_fault(0);
	if (!result->entries++)
		result->vm_fault = ret;
	if (handler != HANDLER_PMD)
		result->vm_fault_pte = ret;
	trace(FL_EVENT_FAULT_RETURN, access->vma->object, 0, access->pgoff,
	      access->store, access->private, handler, ret);
	return ret;
}

#if HAVE_FAULT_VMA
#define CALL(ops, member, vmf)	((ops)->member((vmf)->vma, vmf))
#else
#define CALL(ops, member, vmf)	((ops)->member(vmf))
#endif

int handler_has_pmd(const struct vm_operations_struct *ops)
{
#if HAVE_PMD_FAULT
	return ops->pmd_fault != NULL;
#elif HAVE_HUGE_FAULT
	return ops->huge_fault != NULL;
#else
	return 0;
#endif
}

static int call_pmd(const struct user_access *access, struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = access->vma->vm_ops;

#if HAVE_PMD_FAULT
	return ops->pmd_fault(access->vma, access->address, vmf->pmd,
			      vmf->flags);
#elif HAVE_HUGE_FAULT_ORDER
	return ops->huge_fault(vmf, HPAGE_PMD_ORDER);
#elif HAVE_HUGE_FAULT
	return ops->huge_fault(vmf, PE_SIZE_PMD);
#else
	return VM_FAULT_FALLBACK;
#endif
}

int fault_call(struct user_access *access, struct vm_fault *vmf,
	       enum handler handler)
{
	const struct vm_operations_struct *ops = access->vma->vm_ops;
	int ret;

	entered(access, handler);
	if (handler == HANDLER_PMD)
		ret = call_pmd(access, vmf);
	else if (handler == HANDLER_PFN_MKWRITE)
		ret = CALL(ops, pfn_mkwrite, vmf);
	else if (vmf->flags & FAULT_FLAG_MKWRITE)
		ret = CALL(ops, page_mkwrite, vmf);
	else
		ret = CALL(ops, fault, vmf);
	return answered(access, handler, ret);
}
