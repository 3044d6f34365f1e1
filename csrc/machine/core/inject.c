// SPDX-License-Identifier: GPL-2.0-only
/*
 * Failure injection: every fallible call of the machine passes here, is given
 * the next number of its task, and fails if the run says so.
 *
 * The table of legal errors is what the real call can return; a run that asks
 * for another one is refused, because what it would show could not happen.
 */
#include "core/inject.h"
#include "core/outcome.h"
#include "core/run.h"
#include "core/schedule.h"
#include "core/trace.h"
#include <linux/errno.h>

#define ERRORS_MAX	5

/* What the calls of the device are named, and how they fail. */
#if HAVE_DAX_DEVICE
#define DIRECT_ACCESS	"dax_direct_access"
#define ZEROOUT_ERRORS	{ -EIO }
#define QUEUE_ERRORS	{ 0 }	/* dax_read_lock() cannot fail */
#else
#define DIRECT_ACCESS	"bdev_direct_access"
#define ZEROOUT_ERRORS	{ -EIO, -ENOMEM }
#define QUEUE_ERRORS	{ -ENODEV, -EBUSY }
#endif
/* An XArray takes no memory beforehand. */
#define PRELOAD_ERRORS	{ HAVE_XARRAY ? 0 : -ENOMEM }
#if HAVE_FUSE_DAX
#define REQUEST_ERRORS	{ -EIO, -EINTR, -ENOTCONN }
#else
#define REQUEST_ERRORS	{ 0 }
#endif

/*
 * What a filesystem may not answer: an extent behind the range, one of no known
 * type, an empty one, one before the range; to a fault, one of less than a page.
 * iomap_apply() looks at the first,
 * later at empty ones, too; iomap_iter() looks at all.
 */
#if HAVE_IOMAP_ITER
#define ANSWERS	{ -ERANGE, -EINVAL, -ENODATA, -ESPIPE, -EMSGSIZE }
#elif HAVE_IOMAP_SRCMAP
#define ANSWERS	{ -ERANGE, -EINVAL, -ENODATA }
#else
#define ANSWERS	{ -ERANGE, -EINVAL }
#endif

static const struct {
	const char *name;
	int32_t errors[ERRORS_MAX];	/* up to the first 0 */
} points[FL_POINT_KINDS] = {
	[FL_POINT_ALLOC] = { "memory allocation", { -ENOMEM } },
	[FL_POINT_PRELOAD] = { "radix_tree_preload", PRELOAD_ERRORS },
	[FL_POINT_BLOCK_ALLOC] = { "block allocation", { -ENOSPC, -EDQUOT } },
	[FL_POINT_DIRECT_ACCESS] = { DIRECT_ACCESS,
				     { BAD_MEDIUM, -ERANGE, -ENXIO } },
#if HAVE_DAX_PAGE_REFS
	[FL_POINT_PTE_INSERT] = { "vmf_insert_page_mkwrite", { -ENOMEM } },
#elif HAVE_VMF_INSERT
	/* -ENOMEM is VM_FAULT_OOM; what is mapped already is no error. */
	[FL_POINT_PTE_INSERT] = { "vmf_insert_mixed", { -ENOMEM } },
#else
	[FL_POINT_PTE_INSERT] = { "vm_insert_mixed", { -ENOMEM, -EBUSY } },
#endif
#if HAVE_DAX_PAGE_REFS
	[FL_POINT_PMD_INSERT] = { "vmf_insert_folio_pmd" },
#elif HAVE_PMD_FAULT
	/* -ENOMEM is VM_FAULT_OOM, -EBUSY is VM_FAULT_FALLBACK. */
	[FL_POINT_PMD_INSERT] = { "vmf_insert_pfn_pmd", { -ENOMEM, -EBUSY } },
#else
	/* It can fail only where a page table is set aside for splitting. */
	[FL_POINT_PMD_INSERT] = { "vmf_insert_pfn_pmd" },
#endif
#if HAVE_HUGE_ZERO_FOLIO
	[FL_POINT_ZERO_PAGE] = { "mm_get_huge_zero_folio", { -ENOMEM } },
#else
	[FL_POINT_ZERO_PAGE] = { "mm_get_huge_zero_page", { -ENOMEM } },
#endif
	[FL_POINT_PTE_ALLOC] = { "page table allocation", { -ENOMEM } },
	/* Positive: so many bytes are copied before the fault. */
	[FL_POINT_USER_COPY] = { "user copy", { -EFAULT, 1, 512 } },
	[FL_POINT_ZEROOUT] = { "sb_issue_zeroout", ZEROOUT_ERRORS },
	[FL_POINT_METADATA_READ] = { "sb_bread", { -EIO } },
	[FL_POINT_METADATA_WRITE] = { "metadata write", { -EIO } },
	[FL_POINT_SIGNAL] = { "fatal_signal_pending", { -EINTR } },
	[FL_POINT_QUEUE_ENTER] = { "blk_queue_enter", QUEUE_ERRORS },
	[FL_POINT_FS_BEGIN] = { "strict iomap_begin",
				{ -ENOSPC, -EIO, -ENOMEM } },
	/* Of a device of several parts: what follows is another's. */
	[FL_POINT_SHORT_ACCESS] = { "length of direct access", { -ERANGE } },
	[FL_POINT_FS_END] = { "strict iomap_end", { -EIO, -ENOSPC } },
	/* The server's answer, a fatal signal, a connection that is gone. */
	[FL_POINT_REQUEST] = { "fuse_simple_request", REQUEST_ERRORS },
	[FL_POINT_FS_ANSWER] = { "strict answer", ANSWERS },
	[FL_POINT_FLUSH] = { "blkdev_issue_flush", { -EIO } },
	/* A bad line of memory that nobody knew of. */
	[FL_POINT_MC_COPY] = { "copy_mc_to_kernel", { -EIO } },
};

uint32_t inject_errors(uint32_t point, int32_t *errors, uint32_t max)
{
	uint32_t n;

	if (point >= FL_POINT_KINDS)
		return 0;
	for (n = 0; n < ERRORS_MAX && points[point].errors[n]; n++)
		if (n < max)
			errors[n] = points[point].errors[n];
	return n;
}

const char *inject_name(uint32_t point)
{
	return point < FL_POINT_KINDS ? points[point].name : NULL;
}

static int is_legal(enum fl_point point, int32_t error)
{
	for (unsigned int i = 0; i < ERRORS_MAX; i++)
		if (points[point].errors[i] == error)
			return 1;
	/* Any count of bytes will do where one does. */
	return point == FL_POINT_USER_COPY && error > 0;
}

/* A call is made to fail: where a debugger stops. */
__attribute__((noinline))
static void injected(enum fl_point point, int error)
{
	__asm__ volatile("" : : "r" (point), "r" (error));
}

int inject(enum fl_point point, uintptr_t site)
{
	unsigned int task = task_number();
	uint32_t nth;
	int error = 0;

	if (task_in_setup())
		return 0;
	nth = ++run.outcome.nr_points[task];
	for (uint32_t i = 0; i < run.asked->nr_injections; i++) {
		const struct fl_injection *injection =
			&run.asked->injections[i];

		if (injection->task == task && injection->nth == nth)
			error = injection->error;
	}
	if (error && !is_legal(point, error))
		run_end(FL_END_REFUSED, site,
			"injection %u of task %u: %d is no error of %s", nth,
			task, error, points[point].name);
	trace(FL_EVENT_POINT, 0, site, nth, point, 0, 0, error);
	if (error)
		injected(point, error);
	return error;
}
