/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page cache: of a DAX file, its entries, and hole pages where a kernel has
 * them.
 */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/mm.h>

#define mapping_mapped(mapping) \
	(vma_of_file(&(mapping)->i_mmap, NULL, 0, ~0ul) != NULL)
#if HAVE_XARRAY
static inline bool mapping_empty(struct address_space *mapping)
{
	return xa_empty(&mapping->i_pages);
}
#endif

static inline gfp_t mapping_gfp_mask(struct address_space *mapping)
{
	return mapping->gfp_mask;
}

static inline gfp_t mapping_gfp_constraint(struct address_space *mapping,
					   gfp_t mask)
{
	return mapping->gfp_mask & mask;
}

static inline void mapping_set_error(struct address_space *mapping, int error)
{
	if (error)
		set_bit(error == -ENOSPC ? AS_ENOSPC : AS_EIO,
			&mapping->flags);
}

static inline loff_t page_offset(struct page *page)
{
	return (loff_t)page->index << PAGE_SHIFT;
}

static inline pgoff_t linear_page_index(struct vm_area_struct *vma,
					unsigned long address)
{
	return ((address - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
}

void lock_page(struct page *page);
int trylock_page(struct page *page);
void unlock_page(struct page *page);

struct page *find_get_page(struct address_space *mapping, pgoff_t offset);
struct page *find_lock_page(struct address_space *mapping, pgoff_t offset);
struct page *find_or_create_page(struct address_space *mapping, pgoff_t index,
				 gfp_t gfp_mask);
void delete_from_page_cache(struct page *page);
void __delete_from_page_cache(struct page *page, void *shadow);
unsigned int find_get_entries_tag(struct address_space *mapping, pgoff_t start,
				  int tag, unsigned int nr,
				  struct page **entries, pgoff_t *indices);
int invalidate_inode_pages2_range(struct address_space *mapping,
				  pgoff_t start, pgoff_t end);
int invalidate_inode_pages2(struct address_space *mapping);
/* Of the device itself: a reference to the page, or an error. */
typedef int filler_t(struct file *file, struct folio *folio);
struct folio *read_cache_folio(struct address_space *mapping, pgoff_t index,
			       filler_t *filler, struct file *file);
#define read_mapping_folio(mapping, index, file) \
	read_cache_folio(mapping, index, NULL, file)
#define folio_file_page(folio, index)	(&(folio)->page)
#define folio_contains(folio, number)	((folio)->index == (number))
int filemap_fdatawait_range(struct address_space *mapping, loff_t start,
			    loff_t end);
int filemap_check_errors(struct address_space *mapping);

#endif
