// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where memory management calls in: the faults of a mapped strict file.
 *
 * A handler is told of its fault in one way or another, and asks for it to be
 * handled in one way or another: what differs is said once, at the top. The
 * locks around it are the same in all of them.
 */
#include <linux/kernel.h>
#include <linux/errno.h>
#include "interface.h"

#if HAVE_FAULT_VMA
#define FAULT_PARAMETERS	struct vm_area_struct *vma, struct vm_fault *vmf
#define FAULT			vma, vmf
#define FAULT_VMA		vma
#else
#define FAULT_PARAMETERS	struct vm_fault *vmf
#define FAULT			vmf
#define FAULT_VMA		(vmf->vma)
#endif

/* How large an entry is wanted. */
#if HAVE_HUGE_FAULT_ORDER
#define SIZE_PTE	, 0
#define SIZE		, size
#define SIZE_PARAMETER	unsigned int size
#elif HAVE_HUGE_FAULT
#define SIZE_PTE	, PE_SIZE_PTE
#define SIZE		, size
#define SIZE_PARAMETER	enum page_entry_size size
#else
#define SIZE_PTE
#endif

/* What else dax_iomap_fault() says: the frame that a synchronous fault may not
 * map before its metadata is durable. */
#if HAVE_PFN_T
typedef pfn_t frame_t;
#else
typedef unsigned long frame_t;
#endif
#if HAVE_DAX_FAULT_ERROR
#define ANSWERS(frame)	, frame, NULL
#elif HAVE_DAX_FAULT_PFN
#define ANSWERS(frame)	, frame
#else
#define ANSWERS(frame)
#endif

/* A store to a private copy does not change the file. */
static bool stores(const struct vm_area_struct *vma, unsigned int flags)
{
	return flags & FAULT_FLAG_WRITE && vma->vm_flags & VM_SHARED;
}

/* What every kind of fault has around it. */
static struct inode *fault_enter(struct vm_area_struct *vma, bool write)
{
	struct inode *inode = file_inode(vma->vm_file);

	if (write) {
		sb_start_pagefault(inode->i_sb);
		file_update_time(vma->vm_file);
	}
	down_read(&STRICT_I(inode)->i_mmap_sem);
	return inode;
}

static void fault_leave(struct inode *inode, bool write)
{
	up_read(&STRICT_I(inode)->i_mmap_sem);
	if (write)
		sb_end_pagefault(inode->i_sb);
}

/*
 * Under MAP_SYNC the handler leaves a store unmapped whose block would be lost
 * in a crash. Then metadata is committed first, with the locks still held.
 */
#if HAVE_DAX_SYNC_FAULT
#define finish(vmf, size, frame, ret) \
	((ret) & VM_FAULT_NEEDDSYNC ? \
	 ((ret) & VM_FAULT_MAJOR) | dax_finish_sync_fault(vmf size, frame) : \
	 (ret))
#else
#define finish(vmf, size, frame, ret)	((void)(frame), (ret))
#endif

/*
 * A missing or write-protected page.
 *
 * Return: VM_FAULT_*, as dax_iomap_fault() does.
 */
static vm_fault_t strict_dax_fault(FAULT_PARAMETERS)
{
	bool write = stores(FAULT_VMA, vmf->flags);
	struct inode *inode = fault_enter(FAULT_VMA, write);
	frame_t frame = { 0 };
	vm_fault_t ret = dax_iomap_fault(FAULT SIZE_PTE ANSWERS(&frame),
					 &strict_fault_iomap_ops);

	ret = finish(vmf, SIZE_PTE, frame, ret);
	fault_leave(inode, write);
	return ret;
}

/*
 * A fault that one 2 MiB entry could answer.
 *
 * Return: VM_FAULT_*, as what handles it does.
 */
#if HAVE_PMD_FAULT && HAVE_DAX_PMD_FAULT
static vm_fault_t strict_dax_pmd_fault(struct vm_area_struct *vma,
				       unsigned long address, pmd_t *pmd,
				       unsigned int flags)
{
	bool write = stores(vma, flags);
	struct inode *inode = fault_enter(vma, write);
	vm_fault_t ret = dax_iomap_pmd_fault(vma, address, pmd, flags,
					     &strict_fault_iomap_ops);

	fault_leave(inode, write);
	return ret;
}
#elif HAVE_HUGE_FAULT
static vm_fault_t strict_dax_huge_fault(struct vm_fault *vmf, SIZE_PARAMETER)
{
	bool write = stores(vmf->vma, vmf->flags);
	struct inode *inode = fault_enter(vmf->vma, write);
	frame_t frame = { 0 };
	vm_fault_t ret = dax_iomap_fault(vmf, size ANSWERS(&frame),
					 &strict_fault_iomap_ops);

	ret = finish(vmf, SIZE, frame, ret);
	fault_leave(inode, write);
	return ret;
}
#endif

/*
 * A store to storage that is mapped read-only. A truncate may have got there
 * first, so i_size is looked at again.
 *
 * Return: VM_FAULT_SIGBUS past the end of file, else as dax_pfn_mkwrite().
 */
#if HAVE_DAX_PFN_MKWRITE
static vm_fault_t strict_dax_pfn_mkwrite(FAULT_PARAMETERS)
{
	struct inode *inode = fault_enter(FAULT_VMA, true);
	pgoff_t pages = DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE);
	vm_fault_t ret = VM_FAULT_SIGBUS;

	if (vmf->pgoff < pages)
		ret = dax_pfn_mkwrite(FAULT);
	fault_leave(inode, true);
	return ret;
}
#else
#define strict_dax_pfn_mkwrite	strict_dax_fault
#endif

const struct vm_operations_struct strict_dax_vm_ops = {
	.fault		= strict_dax_fault,
#if HAVE_PMD_FAULT && HAVE_DAX_PMD_FAULT
	.pmd_fault	= strict_dax_pmd_fault,
#elif HAVE_HUGE_FAULT
	.huge_fault	= strict_dax_huge_fault,
#endif
	.page_mkwrite	= strict_dax_fault,
	.pfn_mkwrite	= strict_dax_pfn_mkwrite,
};
