/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * audit.c: the blocks of an ext2 file.
 */
#ifndef EXT2_AUDIT_H
#define EXT2_AUDIT_H

#include "core/base.h"

/* Lists the file's blocks, at most @max, and finds those that are lost. */
uint32_t ext2_audit(struct fl_block *blocks, uint32_t max);
uint32_t ext2_free_blocks_left(void);

#endif
