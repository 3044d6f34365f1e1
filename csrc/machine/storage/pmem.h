/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pmem.c: persistent memory and its bad blocks.
 */
#ifndef STORAGE_PMEM_H
#define STORAGE_PMEM_H

#include "core/base.h"

void pmem_open(void);
void pmem_mark_bad(unsigned int block, unsigned int count);
void pmem_mark_good(unsigned int block, unsigned int count);
/* How many blocks of [block, block + count) come before the first bad one. */
unsigned int pmem_good_blocks(unsigned int block, unsigned int count);
/* The address of blocks is handed out: plain stores are to be expected. */
void *pmem_give_out(unsigned int block, unsigned int count);
/* Direct access was asked for these, too, and has not mapped them. */
void pmem_hold_back(unsigned int block, unsigned int count);
/* The device block that an address lies in, or -1. */
int pmem_block_of(const void *at);
/* Zeroes blocks; those that nobody has written to cost nothing. */
void pmem_zero_blocks(unsigned int block, unsigned int count);

#endif
