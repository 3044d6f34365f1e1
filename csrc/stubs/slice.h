/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The prelude of slice code, reached through linux/types.h.
 *
 * Statics of a slice go into sections of their own, so that the machine can
 * put all of them back between two runs. Files of the machine include a header
 * of theirs first (core/base.h) and keep their statics where the compiler puts
 * them.
 */
#ifndef FAULTLINE_SLICE_H
#define FAULTLINE_SLICE_H

#include <interfaces.h>

/*
 * How the kernel is configured: the same for every file, the machine's too. What
 * FL_WITHOUT_... leaves out is only compiled, never run.
 */
#define CONFIG_64BIT			1
#define CONFIG_SMP			1
#define CONFIG_ARCH_HAS_PTE_DEVMAP	1
#define __HAVE_ARCH_PTE_DEVMAP		1	/* its name up to 5.2 */
#define CONFIG_MMU			1
#define CONFIG_BLOCK			1
#define CONFIG_TRANSPARENT_HUGEPAGE	1
#define CONFIG_XARRAY_MULTI		1
#define CONFIG_DAX			1
#define CONFIG_FS_DAX			1
#ifndef FL_WITHOUT_FS_DAX_PMD
#define CONFIG_FS_DAX_PMD		1
#endif
#define CONFIG_FS_IOMAP			1
#define CONFIG_FUSE_DAX			1
/* Older kernels take its value, not whether it is there. */
#define CONFIG_BASE_SMALL		0

#ifndef MACHINE_BASE_H
#pragma clang section bss = "slice_bss" data = "slice_data"
#endif

#endif
