/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block.c: the block device and its request queue.
 */
#ifndef STORAGE_BLOCK_H
#define STORAGE_BLOCK_H

#include "core/base.h"

struct block_device;
struct request_queue;

void block_open(unsigned int blocks);
/* Users of the device's storage come and go. */
void block_enter(struct request_queue *queue, uintptr_t site);
int block_leave(struct request_queue *queue, uintptr_t site);	/* 0: nobody */
/* What blkdev_issue_flush() does for @site: 0 or -EIO. */
int block_flush(struct block_device *bdev, uintptr_t site);

#endif
