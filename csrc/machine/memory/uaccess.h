/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uaccess.c: the user's buffer of one read() or write().
 */
#ifndef MEMORY_UACCESS_H
#define MEMORY_UACCESS_H

#include "core/base.h"
#include <linux/uio.h>

/* The buffer for @count bytes of the file, from @pos on. */
void iter_open(struct iov_iter *iter, int rw, loff_t pos, size_t count,
	       u8 fill);
/* Copies on behalf of whoever is at @site; return how much was copied. */
size_t iter_copy_from(void *to, size_t asked, struct iov_iter *iter,
		      uintptr_t site);
size_t iter_copy_to(const void *from, size_t asked, struct iov_iter *iter,
		    uintptr_t site);

#endif
