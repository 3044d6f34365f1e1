/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * arena.c: the memory of a world, in regions at fixed addresses.
 *
 * ARENA_BASE	slab objects (never reused within a world: a freed object stays
 *		poisoned, so a late access is seen)
 * PAGES_BASE	struct page array, RAM pages first, then the device's: laid out
 *		and put back by page.c; all zero when arena_reset() says so
 * RAM_BASE	RAM pages
 * DEVICE_BASE	persistent memory
 * STACKS_BASE	stacks of tasks, with a guard page below each
 */
#ifndef MEMORY_ARENA_H
#define MEMORY_ARENA_H

#include "core/base.h"

#define ARENA_BASE	0x200000000000ul
#define ARENA_SIZE	(8ul << 20)
#define PAGES_BASE	0x200008000000ul
#define PAGES_SIZE	(1ul << 20)
#define RAM_BASE	0x200010000000ul
#define RAM_PAGES	4096u		/* limit, not what is used */
#define DEVICE_BASE	0x200020000000ul
#define DEVICE_PAGES	4096u
#define STACKS_BASE	0x200030000000ul
#define STACK_SIZE	(64ul << 10)

/* Reserves the regions; once a process. */
void arena_open(void);

/**
 * arena_claim - begin to use the regions
 *
 * Return: 0 if a run of some image is on in this process already.
 */
int arena_claim(void);
void arena_release(void);

/**
 * arena_reset - put back what the last run used; before each run
 *
 * Return: 1 if another image of this process used the regions in between. All
 * of them (the page array, RAM and device too) are as fresh from the host then:
 * all zero.
 */
int arena_reset(void);
/* What arena_reset() last returned. */
int arena_was_foreign(void);

/**
 * arena_take - memory for the life of the world
 * @size:  bytes
 * @align: a power of two
 *
 * Return: zeroed, unpoisoned memory. Ends the run if there is none left.
 */
void *arena_take(size_t size, size_t align);
/* Bytes of the arena that were taken. */
size_t arena_used(void);

/* The index of a RAM page, counting up, or -1 at the limit. Not zeroed. */
int ram_page_take(void);
void *ram_page_address(unsigned int index);

#endif
