// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for pins before blocks of a file are freed or moved, and the end of
 * an inode.
 *
 * Others may hold references to pages of the file: who reads from or writes to
 * the storage under them directly. Until they have given them back no block may
 * become something else. They need none of the locks here, but the next fault
 * does, so i_mmap_sem is let go over the wait; the wait can be interrupted.
 *
 * From 6.15 on fs/dax.c does all of it, and removes the entries of the index
 * with that. Up to 6.14 the filesystem does the waiting itself. That unmaps the
 * file, so it is left out where nobody pins: truncation then stays as it was.
 */
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/wait.h>
#include "interface.h"
#include "memory/pin.h"

#if HAVE_DAX_BREAK_LAYOUT || HAVE_DAX_LAYOUT_BUSY
static void wait_unlocked(struct inode *inode)
{
	up_write(&STRICT_I(inode)->i_mmap_sem);
	schedule();
	down_write(&STRICT_I(inode)->i_mmap_sem);
}
#endif

/**
 * strict_break_layout - nobody pins any page of a file
 * @inode: the file; the caller holds i_mmap_sem for writing
 *
 * Return: 0 with i_mmap_sem held ever since, or -ERESTARTSYS.
 */
int strict_break_layout(struct inode *inode)
{
#if HAVE_DAX_BREAK_LAYOUT
	return dax_break_layout_inode(inode, wait_unlocked);
#elif HAVE_DAX_LAYOUT_BUSY
	struct page *page;
	int error = 0;

	while (pin_is_asked() && !error) {
		page = dax_layout_busy_page(inode->i_mapping);
		if (!page)
			break;
		error = ___wait_var_event(&page->refs,
					  page_ref_count(page) == 1,
					  TASK_INTERRUPTIBLE, 0, 0,
					  wait_unlocked(inode));
	}
	return error;
#else
	return 0;
#endif
}

/**
 * strict_break_range - nobody pins any page of a part of a file
 * @inode:  the file; the caller holds i_mmap_sem for writing
 * @pos:    first byte
 * @length: bytes
 *
 * Return: as strict_break_layout(). Other parts may be waited for, too.
 */
int strict_break_range(struct inode *inode, loff_t pos, loff_t length)
{
#if HAVE_DAX_BREAK_LAYOUT
	return dax_break_layout(inode, pos, pos + length - 1, wait_unlocked);
#else
	return strict_break_layout(inode);
#endif
}

/* What is pinned is waited for here, too, and nothing ends this wait early. */
static void break_layout_final(struct inode *inode)
{
#if HAVE_DAX_BREAK_LAYOUT_FINAL
	dax_break_layout_final(inode);
#elif HAVE_DAX_LAYOUT_BUSY
	struct page *page;

	while (pin_is_asked() &&
	       (page = dax_layout_busy_page(inode->i_mapping)))
		___wait_var_event(&page->refs, page_ref_count(page) == 1,
				  TASK_UNINTERRUPTIBLE, 0, 0, schedule());
#endif
}

/**
 * strict_evict - an inode goes; nobody has the file open or mapped
 * @inode: the file
 *
 * What was stored has been written back before, or it would not go.
 */
void strict_evict(struct inode *inode)
{
	break_layout_final(inode);
	truncate_inode_pages_final(inode->i_mapping);
	WARN(inode->i_mapping->nrpages,
	     "strict: an inode goes with %lu pages in its cache\n",
	     inode->i_mapping->nrpages);
}
