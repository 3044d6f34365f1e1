/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmalloc.c: the slab caches that the slice made.
 */
#ifndef MEMORY_KMALLOC_H
#define MEMORY_KMALLOC_H

/* Before each run: caches of the world before are gone. */
void kmalloc_reset(void);
/* Caches made from here on die with a world. */
void kmalloc_world_begins(void);

#endif
