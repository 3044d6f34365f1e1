/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies that a bad medium can cut short. */
#ifndef _LINUX_UACCESS_H
#define _LINUX_UACCESS_H

#include <linux/types.h>

/* Returns how many bytes were not copied. */
unsigned long copy_mc_to_kernel(void *to, const void *from,
				unsigned long size);
#define memcpy_mcsafe(to, from, size)	copy_mc_to_kernel(to, from, size)

#endif
