// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user's load or store, and what the kernel's mm does around a fault handler
 * when the page tables do not permit it: who is called with what, and what
 * becomes of the answer.
 *
 * Order and rules are handle_mm_fault()'s: the address space's lock is held for
 * reading over the handler; a copy for a private mapping is allocated before
 * the handler is asked to fill it, and in later kernels to map it; a locked
 * page is mapped and then unlocked; a fallback from a PMD goes on with a PTE;
 * and after a fault the access is tried again, and must get somewhere. That is
 * so after VM_FAULT_OOM, too: see pagefault_out_of_memory().
 */
#include "memory/load_store.h"
#include "core/access_set.h"
#include "core/inject.h"
#include "core/outcome.h"
#include "core/reads.h"
#include "core/schedule.h"
#include "core/trace.h"
#include "fs/world.h"
#include "locks/held.h"
#include "locks/preempt.h"
#include "memory/arena.h"
#include "memory/fault_call.h"
#include "memory/page.h"
#include "memory/page_table.h"
#include "memory/page_table_insert.h"
#include "memory/page_table_protect.h"
#include "memory/page_table_remove.h"
#include "storage/cpu_cache.h"
#include "storage/device.h"
#include <linux/dax.h>
#include <linux/errno.h>
#include <linux/huge_mm.h>
#include <linux/pagemap.h>
#include <linux/string.h>

static bool is_final(int ret)
{
	return !ret || (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE |
			       VM_FAULT_RETRY));
}

/* ---- what was mapped read-only ---- */

/* A store to a private mapping gets a copy of what it sees. */
static int copy_on_write(struct user_access *access, struct page *old)
{
	struct page *page;

	if (inject(FL_POINT_ALLOC, 0))
		return VM_FAULT_OOM;
	page = page_take(0);
	if (page_is_zeroes(old))
		memset(page_address(page), 0, PAGE_SIZE);
	else
		memcpy(page_address(page), page_address(old), PAGE_SIZE);
	if (page_table_replace(access->vma, access->address, old, page))
		return VM_FAULT_WRITE;
	page_drop(page, 0);
	return 0;
}

/* Up to 4.9, only an error keeps ->pfn_mkwrite() from giving permission; later
 * it can say that it has done so itself. */
#if HAVE_FAULT_ADDRESS
#define MKWRITE_REFUSED	(VM_FAULT_ERROR | VM_FAULT_NOPAGE | VM_FAULT_RETRY)
#else
#define MKWRITE_REFUSED	VM_FAULT_ERROR
#endif

static int make_writable(struct user_access *access, struct page *page)
{
	struct vm_fault vmf = fault_new(access);
	enum handler handler;
	int ret;

	if (access->private)
		return copy_on_write(access, page);
	vmf.flags |= FAULT_FLAG_MKWRITE;
	vmf.orig_pte.pte = (u64)page_to_pfn(page) << PAGE_SHIFT;
	if (!page_is_ram(page) && !access->vma->vm_ops->pfn_mkwrite) {
		page_table_protect(access->vma, access->address, page, true);
		return 0;
	}
	if (page_is_ram(page)) {
		handler = HANDLER_FAULT;
		vmf.page = page;
		get_page(page);
	} else {
		handler = HANDLER_PFN_MKWRITE;
	}
	ret = fault_call(access, &vmf, handler);
	if (handler == HANDLER_PFN_MKWRITE) {
		if (!(ret & MKWRITE_REFUSED))
			page_table_protect(access->vma, access->address, page,
					   true);
		return ret;
	}
	if (!is_final(ret)) {
		page_table_protect(access->vma, access->address, page, true);
		if (ret & VM_FAULT_LOCKED)
			page_unlock_at(page, 0);
	}
	put_page(page);
	return ret;
}

/* ---- what was not mapped ---- */

static int fault_private_copy(struct user_access *access)
{
	struct vm_fault vmf = fault_new(access);
	struct page *copy;
	int ret, error;

	if (inject(FL_POINT_ALLOC, 0))
		return VM_FAULT_OOM;
	copy = page_take(0);
	memset(page_address(copy), 0xa5, PAGE_SIZE);
	vmf.cow_page = copy;
	ret = fault_call(access, &vmf, HANDLER_FAULT);
	if (is_final(ret)) {
		page_drop(copy, 0);
		return ret;
	}
#if HAVE_DONE_COW
	if (ret & VM_FAULT_DONE_COW)
		return ret;
#endif
	/*
	 * DAX has filled the copy; a page of its own is only a lock to us.
	 * Somebody else may have entered a copy meanwhile: that one stays.
	 */
	error = page_table_map_page(access->vma, access->address, copy, 1, 0);
	if (error)
		page_drop(copy, 0);
	if (error == -ENOMEM)
		ret |= VM_FAULT_OOM;
	if (ret & VM_FAULT_LOCKED) {
		page_unlock_at(vmf.page, 0);
		page_drop(vmf.page, 0);
	}
#if !HAVE_DONE_COW
	if (ret & VM_FAULT_DAX_LOCKED)
		dax_unlock_mapping_entry(access->vma->vm_file->f_mapping,
					 access->pgoff);
#endif
	return ret;
}

static int fault_page(struct user_access *access)
{
	struct vm_fault vmf = fault_new(access);
	int ret, error;

	if (access->store && access->private)
		return fault_private_copy(access);
	ret = fault_call(access, &vmf, HANDLER_FAULT);
	if (is_final(ret) || !(ret & VM_FAULT_LOCKED))
		return ret;
	/* The handler's reference becomes the entry's. */
	error = page_table_map_page(access->vma, access->address, vmf.page,
				    access->store, 0);
	page_unlock_at(vmf.page, 0);
	if (error)
		page_drop(vmf.page, 0);
	return error == -ENOMEM ? ret | VM_FAULT_OOM : ret;
}

/* ---- one fault ---- */

static int fault_pmd(struct user_access *access)
{
	struct vm_fault vmf = fault_new(access);

	return fault_call(access, &vmf, HANDLER_PMD);
}

static int handle_fault(struct user_access *access)
{
	pmd_t *pmd = page_table_pmd(access->vma, access->address);
	struct translation now;

	now = page_table_find(access->vma, access->address);
	if (handler_has_pmd(access->vma->vm_ops) &&
	    (now.order ? access->store && !now.writable :
			 access->try_pmd && pmd_none(*pmd))) {
		int ret = fault_pmd(access);

		if (!(ret & VM_FAULT_FALLBACK))
			return ret;
		access->try_pmd = false;
		now = page_table_find(access->vma, access->address);
		/* The page fault that follows cannot work under it. */
		if (now.order)
			return 0;
	}
	if (now.page && access->store && !now.writable)
		return make_writable(access, now.page);
	if (now.page)
		return 0;
	return fault_page(access);
}

/* ---- the access ---- */

static bool permits(const struct translation *now, bool store)
{
	return now->page && (!store || now->writable);
}

static void load_or_store(const struct user_access *access,
			  const struct fl_op *op, struct page *page)
{
	static const char zeroes[PAGE_SIZE];
	unsigned int offset = offset_in_page(op->pos);
	const char *bytes = page_is_zeroes(page) ? zeroes :
						      page_address(page);

	access_note_frames(page_to_pfn(page), 1,
			   access->store ? FL_ACCESS_WRITE : 0);
	trace(FL_EVENT_ACCESS, access->vma->object, 0, op->pos, op->length,
	      access->store ? op->fill : -1, access->private, 0);
	if (access->store) {
		if (!page_is_ram(page))
			device_dirty(page_to_pfn(page) - RAM_PAGES, 1);
		if (access->vma->vm_flags & VM_SYNC)
			cpu_cache_sync_store(page_address(page),
					     op->pos >> PAGE_SHIFT);
		cpu_cache_store((char *)page_address(page) + offset, op->length,
				op->pos >> PAGE_SHIFT);
		memset((char *)page_address(page) + offset, op->fill,
		       op->length);
	} else {
		reads_note(op->pos, op->length, bytes + offset);
	}
}

static bool is_private_op(uint8_t kind)
{
	return kind == FL_OP_PRIVATE_READ_FAULT ||
	       kind == FL_OP_PRIVATE_WRITE_FAULT ||
	       kind == FL_OP_PMD_PRIVATE_WRITE_FAULT;
}

static bool is_load_op(uint8_t kind)
{
	return kind == FL_OP_READ_FAULT || kind == FL_OP_PRIVATE_READ_FAULT ||
	       kind == FL_OP_PMD_READ_FAULT;
}

static bool is_pmd_op(uint8_t kind)
{
	return kind == FL_OP_PMD_READ_FAULT || kind == FL_OP_PMD_WRITE_FAULT ||
	       kind == FL_OP_PMD_PRIVATE_WRITE_FAULT;
}

static int64_t access_error(int ret)
{
	return ret & VM_FAULT_OOM ? -ENOMEM : -EFAULT;
}

struct user_access user_access_new(const struct fl_op *op,
				   struct fl_op_result *result)
{
	struct user_access access = {
		.pgoff = op->pos >> PAGE_SHIFT,
		.store = !is_load_op(op->kind),
		.private = is_private_op(op->kind),
		.try_pmd = is_pmd_op(op->kind),
		.result = result,
	};
	struct vm_area_struct *vma =
		&world->vma[access.private ? VMA_PRIVATE : VMA_SHARED];

	access.vma = vma;
	access.address = vma->vm_start + op->pos -
			 ((unsigned long)vma->vm_pgoff << PAGE_SHIFT);
	if (op->pos >> PAGE_SHIFT < vma->vm_pgoff ||
	    access.address >= vma->vm_end ||
	    offset_in_page(op->pos) + op->length > PAGE_SIZE)
		run_end(FL_END_REFUSED, 0, "access at %llu of %llu bytes: not "
			"in one page of the mapping",
			(unsigned long long)op->pos,
			(unsigned long long)op->length);
	return access;
}

int64_t user_access_fault(struct user_access *access)
{
	int ret;

	down_read(&world->mm.mmap_sem);
	ret = handle_fault(access);
	up_read(&world->mm.mmap_sem);
	return ret & VM_FAULT_ERROR ? access_error(ret) : 0;
}

void load_store(const struct fl_op *op, struct fl_op_result *result)
{
	struct user_access access = user_access_new(op, result);
	struct vm_area_struct *vma = access.vma;

	if (op->kind == FL_OP_PFN_MKWRITE) {
		struct translation before =
			page_table_find(vma, access.address);

		if (before.writable)
			page_table_protect(vma, access.address, before.page,
					   false);
	}

	/* SIGSEGV: nobody is asked. */
	if (access.store && !(vma->vm_flags & VM_WRITE)) {
		result->value = -EFAULT;
		return;
	}
	if (vma->vm_flags & VM_SYNC)
		cpu_cache_access_begins();
	for (int tries = 0; tries <= TRIES_MAX; tries++) {
		struct translation now = page_table_find(vma, access.address);

		if (permits(&now, access.store)) {
			load_or_store(&access, op, now.page);
			result->value = 0;
			return;
		}
		result->value = user_access_fault(&access);
		/*
		 * Who has no memory for a page does not learn of it: the OOM
		 * killer is asked (up to 5.15, and it kills somebody else), and
		 * the access is made again.
		 */
		if (result->value && result->value != -ENOMEM)
			return;
		/* A return with something held ends the task's run. */
		if (held_count(task_number()) || preempt_depth())
			return;
	}
	/*
	 * Others may take away again and again what a fault has mapped. That
	 * can go on as long as an order wants it to, so it ends here, and is
	 * nobody's fault.
	 */
	result->value = -EAGAIN;
	if (!task_is_alone())
		return;
	run_misuse(0, "%d faults and no progress", TRIES_MAX + 1);
	result->value = -EFAULT;
}
