/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contract.c: calls of iomap_begin() and iomap_end() are seen.
 */
#ifndef FS_CONTRACT_H
#define FS_CONTRACT_H

/* Before the first run, and before the slice's statics are saved. */
void contract_open(void);

#endif
