/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * contract.c: calls of iomap_begin() and iomap_end() are seen.
 */
#ifndef FS_CONTRACT_H
#define FS_CONTRACT_H

/* Before the first run, and before the slice's statics are saved. */
void contract_open(void);

struct iomap_ops;
/*
 * From now on calls through a table that no name leads to are seen, too: one for
 * each filesystem.
 */
void contract_watch(const struct iomap_ops *ops);

#endif
