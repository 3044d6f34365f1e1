/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.c: the world of one run: a device, a filesystem on it, one file, one
 * address space with a shared and a private mapping of that file.
 *
 * All of it comes from the arena, so that nothing of one run is there in the
 * next.
 */
#ifndef FS_WORLD_H
#define FS_WORLD_H

#include "core/base.h"
#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/mm.h>

#define BLOCK_SHIFT	12
#define BLOCK_SIZE	(1u << BLOCK_SHIFT)
#define SECTORS_SHIFT	(BLOCK_SHIFT - 9)	/* of a block */
#define SECTORS_MASK	((1u << SECTORS_SHIFT) - 1)

#define VMA_SHARED	0
#define VMA_PRIVATE	1
/* Addresses of both mappings, apart from fl_geometry.vma_skew. */
#define VMA_SHARED_BASE		0x100000000000ul
#define VMA_PRIVATE_BASE	0x110000000000ul

/* What later kernels reach the device by; an opaque name in their headers. */
struct dax_device {
	struct block_device *bdev;
};

struct world {
	const struct fl_geometry *geometry;
	uint32_t fs;			/* enum fl_fs */
	const struct filesystem *filesystem;
	struct super_block sb;
	struct block_device bdev;
	struct request_queue queue;
	struct gendisk disk;
	struct dax_device dax;
	struct inode *inode;		/* the file */
	struct inode bd_inode;		/* of the device itself */
	struct file file;
	struct dentry dentry;
	struct mm_struct mm;
	struct vm_area_struct vma[2];
	uintptr_t next_sites[FL_TASKS_MAX];	/* contract_next.c */
	wait_queue_head_t variables;	/* of all of wait_var_event() */
	uint32_t free_blocks_before;
	const void *deposited_for;	/* page_table_deposit.c */
	bool asks_for_deposit;
	struct {			/* of the last direct access that was short */
		const char *from, *to;
	} not_mapped;
};

/* The current one; NULL while there is none. */
extern struct world *world;

/**
 * world_make - build the filesystem and file that a geometry asks for
 * @geometry: what it asks for
 *
 * Runs on a task's stack (it may crash or end the run), in set-up.
 * Return: NULL, or why the geometry is refused.
 */
const char *world_make(const struct fl_geometry *geometry);
/* Whether a world of this filesystem has been made in this process. */
int world_is_known(uint32_t fs);
/* What such worlds can do. */
int world_supports(uint32_t fs, uint32_t op_kind);

/* For tests: valid inside a run. */
struct inode *world_inode(void);
struct super_block *world_sb(void);
struct file *world_file(void);
struct vm_area_struct *world_vma(int private_vma);

#endif
