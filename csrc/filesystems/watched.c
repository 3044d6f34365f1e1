// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of begin and end that no name leads to is seen where it is handed to
 * dax. Each function goes on in the real one and leaves no frame.
 */
#include "core/base.h"
#if HAVE_FUSE_DAX || HAVE_EROFS_DAX
#include "fs/contract.h"
#include "fs/filesystem.h"
#include "fs/world.h"
#include <linux/dax.h>
#include <linux/iomap.h>

#if HAVE_PFN_T
#include <linux/pfn_t.h>
typedef pfn_t frame_t;
#else
typedef unsigned long frame_t;
#endif
#if HAVE_HUGE_FAULT_ORDER
typedef unsigned int order_t;
#else
typedef enum page_entry_size order_t;
#endif

ssize_t __real_dax_iomap_rw(struct kiocb *iocb, struct iov_iter *iter,
			    const struct iomap_ops *ops);
ssize_t __wrap_dax_iomap_rw(struct kiocb *iocb, struct iov_iter *iter,
			    const struct iomap_ops *ops)
{
	if (world->filesystem->has_static_table)
		contract_watch(ops);
	__attribute__((musttail))
	return __real_dax_iomap_rw(iocb, iter, ops);
}

vm_fault_t __real_dax_iomap_fault(struct vm_fault *vmf, order_t order,
				  frame_t *frame, int *error,
				  const struct iomap_ops *ops);
vm_fault_t __wrap_dax_iomap_fault(struct vm_fault *vmf, order_t order,
				  frame_t *frame, int *error,
				  const struct iomap_ops *ops)
{
	if (world->filesystem->has_static_table)
		contract_watch(ops);
	__attribute__((musttail))
	return __real_dax_iomap_fault(vmf, order, frame, error, ops);
}
#endif
