/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct access: files whose pages are the storage itself.
 *
 * Each page of such a file that somebody uses has an entry in the mapping's
 * radix tree, in the place where the page cache would have its page. The entry
 * is an exceptional one and carries a lock, so that faults, writeback and
 * truncation of the same page wait for each other; and where the storage is, so
 * that writeback can flush it without asking the filesystem.
 */
#ifndef _LINUX_DAX_H
#define _LINUX_DAX_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/radix-tree.h>

struct iomap_ops;
struct writeback_control;

/*
 * An entry from its low end: the bit that makes it exceptional, four flags, and
 * the sector. A PTE entry has none of PMD, HZP and EMPTY set; HZP, the huge
 * zero page, goes with PMD only. EMPTY has been put there to be locked and
 * knows of no storage yet.
 */
#define RADIX_DAX_FLAG(n)	(1UL << (RADIX_TREE_EXCEPTIONAL_SHIFT + (n)))
#define RADIX_DAX_ENTRY_LOCK	RADIX_DAX_FLAG(0)
#define RADIX_DAX_PMD		RADIX_DAX_FLAG(1)
#define RADIX_DAX_HZP		RADIX_DAX_FLAG(2)
#define RADIX_DAX_EMPTY		RADIX_DAX_FLAG(3)
#define RADIX_DAX_SHIFT		(RADIX_TREE_EXCEPTIONAL_SHIFT + 4)

static inline sector_t dax_radix_sector(const void *entry)
{
	return (unsigned long)entry >> RADIX_DAX_SHIFT;
}

/* For radix tree calls: how many index bits the entry stands for. */
static inline unsigned int dax_radix_order(const void *entry)
{
	if ((unsigned long)entry & RADIX_DAX_PMD)
		return PMD_SHIFT - PAGE_SHIFT;
	return 0;
}

ssize_t dax_iomap_rw(struct kiocb *iocb, struct iov_iter *iter,
		     const struct iomap_ops *ops);
int dax_iomap_fault(struct vm_area_struct *vma, struct vm_fault *vmf,
		    const struct iomap_ops *ops);
int dax_iomap_pmd_fault(struct vm_area_struct *vma, unsigned long address,
			pmd_t *pmd, unsigned int flags,
			const struct iomap_ops *ops);
int dax_pfn_mkwrite(struct vm_area_struct *vma, struct vm_fault *vmf);

int dax_delete_mapping_entry(struct address_space *mapping, pgoff_t index);
void dax_wake_mapping_entry_waiter(struct address_space *mapping,
				   pgoff_t index, void *entry, bool wake_all);
void dax_unlock_mapping_entry(struct address_space *mapping, pgoff_t index);

int __dax_zero_page_range(struct block_device *bdev, sector_t sector,
			  unsigned int offset, unsigned int length);
int dax_writeback_mapping_range(struct address_space *mapping,
				struct block_device *bdev,
				struct writeback_control *wbc);

static inline bool dax_mapping(struct address_space *mapping)
{
	return mapping->host && IS_DAX(mapping->host);
}

#endif /* _LINUX_DAX_H */
