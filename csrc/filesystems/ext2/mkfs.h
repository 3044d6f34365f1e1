/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mkfs.c: a new ext2.
 */
#ifndef EXT2_MKFS_H
#define EXT2_MKFS_H

#include "core/base.h"

/* NULL, or why the geometry is refused. */
const char *ext2_make(const struct fl_geometry *geometry);

#endif
