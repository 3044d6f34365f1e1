/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device.c: the bytes that are on the medium.
 */
#ifndef STORAGE_DEVICE_H
#define STORAGE_DEVICE_H

#include "core/base.h"

/* Before each run; @foreign: another image may have written to all of it. */
void device_reset(int foreign);

/**
 * device_fill - lay out a world
 * @block: first block
 * @byte:  that @size bytes from there on are full of
 * @size:  the rest of the last block is zero
 *
 * Blocks that are not mentioned are zero after device_settle().
 */
void device_fill(unsigned int block, uint8_t byte, size_t size);
void device_settle(void);

/* For who moves whole blocks, and notes himself what he accesses. */
void device_put(unsigned int block, uint8_t byte);
void device_copy(unsigned int to, unsigned int from);

void *device_address(unsigned int block);

/* To be called for whatever blocks a run may write. */
void device_dirty(unsigned int block, unsigned int count);
/* The same for bytes that may lie on the device or elsewhere. */
void device_written(const void *at, size_t size);
/* A number that changes with the bytes of a block; never 0. */
uint64_t block_sum(const void *block);
/* The same of a block of the device. */
uint64_t device_sum(unsigned int block);
/* The byte that the block is full of if nobody has written to it, else -1. */
int device_uniform(unsigned int block);
/* Of 64 blocks, from a multiple of 64 on, those that may not be full of 0. */
uint64_t device_used(unsigned int first);

#endif
