/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buffer.c: the buffer cache.
 */
#ifndef STORAGE_BUFFER_H
#define STORAGE_BUFFER_H

#include "core/base.h"

struct buffer_head;

/* An empty cache. */
void buffer_open(void);
/* A buffer for mkfs: in the cache, full of zeroes, not dirty, held once. */
struct buffer_head *buffer_make(unsigned int block);
/* What a metadata block holds, in memory if it is there, else on the device. */
const void *buffer_contents(unsigned int block);
int buffer_is_to_be_written(unsigned int block);
/* What is in the cache is what is on the device. */
void buffer_all_clean(void);
void buffer_find_leaks(void);
/* Each buffer that has changed and will not be written is one leak. */
void buffer_find_changes(void);
/* What of a file is dirty is to be written; one block that was not, or -1. */
void buffer_sync_begins(void);
int buffer_sync_ends(void);
void buffer_watch(void);	/* what is in them, see access_watch() */

#endif
