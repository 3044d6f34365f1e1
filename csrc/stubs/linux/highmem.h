/* SPDX-License-Identifier: GPL-2.0-only */
/* All memory is mapped: a page's address is its address. */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/uaccess.h>

void *kmap_atomic(struct page *page);
void kunmap_atomic(void *address);
#define kmap_local_page(page)	kmap_atomic(page)
#define kunmap_local(address)	kunmap_atomic((void *)(address))
#define kmap_to_page(address)	virt_to_page(address)
void *kmap(struct page *page);
void kunmap(struct page *page);
void copy_user_page(void *to, void *from, unsigned long vaddr,
		    struct page *page);
void clear_user_highpage(struct page *page, unsigned long vaddr);
void clear_highpage(struct page *page);
void zero_user(struct page *page, unsigned int start, unsigned int size);
void zero_user_segment(struct page *page, unsigned int start,
		       unsigned int end);

#endif
