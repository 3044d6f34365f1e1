/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * device_cache.c: pages of the block device's own page cache.
 */
#ifndef STORAGE_DEVICE_CACHE_H
#define STORAGE_DEVICE_CACHE_H

/* That of a new world, with nothing in it. */
void device_cache_open(void);

#endif
