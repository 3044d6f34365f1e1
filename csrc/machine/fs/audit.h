/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * audit.c: what is true at the end of a run.
 */
#ifndef FS_AUDIT_H
#define FS_AUDIT_H

#include "core/base.h"

/* After a finished run: blocks, contents, mappings, entries, leaks. */
void world_audit(struct fl_outcome *outcome);
/* By the bitmap. */
uint32_t world_free_blocks(void);

#endif
